import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { oneLine, plainMessage } from './words.ts';

type Received = Extract<Notice, { kind: 'received' }>;

/** Tells the employee at once that work has begun. */
export function received(notice: Received): Card {
  const name = oneLine(notice.name, 60);
  const ticket = notice.ticket ? ` (ticket ${oneLine(notice.ticket, 40)})` : '';
  return plainMessage(`Hi${name ? ` ${name}` : ''}, I've got this${ticket}. I'm checking it now.`);
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Received[] = [
  { kind: 'received', name: 'Maya', ticket: '4821' },
  { kind: 'received', name: 'Maya', ticket: null },
];
