/** The Desk on a real port beside a small bot that writes down what it gets and calls back as a bot does. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { startDesk, type DeskPerson, type DeskTicket } from '../../bot/desk/desk.ts';
import type { ChatEntry } from '../../bot/desk/chats.ts';

export interface Activity {
  type: string;
  id: string;
  name?: string;
  action?: string;
  text?: string;
  channelId: string;
  serviceUrl: string;
  replyToId?: string;
  from: { id: string; aadObjectId: string; name: string };
  recipient: { id: string };
  conversation: { id: string; conversationType: string; tenantId: string };
  channelData: { tenant: { id: string } };
  value?: { action: { type: string; verb: string; data: Record<string, unknown> } };
}

const acme = '11111111-1111-4111-8111-111111111111';
const northwind = '99999999-9999-4999-8999-999999999999';
export const maya: DeskPerson = {
  slug: 'maya',
  name: 'Maya Lopez',
  mail: 'maya@acme.example',
  role: '',
  tenantId: acme,
  objectId: 'aaaaaaaa-0000-4000-8000-000000000001',
  client: 'Acme Corp',
  mode: 'execute',
  staff: false,
};
export const tom: DeskPerson = {
  slug: 'tom',
  name: 'Tom Reed',
  mail: 'tom@northwind.example',
  role: 'Technician',
  tenantId: northwind,
  objectId: '99999999-0000-4000-8000-000000000001',
  client: 'Northwind',
  mode: 'plan',
  staff: true,
};

export interface DeskHouse {
  url: string;
  /** What the bot was sent, oldest first. */
  activities: Activity[];
  people: DeskPerson[];
  tickets: DeskTicket[];
  /** Everything that was logged, as text. */
  logged(): string;
  /** Calls as the page does. */
  say(as: string, text: string): Promise<Response>;
  act(as: string, activityId: string, verb?: string, data?: Record<string, unknown>): Promise<Response>;
  /** Calls as the bot does; `path` is below `v3/conversations`. */
  asBot(method: string, path: string, body?: unknown): Promise<Response>;
  /** Posts to somebody's chat and gives the message's id. */
  post(person: DeskPerson, activity: Record<string, unknown>): Promise<string>;
  chat(slug: string): Promise<ChatEntry[]>;
  close(): Promise<void>;
}

/** Answers the bot's `POST /api/messages`; by default 200 without a body. */
export type BotAnswer = (activity: Activity, house: DeskHouse) => Promise<{ status: number; body?: unknown }>;

/** Starts it on a free loopback port, opened. */
export async function startDeskHouse(answer?: BotAnswer): Promise<DeskHouse> {
  const app = express();
  const lines: string[] = [];
  let port = 0;
  const people = [maya, tom];
  const tickets: DeskTicket[] = [];
  const desk = startDesk({
    express: app,
    port: () => port,
    people: async () => people,
    tickets: async () => tickets,
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  const activities: Activity[] = [];
  app.post('/api/messages', express.json(), async (request, response) => {
    const activity = request.body as Activity;
    activities.push(activity);
    const { status, body } = (await answer?.(activity, house)) ?? { status: 200 };
    response.status(status);
    if (body === undefined) response.end();
    else response.json(body);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${port}`;
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  const house: DeskHouse = {
    url,
    activities,
    people,
    tickets,
    logged: () => lines.join(''),
    say: (as, text) => send('POST', '/desk/say', { as, text }),
    act: (as, activityId, verb = 'approve', data = {}) =>
      send('POST', '/desk/act', { as, activityId, verb, data }),
    asBot: (method, path, body) => send(method, `/desk/bot/v3/conversations${path}`, body),
    async post(person, activity) {
      const opened = await house.asBot('POST', '', openingOf(person));
      const { id: conversation } = (await opened.json()) as { id: string };
      const path = `/${encodeURIComponent(conversation)}/activities`;
      const posted = await house.asBot('POST', path, { type: 'message', ...activity });
      return ((await posted.json()) as { id: string }).id;
    },
    async chat(slug) {
      const state = (await (await send('GET', '/desk/state')).json()) as {
        chats: Record<string, ChatEntry[]>;
      };
      return state.chats[slug] ?? [];
    },
    close: () =>
      new Promise((resolve) => {
        desk.close();
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
  await desk.open();
  return house;
}

/** What a bot says to open a one-to-one chat. */
export function openingOf({ objectId, tenantId }: DeskPerson) {
  return {
    isGroup: false,
    members: [{ id: objectId, name: '' }],
    tenantId,
    channelData: { tenant: { id: tenantId } },
  };
}

/** A message with one Adaptive Card. */
export function cardMessage(title: string) {
  const content = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: title }] };
  return { attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/** A request with any headers, Host, Origin and Sec-Fetch-Site among them, which fetch would not send. Gives the status. */
export function rawRequest(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface EventStream {
  /** The next event of that name; others are passed over. */
  next(event: string): Promise<unknown>;
  /** Resolves when the server ends the stream. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** Listens as the page does. */
export async function listenTo(house: DeskHouse): Promise<EventStream> {
  const response = await fetch(`${house.url}/desk/events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  async function frame(): Promise<{ event: string; data: unknown } | null> {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end >= 0) {
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const found = /^event: (\w+)\ndata: (.*)$/.exec(text);
        if (found) return { event: found[1] ?? '', data: JSON.parse(found[2] ?? 'null') };
        continue;
      }
      const { value, done } = await reader.read();
      if (done) return null;
      buffer += value;
    }
  }
  return {
    async next(event) {
      for (;;) {
        const got = await frame();
        if (!got) throw new Error('the stream ended');
        if (got.event === event) return got.data;
      }
    },
    async ended() {
      while (await frame());
    },
    close: () => reader.cancel(),
  };
}
