import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { namesOfSigners, oneLine, plainMessage } from './words.ts';

type Waiting = Extract<Notice, { kind: 'waiting' }>;

/** Tells the employee who has to say yes, and that they will hear either way. */
export function waiting(notice: Waiting): Card {
  const asked = `I asked them at ${oneLine(notice.asked, 40)} and will write here either way.`;
  return plainMessage(`This needs a yes from ${namesOfSigners(notice.signers)}. ${asked}`);
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Waiting[] = [
  { kind: 'waiting', asked: '9:02', signers: ['technician'] },
  { kind: 'waiting', asked: '9:02', signers: ['technician', 'manager'] },
  { kind: 'waiting', asked: '9:02', signers: ['manager'] },
];
