/** A plan between signature and call: signed while its note cannot be delivered, so that the world can change first. */
import { expect } from 'vitest';
import type { Fault } from '../../connectors/sandbox.ts';
import { startPracticeVendors, type PracticeVendors } from '../practice-vendors.ts';
import type { Posted, TeamsPerson } from '../stand-ins/bot-framework.ts';
import { findAction, people, startApp, tenants, type App } from './app.ts';
import { until } from './seen.ts';

/** A Request whose plan a technician has a card about. */
export interface Signed {
  requestId: string;
  planId: string;
  approvalId: string;
  digest: string;
  /** The PSA's id of its ticket. */
  ticketId: number;
}

export interface Stage {
  app: App;
  vendors: PracticeVendors;
  /** From now on no note is taken, and what is signed waits for its own. */
  hold(): void;
  /** Somebody asks and Tom approves it. */
  sign(who: TeamsPerson, text: string): Promise<Signed>;
  /** Notes are taken again, and what waits for them goes on at once. */
  release(): Promise<void>;
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Writes that reached Acme's Microsoft 365. */
  writes(): string[];
  /** What a ticket's internal notes say, oldest first. */
  notes(ticketId: number): string[];
  close(): Promise<void>;
}

/** The product on vendors of the test's own. Tom has spoken, so Teams knows where to reach people. */
export async function startStage(environment: Record<string, string> = {}): Promise<Stage> {
  const vendors = await startPracticeVendors();
  const app = await startApp({ COUNTERSIGN_CONFIG: vendors.settingsFile, ...environment });
  const { pool } = app.running.house.db;
  const query: Stage['query'] = async (sql, values = []) => (await pool.query(sql, values)).rows;
  await app.say(people.tom, 'status');
  return {
    app,
    vendors,
    query,
    hold: () => vendors.connectwise.fault({ match: '/notes', kind: 'status', status: 401 }),
    async sign(who, text) {
      const asked = await ask({ app, query }, who, text);
      await approve({ app }, asked);
      expect(await query('SELECT state, noted_at FROM plans WHERE id = $1', [asked.planId])).toEqual([
        { state: 'authorized', noted_at: null },
      ]);
      return asked;
    },
    async release() {
      vendors.connectwise.fault();
      await deliverNow(app);
    },
    writes: () =>
      vendors.m365.calls
        .filter((call) => call.method !== 'GET' && !call.path.includes('/oauth2/'))
        .map((call) => `${call.method} ${call.path}`),
    notes: (ticketId) =>
      vendors.connectwise.state.notes
        .filter((note) => note.ticketId === ticketId && note.internalAnalysisFlag)
        .map((note) => note.text),
    async close() {
      await app.close();
      await vendors.close();
    },
  };
}

/** Says it, and waits until Tom has a card about it. */
export async function ask(
  { app, query }: Pick<Stage, 'app' | 'query'>,
  who: TeamsPerson,
  text: string,
): Promise<Signed> {
  const before = (await query<{ id: string }>('SELECT id FROM requests')).map((row) => row.id);
  await app.say(who, text);
  return until(async () => {
    const [row] = await query<Signed>(
      `SELECT r.id AS "requestId", p.id AS "planId", a.id AS "approvalId", a.digest, t.external_id::int AS "ticketId"
       FROM requests r JOIN plans p ON p.request_id = r.id JOIN approvals a ON a.plan_id = p.id AND a.signer = 'technician'
       LEFT JOIN tickets t ON t.request_id = r.id WHERE r.id <> ALL($1)`,
      [before],
    );
    if (!row || !cardOf(app.heard(people.tom), row.approvalId)) throw new Error('no card yet');
    return row;
  });
}

/** The copy of a card that somebody was sent about an Approval. */
export function cardOf(posted: Posted[], approvalId: string): Posted | undefined {
  return posted.find(({ activity }) => findAction(activity, 'approve')?.approvalId === approvalId);
}

/** What waits for its next attempt is tried now. */
export async function deliverNow({ running }: App): Promise<void> {
  const { pool } = running.house.db;
  const { rows } = await pool.query<{ mspId: string; orderKey: string }>(
    `UPDATE deliveries SET next_attempt_at = clock_timestamp() WHERE state = 'pending' RETURNING msp_id AS "mspId", order_key AS "orderKey"`,
  );
  for (const job of rows) await running.house.queue.send(pool, 'deliver', job);
}

/** Acme's own directory, to be changed behind the product's back. */
export function acmeDirectory({ vendors }: Pick<Stage, 'vendors'>) {
  const tenant = vendors.m365.state[tenants.acme];
  if (!tenant) throw new Error('the practice world has no Acme');
  const group = tenant.groups.find((each) => each.displayName === 'App - Zendesk');
  if (!group) throw new Error('Acme has no App - Zendesk');
  return { tenant, group };
}

export interface Asked {
  id: string;
  state: string;
}

/** The newest Request of all. */
export async function newest({ query }: Pick<Stage, 'query'>): Promise<Asked> {
  const [request] = await query<Asked>(
    'SELECT id, state FROM requests ORDER BY created_at DESC, id DESC LIMIT 1',
  );
  if (!request) throw new Error('no request yet');
  return request;
}

/** Says it, and waits until the Request that it opens is in this state. */
export async function say(stage: Stage, who: TeamsPerson, text: string, state: string): Promise<Asked> {
  const before = await stage.query<Asked>('SELECT id, state FROM requests');
  await stage.app.say(who, text);
  return until(async () => {
    const request = await newest(stage);
    expect(before.map(({ id }) => id)).not.toContain(request.id);
    expect(request.state).toBe(state);
    return request;
  });
}

/** The newest ticket, with its internal notes. */
export function newestTicket({ vendors, notes }: Stage): { id: number; status: string; notes: string[] } {
  const found = vendors.connectwise.state.tickets.at(-1);
  if (!found) throw new Error('no ticket');
  return { id: found.id, status: found.status.name, notes: notes(found.id) };
}

/** All that Tom was sent from his `from`th message on, as one text. */
export function toTom({ app }: Stage, from: number): string {
  const sent = app.heard(people.tom).slice(from);
  return sent.map(({ activity }) => JSON.stringify(activity)).join('\n');
}

export async function approve(
  { app }: Pick<Stage, 'app'>,
  { approvalId, digest }: Pick<Signed, 'approvalId' | 'digest'>,
): Promise<void> {
  const answer = await app.click(people.tom, 'approve', { approvalId, digest });
  expect(answer.statusCode).toBe(200);
}

/** A vendor that fails in every way, and the sentence for people inside the Msp. `match` is left to be filled in. */
export const broken: [string, Omit<Fault, 'match'>, RegExp][] = [
  ['401', { kind: 'status', status: 401 }, /did not accept our credentials/],
  ['403', { kind: 'status', status: 403 }, /does not allow us to do this/],
  ['404', { kind: 'status', status: 404 }, /does not know what we asked for/],
  ['429', { kind: 'status', status: 429, retryAfter: '60' }, /is asking us to slow down/],
  ['500', { kind: 'status', status: 500 }, /is not answering/],
  ['a reset connection', { kind: 'reset' }, /is not answering/],
  ['garbage', { kind: 'garbage' }, /gave an answer that makes no sense/],
];
