import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { plainMessage, yourTicket } from './words.ts';

type HandedOff = Extract<Notice, { kind: 'handed_off' }>;

/** Tells the employee that a person takes over. */
export function handedOff(notice: HandedOff): Card {
  return plainMessage(
    `This needs a person. I've passed on everything, so you won't have to repeat it.${yourTicket(notice.ticket)}`,
  );
}

/** Samples of this kind, for tests and for looking at. */
export const examples: HandedOff[] = [
  { kind: 'handed_off', ticket: '4821' },
  { kind: 'handed_off', ticket: null },
];
