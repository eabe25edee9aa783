import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { plainMessage, yourTicket } from './words.ts';

type Delayed = Extract<Notice, { kind: 'delayed' }>;

/** Tells the employee that a vendor is out of reach and that the Request waits for it. */
export function delayed(notice: Delayed): Card {
  return plainMessage(
    `A system I need for this isn't answering right now, so it has to wait. I'll carry on as soon as it does and will write here.${yourTicket(notice.ticket)}`,
  );
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Delayed[] = [
  { kind: 'delayed', ticket: '4821' },
  { kind: 'delayed', ticket: null },
];
