/** A server with the Slack channel on it, a front door that records, and the stand-in behind it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Card } from '../../bot/card.ts';
import type { ChannelPort, FrontDoor } from '../../bot/ports.ts';
import { startSlack, type SlackOptions } from '../../bot/slack/app.ts';
import type { Log } from '../../bot/slack/log.ts';
import type { ActionResult, InboundAction, InboundMessage, Notice, Sender } from '../../engine/domain.ts';
import { createSlackDriver, type SlackDriver } from '../stand-ins/slack-driver.ts';
import { startSlackStandIn, type SlackStandIn, type SlackUser } from '../stand-ins/slack.ts';

export const signingSecret = 'not-so-secret';

export const people: SlackUser[] = [
  { id: 'U0MAYA', team: 'T0ACME', name: 'Maya Lopez', mail: 'Maya.Lopez@acme.example' },
  { id: 'U0TOM', team: 'T0NORTH', name: 'Tom Reed', mail: 'tom.reed@northwind.example' },
  {
    id: 'U0GUEST',
    team: 'T0ACME',
    name: 'Gil Guest',
    mail: 'gil@elsewhere.example',
    more: { is_restricted: true },
  },
  { id: 'U0FAR', team: 'T0FAR', name: 'Fay Far', mail: 'fay@far.example', more: { is_stranger: true } },
];

export interface House {
  slack: SlackStandIn;
  driver: SlackDriver;
  port: ChannelPort;
  url: string;
  messages: InboundMessage[];
  actions: InboundAction[];
  commands: { sender: Sender; line: string }[];
  /** What the front door does next; replace them in a test. */
  answers: {
    message: () => Promise<void>;
    action: (action: InboundAction) => Promise<ActionResult>;
    command: (sender: Sender, line: string) => Card | null;
    view: (notice: Notice) => Card;
  };
  /** Everything logged, as one text. */
  logged(): string;
  close(): Promise<void>;
}

export async function startHouse(more: Partial<SlackOptions> = {}): Promise<House> {
  const slack = await startSlackStandIn({ users: people });
  const lines: string[] = [];
  const write = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
  const log = { info: write, warn: write, error: write } as Log;
  const messages: InboundMessage[] = [];
  const actions: InboundAction[] = [];
  const commands: { sender: Sender; line: string }[] = [];
  const answers: House['answers'] = {
    message: async () => undefined,
    action: async () => ({ sentence: 'Noted.', notice: null }),
    command: () => null,
    view: () => words('seen'),
  };
  const frontDoor: FrontDoor = {
    message: async (message) => {
      await answers.message();
      messages.push(message);
    },
    action: async (action) => {
      actions.push(action);
      return answers.action(action);
    },
    command: async (sender, line) => {
      commands.push({ sender, line });
      return answers.command(sender, line);
    },
    view: (notice) => answers.view(notice),
  };
  const app = express();
  const port = startSlack({
    express: app,
    frontDoor,
    signingSecret,
    tokenFor: async () => 'xoxb-test',
    apiUrl: slack.apiUrl,
    log,
    ...more,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    slack,
    driver: createSlackDriver(slack, url, signingSecret),
    port,
    url,
    messages,
    actions,
    commands,
    answers,
    logged: () => lines.join('\n'),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await slack.close();
    },
  };
}

/** A card that is only words. */
export function words(text: string): Card {
  return { title: '', tone: 'plain', blocks: [{ type: 'text', text }], actions: [], push: text };
}

/** The card a technician decides on. */
export function approvalCard(): Card {
  return {
    title: 'Give Maya Lopez access to Zendesk',
    tone: 'warning',
    push: 'Maya Lopez (Acme Corp) asks for access to Zendesk: approve or deny',
    blocks: [
      {
        type: 'facts',
        facts: [
          { name: 'Client', value: 'Acme Corp' },
          { name: 'Ticket', value: '4821', url: 'https://psa.example/tickets/4821?a=1&b=2' },
        ],
      },
      { type: 'mark', tone: 'danger', text: 'Privileged: Omar Haddad is Global Administrator' },
      { type: 'quote', from: 'Maya Lopez', text: 'I need access to <Zendesk> & more\n<!channel> *now*' },
      {
        type: 'steps',
        title: 'Steps',
        steps: [
          {
            text: 'Add Maya Lopez to App - Zendesk',
            details: ['member of App - Zendesk: no -> yes'],
            marks: [{ tone: 'warning', text: 'From the employee’s text' }],
            outcome: { tone: 'good', text: 'Done' },
          },
        ],
      },
      { type: 'text', look: 'subtle', text: 'Code 7KQ2, expires Sun 22 Nov, 09:02' },
      { type: 'links', links: [{ title: 'Zendesk access', url: 'https://docs.example/zendesk' }] },
    ],
    actions: [
      {
        verb: 'approve',
        label: 'Approve',
        style: 'positive',
        data: { approvalId: 'apr_1', digest: 'd'.repeat(64) },
      },
      {
        verb: 'deny',
        label: 'Deny',
        style: 'destructive',
        data: { approvalId: 'apr_1', digest: 'd'.repeat(64) },
        ask: {
          title: 'Deny this plan',
          submit: 'Deny',
          fields: [
            { id: 'reason', label: 'Reason (internal)', required: true, multiline: true, maxLength: 1000 },
            {
              id: 'message',
              label: 'Message to the employee',
              placeholder: 'Optional',
              required: false,
              multiline: true,
              maxLength: 5000,
            },
          ],
        },
      },
    ],
  };
}
