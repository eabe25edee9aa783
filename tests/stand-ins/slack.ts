/**
 * A stand-in for Slack's Web API over real HTTP: holds users, DMs and messages, records every call, and
 * refuses what Slack refuses. Not a test of Slack; a test of what we send there.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageProblems, viewProblems, type Problem } from './block-kit-limits.ts';

export interface SlackUser {
  id: string;
  team: string;
  name: string;
  mail: string | null;
  /** Raw fields over the usual ones: `{ is_restricted: true }`. */
  more?: Record<string, unknown>;
}

export interface SlackCall {
  /** "chat.postMessage", or "response_url". */
  method: string;
  token: string | null;
  args: Record<string, unknown>;
  /** What was answered. */
  answer: Record<string, unknown>;
}

export interface SlackPost {
  ts: string;
  text: string;
  blocks?: unknown;
  thread_ts?: string;
  metadata?: unknown;
  username?: string;
  icon_url?: string;
  edits: number;
}

export interface Refusal {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, or raw text for garbage. */
  body?: Record<string, unknown> | string;
  /** Cuts the connection without an answer. */
  hangUp?: boolean;
}

export interface SlackStandIn {
  /** For SLACK_API_URL. */
  apiUrl: string;
  botUserId: string;
  calls: SlackCall[];
  callsOf(method: string): SlackCall[];
  /** The next call of that method that nobody awaited yet, now or once it comes. */
  nextCall(method: string): Promise<SlackCall>;
  /** Everything standing in a channel, in order. */
  posts(channel: string): SlackPost[];
  /** The channel of a user's DM with us. */
  dm(userId: string): string;
  addUser(user: SlackUser): void;
  /** The next call of that method is refused like this. */
  refuse(method: string, refusal: Refusal): void;
  /** As Slack hands them out with a click; views.open takes each once. */
  newTrigger(): string;
  /** As Slack hands them out with a click. */
  newResponseUrl(): string;
  newTs(): string;
  close(): Promise<void>;
}

type Answer = Record<string, unknown>;
const ok = (more: Answer = {}): Answer => ({ ok: true, ...more });
const no = (error: string, more: Answer = {}): Answer => ({ ok: false, error, ...more });

/** Starts it on a free port of loopback. `tokens` are the bot tokens it accepts. */
export async function startSlackStandIn(
  options: { users?: SlackUser[]; tokens?: string[]; botUserId?: string; team?: string } = {},
): Promise<SlackStandIn> {
  const tokens = options.tokens ?? ['xoxb-test'];
  const botUserId = options.botUserId ?? 'U0BOT';
  const team = options.team ?? 'T0ACME';
  const users = new Map((options.users ?? []).map((user) => [user.id, user]));
  const channels = new Map<string, SlackPost[]>();
  const triggers = new Set<string>();
  const calls: SlackCall[] = [];
  const taken = new Set<SlackCall>();
  const waiting: { method: string; resolve: (call: SlackCall) => void }[] = [];
  const refusals: { method: string; refusal: Refusal }[] = [];
  let counter = 0;

  const newTs = (): string => `1763683200.${String((counter += 1)).padStart(6, '0')}`;
  const dm = (userId: string): string => `D${userId.slice(1)}`;
  const postsIn = (channel: string): SlackPost[] => {
    const known = channels.get(channel) ?? [];
    channels.set(channel, known);
    return known;
  };

  const methods: Record<string, (args: Answer) => Answer> = {
    'auth.test': () => ok({ team_id: team, user_id: botUserId, bot_id: 'B0BOT', user: 'countersign' }),
    'users.info': (args) => {
      const user = users.get(String(args['user']));
      return user ? ok({ user: userAnswer(user) }) : no('user_not_found');
    },
    'users.lookupByEmail': (args) => {
      const user = [...users.values()].find((one) => one.mail === args['email']);
      return user ? ok({ user: userAnswer(user) }) : no('users_not_found');
    },
    'conversations.open': (args) => {
      const user = users.get(String(args['users']));
      return user ? ok({ channel: { id: dm(user.id) } }) : no('user_not_found');
    },
    'chat.postMessage': (args) => {
      const refused = refusedFor(messageProblems(args));
      if (refused) return refused;
      const channel = String(args['channel']);
      if (!/^[CDG]/.test(channel) || channel === 'C0GONE') return no('channel_not_found');
      const { text, blocks, thread_ts, metadata, username, icon_url } = args as unknown as SlackPost;
      const post: SlackPost = {
        ts: newTs(),
        text,
        blocks,
        thread_ts,
        metadata,
        username,
        icon_url,
        edits: 0,
      };
      postsIn(channel).push(post);
      return ok({ channel, ts: post.ts, message: { text, blocks } });
    },
    'chat.update': (args) => {
      const refused = refusedFor(messageProblems(args));
      if (refused) return refused;
      const post = postsIn(String(args['channel'])).find((one) => one.ts === args['ts']);
      if (!post) return no('message_not_found');
      Object.assign(post, { text: args['text'], blocks: args['blocks'], edits: post.edits + 1 });
      return ok({ channel: args['channel'], ts: post.ts, text: post.text });
    },
    'chat.postEphemeral': (args) => {
      const refused = refusedFor(messageProblems(args));
      if (refused) return refused;
      return args['user'] ? ok({ message_ts: newTs() }) : no('user_not_in_channel');
    },
    'views.open': (args) => {
      if (!triggers.delete(String(args['trigger_id']))) return no('invalid_trigger_id');
      return (
        refusedFor(viewProblems(args['view'])) ??
        ok({ view: { ...(args['view'] as Answer), id: `V${newTs()}` } })
      );
    },
    'conversations.history': (args) =>
      history(
        args,
        postsIn(String(args['channel']))
          .filter((one) => !one.thread_ts)
          .toReversed(),
      ),
    'conversations.replies': (args) =>
      history(
        args,
        postsIn(String(args['channel'])).filter(
          (one) => one.thread_ts === args['ts'] || one.ts === args['ts'],
        ),
      ),
  };

  function record(call: SlackCall): void {
    calls.push(call);
    const index = waiting.findIndex((one) => one.method === call.method);
    if (index < 0) return;
    taken.add(call);
    waiting.splice(index, 1)[0]?.resolve(call);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    const method = path.startsWith('/response/') ? 'response_url' : path.replace('/api/', '');
    const token = request.headers.authorization?.replace('Bearer ', '') ?? null;
    const args = readArgs(await readAll(request), request.headers['content-type'] ?? '');
    const at = refusals.findIndex((one) => one.method === method);
    const refusal = at < 0 ? null : refusals.splice(at, 1)[0]?.refusal;
    if (refusal) {
      record({ method, token, args, answer: { refused: true } });
      if (refusal.hangUp) return void request.socket.destroy();
      response.writeHead(refusal.status ?? 200, { 'content-type': 'application/json', ...refusal.headers });
      return void response.end(
        typeof refusal.body === 'string'
          ? refusal.body
          : JSON.stringify(refusal.body ?? no('internal_error')),
      );
    }
    const answer = answerTo(method, token, args);
    response.writeHead(200, { 'content-type': 'application/json' });
    // Recorded before the answer leaves, so that whoever sees the answer finds the call.
    record({ method, token, args, answer });
    response.end(JSON.stringify(answer));
  }

  function answerTo(method: string, token: string | null, args: Answer): Answer {
    if (method === 'response_url') {
      return refusedFor(messageProblems(args)) ?? ok();
    }
    if (!token) return no('not_authed');
    if (!tokens.includes(token)) return no('invalid_auth');
    return methods[method]?.(args) ?? no('unknown_method');
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl: `${base}/api/`,
    botUserId,
    calls,
    callsOf: (method) => calls.filter((call) => call.method === method),
    nextCall: (method) => {
      const call = calls.find((one) => one.method === method && !taken.has(one));
      if (!call) return new Promise((resolve) => waiting.push({ method, resolve }));
      taken.add(call);
      return Promise.resolve(call);
    },
    posts: postsIn,
    dm,
    addUser: (user) => void users.set(user.id, user),
    refuse: (method, refusal) => void refusals.push({ method, refusal }),
    newTrigger: () => {
      const trigger = `trigger.${newTs()}`;
      triggers.add(trigger);
      return trigger;
    },
    newResponseUrl: () => `${base}/response/${newTs()}`,
    newTs,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function userAnswer(user: SlackUser): Answer {
  return {
    id: user.id,
    team_id: user.team,
    name: user.id.toLowerCase(),
    real_name: user.name,
    deleted: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    profile: { real_name: user.name, ...(user.mail ? { email: user.mail } : {}) },
    ...user.more,
  };
}

function refusedFor(problems: Problem[]): Answer | null {
  const first = problems[0];
  if (!first) return null;
  return no(first.error, {
    response_metadata: { messages: problems.map((one) => `[ERROR] ${one.what} [${one.where}]`) },
  });
}

function history(args: Answer, posts: SlackPost[]): Answer {
  const from = Number(args['cursor'] ?? 0);
  const limit = Number(args['limit'] ?? 100);
  const withMetadata = String(args['include_all_metadata']) === 'true';
  const messages = posts
    .slice(from, from + limit)
    .map(({ ts, text, metadata }) => ({ type: 'message', ts, text, ...(withMetadata ? { metadata } : {}) }));
  const next = from + limit < posts.length ? String(from + limit) : '';
  return ok({ messages, has_more: next !== '', response_metadata: { next_cursor: next } });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Slack takes JSON and forms; in a form, structures are JSON strings. */
function readArgs(body: string, type: string): Answer {
  if (type.includes('json')) return JSON.parse(body || '{}') as Answer;
  const entries = [...new URLSearchParams(body)].map(([name, value]): [string, unknown] => {
    return [name, ['blocks', 'view', 'metadata'].includes(name) ? JSON.parse(value) : value];
  });
  return Object.fromEntries(entries);
}
