import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { plainMessage, yourTicket } from './words.ts';

type Failed = Extract<Notice, { kind: 'failed' }>;

/** Tells the employee honestly that it could not be finished and that a person has it. */
export function failed(notice: Failed): Card {
  return plainMessage(
    `I couldn't finish this, and I'm sorry. A person has it now, with everything so far, so you won't have to repeat it.${yourTicket(notice.ticket)}`,
  );
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Failed[] = [
  { kind: 'failed', ticket: '4821' },
  { kind: 'failed', ticket: null },
];
