import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { manyLines, plainMessage } from './words.ts';

type Done = Extract<Notice, { kind: 'done' }>;

/** Tells the employee what they have now and what is left to do for them. */
export function done(notice: Done): Card {
  return plainMessage(`Done. ${manyLines(notice.text, 2_000)}`);
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Done[] = [
  {
    kind: 'done',
    text: 'You have Zendesk access. It may take 15 minutes; sign out and in once.',
    ticket: '4821',
  },
];
