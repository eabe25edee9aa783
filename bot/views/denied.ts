import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { manyLines, namesOfSigners, oneLine, paragraph } from './words.ts';

type Denied = Extract<Notice, { kind: 'denied' }>;

/** Tells the employee who said no, with the message meant for them and a way to a person. */
export function denied(notice: Denied): Card {
  const who = namesOfSigners([notice.by]).replace(/^your/, 'Your');
  const details = notice.ticket ? ` Ticket ${oneLine(notice.ticket, 40)} has the details.` : '';
  const message = manyLines(notice.message ?? '', 1_000);
  const paragraphs = [`${who} didn't approve this.${details}`, message].filter((text) => text !== '');
  return {
    title: '',
    tone: 'plain',
    blocks: paragraphs.map(paragraph),
    actions: [
      {
        verb: 'talk_to_person',
        label: 'Talk to someone',
        style: 'default',
        data: { requestId: notice.requestId },
      },
    ],
    push: oneLine(paragraphs.join(' '), 300),
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Denied[] = [
  { kind: 'denied', ticket: '4821', message: null, by: 'technician', requestId: 'req_01' },
  {
    kind: 'denied',
    ticket: '4821',
    message: 'Please ask Priya to sort out a licence first, then write here again.',
    by: 'technician',
    requestId: 'req_01',
  },
  { kind: 'denied', ticket: null, message: null, by: 'manager', requestId: 'req_01' },
];
