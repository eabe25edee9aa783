/** Every change of a setting leaves two rows in its own transaction: the difference, and its place in the audit. */
import type pg from 'pg';
import { canonical } from '../digest.ts';
import type { Json } from '../domain.ts';
import { newId } from '../ids.ts';
import { appendActivity } from '../store/activity.ts';
import { rows, statement, transaction, type Database } from '../store/database.ts';

const lock = statement(
  'settings_change_lock',
  `SELECT pg_advisory_xact_lock(hashtextextended('settings:' || $1, 0))`,
);

/** Makes changes of one Msp's settings wait for each other; `key` is its id, or the slug of one yet to be made. */
export async function lockSettings(tx: pg.PoolClient, key: string): Promise<void> {
  await rows(tx, lock, [key]);
}

/** One change of one Msp's settings, in a transaction and one after the other. */
export async function changeSettings<T>(
  db: Database,
  mspId: string,
  work: (tx: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(db.pool, async (tx) => {
    await lockSettings(tx, mspId);
    return work(tx);
  });
}

export interface Change {
  clientId: string | null;
  /** What changed: `mode`, `policy m365.add_group_member`, `connection northwind-m365`. */
  what: string;
  before: Json;
  after: Json;
  /** Person id, or `file` for a settings file. */
  by: string;
  /** Of the activity row: `mode.changed`. */
  kind: string;
  /** Ids, names of tools and settings: nothing personal. */
  facts: Record<string, Json>;
  /** Personal or free text, sealed by `sealFor`. */
  sealed?: string;
}

const add = statement(
  'settings_change_add',
  `INSERT INTO setting_changes (id, msp_id, client_id, what, before, after, by) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)`,
);

export async function recordChange(tx: pg.PoolClient, mspId: string, change: Change): Promise<void> {
  const { clientId, what, before, after, by, kind, facts } = change;
  await rows(tx, add, [newId('chg'), mspId, clientId, what, stored(before), stored(after), by]);
  const byPerson = by !== 'file';
  await appendActivity(
    tx,
    {
      mspId,
      clientId,
      personId: byPerson ? by : null,
      kind,
      actor: byPerson ? by : 'engine',
      facts: byPerson ? facts : { ...facts, from: 'file' },
    },
    change.sealed ?? null,
  );
}

const stored = (value: Json) => (value === null ? null : JSON.stringify(value));

/** The keys of `wanted` that are said and not so yet, with both values; null when there are none. */
export function difference(
  current: Record<string, Json>,
  wanted: Record<string, Json | undefined>,
): { before: Record<string, Json>; after: Record<string, Json> } | null {
  const changed = Object.entries(wanted).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined && !same(current[entry[0]] ?? null, entry[1]),
  );
  if (changed.length === 0) return null;
  return {
    before: Object.fromEntries(changed.map(([key]) => [key, current[key] ?? null])),
    after: Object.fromEntries(changed),
  };
}

/** Whether two JSON values say the same; the order of keys says nothing. */
export function same(one: Json, other: Json): boolean {
  return canonical(one) === canonical(other);
}
