import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { plainMessage } from './words.ts';

type NotServed = Extract<Notice, { kind: 'not_served' }>;

/** Tells somebody in a workspace that belongs to no Client where to go instead. */
export function notServed(_notice: NotServed): Card {
  return plainMessage("This workspace isn't set up with us. Please contact your IT team directly.");
}

/** Samples of this kind, for tests and for looking at. */
export const examples: NotServed[] = [{ kind: 'not_served' }];
