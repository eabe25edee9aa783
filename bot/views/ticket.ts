import type { Channel, Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { manyLines, nameAndMail, oneLine } from './words.ts';

type TicketNotice = Extract<Notice, { kind: 'ticket' }>;

const wayIn: Record<Channel, string> = {
  teams: 'in Teams',
  slack: 'in Slack',
  psa: 'by ticket',
  voice: 'by phone',
};

/** The first description of a Ticket that we open; the employee may read it in the PSA's portal. */
export function ticket(notice: TicketNotice): Card {
  const name = oneLine(notice.requester.name, 80);
  const title = `${name} asked for help ${wayIn[notice.channel]}`;
  return {
    title,
    tone: 'plain',
    blocks: [
      { type: 'quote', text: manyLines(notice.ask, 4_000), from: name },
      {
        type: 'facts',
        facts: [{ name: 'Requester', value: nameAndMail(notice.requester) }],
      },
    ],
    actions: [],
    push: `${title}: ${oneLine(notice.ask, 200)}`,
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: TicketNotice[] = [
  {
    kind: 'ticket',
    ask: 'I need access to Zendesk',
    requester: {
      name: 'Maya Lopez',
      mail: 'maya@acme.example',
      assurance: 'verified',
      how: "Teams account in Acme Corp's own tenant",
    },
    channel: 'teams',
  },
];
