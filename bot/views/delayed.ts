import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { plainMessage, yourTicket } from './words.ts';

type Delayed = Extract<Notice, { kind: 'delayed' }>;

/** Tells the employee that the PSA is out of reach and that the Request waits for it. */
export function delayed(notice: Delayed): Card {
  return plainMessage(
    `Your IT team's ticket system isn't answering right now, so this has to wait. I'll carry on as soon as it does and will write here.${yourTicket(notice.ticket)}`,
  );
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Delayed[] = [
  { kind: 'delayed', ticket: '4821' },
  { kind: 'delayed', ticket: null },
];
