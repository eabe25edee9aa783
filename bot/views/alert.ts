import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { manyLines, oneLine, paragraph } from './words.ts';

type Alert = Extract<Notice, { kind: 'alert' }>;

/** Tells technicians and admins something they have to know or do. */
export function alert(notice: Alert): Card {
  const title = oneLine(notice.title, 150);
  const ticket = notice.ticket && { number: oneLine(notice.ticket.number, 40), url: notice.ticket.url };
  const lines = notice.lines.map((line) => manyLines(line, 1_000)).filter((line) => line !== '');
  const client = oneLine(notice.client ?? '', 100);
  const facts = [
    ...(client ? [{ name: 'Client', value: client }] : []),
    ...(ticket ? [{ name: 'Ticket', value: ticket.number, url: ticket.url }] : []),
  ];
  const blocks = lines.map(paragraph);
  if (facts.length > 0) blocks.push({ type: 'facts', facts });
  const push = [title, client, oneLine(lines[0] ?? '', 200), ticket ? `ticket ${ticket.number}` : ''];
  return {
    title,
    tone: notice.tone,
    blocks,
    actions: [],
    push: push.filter((part) => part !== '').join(' · '),
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Alert[] = [
  {
    kind: 'alert',
    client: 'Acme Corp',
    title: "We don't know whether a step happened",
    lines: [
      'Add Maya Lopez to App - Zendesk: Microsoft 365 did not answer.',
      'Check before doing it by hand.',
    ],
    tone: 'danger',
    ticket: { number: '4821', url: 'https://psa.northwind.example/tickets/4821' },
  },
  {
    kind: 'alert',
    client: null,
    title: 'Nobody answered in time',
    lines: ['Give Maya Lopez access to Zendesk, asked by Maya Lopez.'],
    tone: 'warning',
    ticket: null,
  },
];
