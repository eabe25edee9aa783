/** What a flow test looks at: the ticket system's and the directory's state, the record, and every word that was sent. */
import { vi } from 'vitest';
import type {
  ConnectwiseState,
  SandboxNote,
  SandboxTicket,
} from '../../connectors/connectwise/sandbox-state.ts';
import { tenants, type App } from './app.ts';

/** Tries until it no longer throws, for at most 12 s. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 12_000, interval: 25 });
}

export async function connectwise(app: App): Promise<ConnectwiseState> {
  return (await app.sandbox('northwind-connectwise')) as unknown as ConnectwiseState;
}

/** The newest ticket whose summary holds these words. */
export async function ticketAbout(app: App, words: string): Promise<SandboxTicket> {
  const ticket = (await connectwise(app)).tickets.findLast((each) => each.summary.includes(words));
  if (!ticket) throw new Error(`no ticket about ${words}`);
  return ticket;
}

/** A ticket's notes, oldest first, parted by who can read them. */
export async function notesOn(
  app: App,
  ticketId: number,
): Promise<{ internal: SandboxNote[]; public: SandboxNote[] }> {
  const notes = (await connectwise(app)).notes.filter((each) => each.ticketId === ticketId);
  return {
    internal: notes.filter((each) => each.internalAnalysisFlag),
    public: notes.filter((each) => each.detailDescriptionFlag || each.resolutionFlag),
  };
}

/** The writes that reached a vendor; tokens are no writes. */
export async function writesTo(app: App, connectionId: string) {
  return (await app.calls(connectionId)).filter(
    (call) => call.method !== 'GET' && !call.path.includes('/oauth2/') && !call.path.includes('/$batch'),
  );
}

export async function membersOf(app: App, group: string, tenant: string = tenants.acme): Promise<string[]> {
  const graph = (await app.sandbox('northwind-m365')) as unknown as Record<
    string,
    { groups: { displayName: string; members: string[] }[] }
  >;
  const found = graph[tenant]?.groups.find((each) => each.displayName === group);
  if (!found) throw new Error(`no group ${group}`);
  return found.members;
}

export interface Recorded {
  kind: string;
  actor: string;
  requestId: string | null;
  facts: Record<string, unknown>;
}

/** The activity of one kind, oldest first. */
export async function recorded(app: App, kind: string): Promise<Recorded[]> {
  const { rows } = await app.database.db.pool.query<{ body: string }>(
    `SELECT body FROM activity ORDER BY at, seq`,
  );
  return rows.map(({ body }) => JSON.parse(body) as Recorded).filter((each) => each.kind === kind);
}

/** One value from the database. */
export async function count(app: App, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await app.database.db.pool.query<{ count: string }>(sql, values);
  return Number(rows[0]?.count);
}

/** The state of the newest Request that a Person of this name made. */
export async function stateOf(app: App, name: string): Promise<string | undefined> {
  const { rows } = await app.database.db.pool.query<{ state: string }>(
    'SELECT r.state FROM requests r JOIN persons p ON p.id = r.requester_id WHERE p.name = $1 ORDER BY r.created_at DESC LIMIT 1',
    [name],
  );
  return rows[0]?.state;
}
