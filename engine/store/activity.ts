/** The audit trail: appended in the transaction it describes, chained per Client and per Msp. */
import { canonical } from '../digest.ts';
import { newId } from '../ids.ts';
import { createVault, newKey, type Vault } from '../secrets.ts';
import { rows, statement, type Database, type Queryable } from './database.ts';

export interface ActivityEntry {
  mspId: string;
  clientId: string | null;
  requestId?: string | null;
  /** Whose text `personal` is; without one it is sealed under the house key. */
  personId?: string | null;
  /** `request.received`, `step.done`, `policy.changed`, ... */
  kind: string;
  /** Person id, or `engine`. */
  actor: string;
  /** Ids, tool names, kinds, counts: nothing personal, nothing secret. */
  facts?: Record<string, unknown>;
}

/** An entry ready to be a set of SQL parameters: id, msp, client, request, person, body, sealed. */
export type ActivityRow = [
  string,
  string,
  string | null,
  string | null,
  string | null,
  string,
  string | null,
];

/** `sealed` comes from `sealFor`. */
export function activityRow(entry: ActivityEntry, sealed: string | null = null): ActivityRow {
  const body = canonical({ kind: entry.kind, actor: entry.actor, facts: entry.facts ?? {} });
  return [
    newId('act'),
    entry.mspId,
    entry.clientId,
    entry.requestId ?? null,
    entry.personId ?? null,
    body,
    sealed,
  ];
}

const append = statement('activity_append', 'SELECT append_activity($1, $2, $3, $4, $5, $6, $7)');

export async function appendActivity(
  on: Queryable,
  entry: ActivityEntry,
  sealed: string | null = null,
): Promise<void> {
  await rows(on, append, activityRow(entry, sealed));
}

const readKey = statement('person_audit_key', 'SELECT audit_key FROM persons WHERE msp_id = $1 AND id = $2');
const setKey = statement(
  'person_audit_key_set',
  'UPDATE persons SET audit_key = COALESCE(audit_key, $3) WHERE msp_id = $1 AND id = $2 RETURNING audit_key',
);

/** Seals personal text under the Person's own key, made on first use; erasing the key erases the text. */
export async function sealFor(
  db: Database,
  vault: Vault,
  who: { mspId: string; personId: string | null },
  text: string,
): Promise<string> {
  if (!who.personId) return vault.seal(text);
  const [known] = await rows<{ audit_key: string | null }>(db.pool, readKey, [who.mspId, who.personId]);
  let wrapped = known?.audit_key ?? null;
  if (!wrapped) {
    const fresh = await vault.seal(Buffer.from(newKey()).toString('base64'));
    const [row] = await rows<{ audit_key: string }>(db.pool, setKey, [who.mspId, who.personId, fresh]);
    wrapped = row?.audit_key ?? fresh;
  }
  return createVault(Buffer.from(await vault.open(wrapped), 'base64')).seal(text);
}

const broken = statement(
  'activity_verify',
  `SELECT chain, seq FROM (
     SELECT *, lag(hash, 1, repeat('0', 64)) OVER w AS expected_prev, lag(seq, 1, 0::bigint) OVER w + 1 AS expected_seq
     FROM activity WHERE msp_id = $1 WINDOW w AS (PARTITION BY chain ORDER BY seq)) linked
   WHERE prev_hash <> expected_prev OR seq <> expected_seq
      OR hash <> activity_hash(prev_hash, chain, seq, at, id, body, sealed)
   UNION ALL
   SELECT h.chain, h.seq FROM chain_heads h
   WHERE h.msp_id = $1 AND h.seq > 0 AND NOT EXISTS (SELECT 1 FROM activity a WHERE a.chain = h.chain AND a.seq = h.seq AND a.hash = h.hash)
   LIMIT 20`,
);

/** Places where a chain does not hold together; empty when all is well. */
export async function verifyActivity(db: Database, mspId: string): Promise<{ chain: string; seq: string }[]> {
  return rows(db.pool, broken, [mspId]);
}
