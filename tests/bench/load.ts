/** The people: they ask, sign and wait, over the Bot Framework's HTTP, with Teams' side of it played here. */
import { randomUUID } from 'node:crypto';
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askers, type Asker, type Somebody } from './stage.ts';

/** One Request's way, in milliseconds of the wall clock. */
export interface Flow {
  asker: Asker;
  askedAt: number;
  ackMs: number;
  clickedAt: number;
  clickMs: number;
  doneAt: number;
}

export interface Load {
  /** Asks; resolves with the milliseconds until it was acknowledged. */
  ask(messages: string, asker: Asker, text: string): Promise<number>;
  /** Asks, signs the card (after `pauseMs` more), and waits for the outcome. */
  flow(messages: string, asker: Asker, text: string, pauseMs?: number): Promise<Flow>;
  /** Somebody who has nothing open. */
  take(): Asker;
  giveBack(asker: Asker): void;
  close(): Promise<void>;
}

type Button = Record<string, string>;
interface Waiting {
  card(button: Button): void;
  done(): void;
  fail(error: Error): void;
}

const LONGEST_MS = 60_000;

/** `forget` makes the vendors forget what an asker was given. */
export async function startLoad(forget: (asker: Asker) => void): Promise<Load> {
  const free = [...askers];
  const waiting = new Map<number, Waiting>();
  const byUser = new Map(askers.map((asker) => [asker.aadObjectId, asker.number]));
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const teams = await startTeams((conversation, activity) => {
    const button = findButton(activity.attachments);
    if (button) {
      const number = /Maya N(\d+)/.exec(JSON.stringify(activity.attachments))?.[1];
      waiting.get(Number(number))?.card(button);
      return;
    }
    const text = String(activity.text ?? '');
    const waits = waiting.get(byUser.get(conversation.slice(2)) ?? -1);
    if (text.startsWith('Done.')) waits?.done();
    else if (!/^(Hi |This needs a yes)/.test(text)) waits?.fail(new Error(`the employee heard: ${text}`));
  });

  const post = (url: string, activity: object) => send(agent, url, JSON.stringify(activity));
  const ask = async (messages: string, asker: Asker, text: string) => {
    const before = performance.now();
    await post(messages, { ...activityFrom(teams.url, asker), type: 'message', text, textFormat: 'plain' });
    return performance.now() - before;
  };

  return {
    ask,
    async flow(messages, asker, text, pauseMs = 0) {
      let card: (button: Button) => void = () => undefined;
      let done: () => void = () => undefined;
      const failed = Promise.withResolvers<never>();
      const seen = new Promise<Button>((resolve) => (card = resolve));
      const told = new Promise<void>((resolve) => (done = resolve));
      const timer = setTimeout(() => failed.reject(new Error('a request got stuck')), LONGEST_MS);
      waiting.set(asker.number, { card, done, fail: failed.reject });
      try {
        const askedAt = now();
        const ackMs = await ask(messages, asker, text);
        const data = await Promise.race([seen, failed.promise]);
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        const clickedAt = now();
        await post(messages, {
          ...activityFrom(teams.url, asker.technician),
          type: 'invoke',
          name: 'adaptiveCard/action',
          replyToId: 'clicked',
          value: {
            action: { type: 'Action.Execute', title: 'Approve', verb: 'approve', data },
            trigger: 'manual',
          },
        });
        const clickMs = now() - clickedAt;
        await Promise.race([told, failed.promise]);
        forget(asker);
        return { asker, askedAt, ackMs, clickedAt, clickMs, doneAt: now() };
      } finally {
        clearTimeout(timer);
        waiting.delete(asker.number);
      }
    },
    take() {
      const asker = free.shift();
      if (!asker) throw new Error('everybody has asked already');
      return asker;
    },
    giveBack: (asker) => void free.push(asker),
    async close() {
      agent.destroy();
      await teams.close();
    },
  };
}

/** Milliseconds of the wall clock, with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** So many at a time, each starting the next when it ends; after `forMs` no new one starts. Gives those that ended in time. */
export async function closedLoop(
  load: Load,
  options: { messages: string; text: string; concurrency: number; forMs: number },
): Promise<{ flows: Flow[]; perSecond: number }> {
  const flows: Flow[] = [];
  const start = now();
  await Promise.all(
    Array.from({ length: options.concurrency }, async () => {
      while (now() - start < options.forMs) {
        const asker = load.take();
        flows.push(await load.flow(options.messages, asker, options.text));
        load.giveBack(asker);
      }
    }),
  );
  const inTime = flows.filter((flow) => flow.doneAt - start <= options.forMs);
  return { flows, perSecond: (inTime.length * 1000) / options.forMs };
}

interface SentActivity {
  text?: unknown;
  attachments?: unknown;
}

/** Teams' connector service, as thin as it can be. */
async function startTeams(
  heard: (conversation: string, activity: SentActivity) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  let last = 0;
  const server = createServer((message, response) => {
    void bodyOf(message).then((body) => {
      const [, , , conversation, activities] = (message.url ?? '').split('/');
      const activity = JSON.parse(body || '{}') as SentActivity & { members?: { id: string }[] };
      const id = conversation ? `m-${(last += 1)}` : `a:${activity.members?.[0]?.id}`;
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
      if (activities && message.method === 'POST') heard(decodeURIComponent(conversation ?? ''), activity);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

export async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function activityFrom(serviceUrl: string, from: Somebody): object {
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: `29:${from.aadObjectId}`, name: from.name, aadObjectId: from.aadObjectId },
    recipient: { id: '28:countersign', name: 'Countersign' },
    conversation: { id: `a:${from.aadObjectId}`, conversationType: 'personal', tenantId: from.tenantId },
    channelData: { tenant: { id: from.tenantId } },
    locale: 'en-US',
  };
}

/** What the Approve button carries; null when there is none. */
function findButton(value: unknown): Button | null {
  if (typeof value !== 'object' || value === null) return null;
  const action = value as { verb?: unknown; data?: Button };
  if (action.verb === 'approve' && action.data) return action.data;
  for (const inner of Object.values(value)) {
    const found = findButton(inner);
    if (found) return found;
  }
  return null;
}

/** POSTs JSON and gives the answer's text; throws for all but 2xx. */
export function send(
  agent: Agent,
  url: string,
  body: string,
  more: { method?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      url,
      {
        method: more.method ?? 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...more.headers,
        },
      },
      (response) =>
        void bodyOf(response).then((text) => {
          const { statusCode = 0 } = response;
          if (statusCode < 300) resolve(text);
          else reject(new Error(`${new URL(url).pathname} answered ${statusCode}: ${text.slice(0, 200)}`));
        }, reject),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
