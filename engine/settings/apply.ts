/** Applies a settings file: all of it in one transaction, or nothing. */
import type pg from 'pg';
import type { Connector } from '../../connectors/contract.ts';
import { digestOf } from '../digest.ts';
import type { Vault } from '../secrets.ts';
import { appendActivity } from '../store/activity.ts';
import { rows, statement, transaction, type Database } from '../store/database.ts';
import { applyConnections, applyMappings } from './apply-connections.ts';
import { applyClient, applyMsp, applyPolicies, applyWorkspaces } from './apply-places.ts';
import { applyPeople } from './apply-people.ts';
import type { Applying } from './applying.ts';
import { lockSettings, recordChange } from './change.ts';
import { checkSettings, type ReadSecret } from './check.ts';
import { readSettings, type SettingsFile } from './file.ts';

export interface SettingsParts {
  db: Database;
  vault: Vault;
  connectors: Connector[];
}

export interface Applied {
  mspId: string;
  mspSlug: string;
  /** False when this very file was applied before. */
  applied: boolean;
  /** One line per difference, for people. */
  changes: string[];
}

const appliedHash = statement('settings_hash', 'SELECT hash FROM settings_files WHERE msp_slug = $1');
const keepHash = statement(
  'settings_hash_keep',
  `INSERT INTO settings_files (msp_slug, hash) VALUES ($1, $2)
   ON CONFLICT (msp_slug) DO UPDATE SET hash = excluded.hash, applied_at = clock_timestamp()`,
);
const findMsp = statement('settings_find_msp', 'SELECT id FROM msps WHERE slug = $1');

/**
 * Applies the file when its text is new for that Msp, or `force` is given, so that what was changed in chat
 * since is not undone by a restart. A list that the file has replaces the old one whole; what the file leaves
 * out stays as it is. Throws an AppError `invalid` that says what is wrong; then nothing was applied.
 */
export async function applySettings(
  parts: SettingsParts,
  text: string,
  options: { secret: ReadSecret; force?: boolean },
): Promise<Applied> {
  const file = readAndCheck(parts, text, options.secret);
  return transaction(parts.db.pool, async (tx) => {
    const msp = await lockMsp(tx, file.msp.slug);
    const [earlier] = await rows<{ hash: string }>(tx, appliedHash, [file.msp.slug]);
    if (msp && earlier?.hash === digestOf(text) && !options.force) {
      return { mspId: msp.id, mspSlug: file.msp.slug, applied: false, changes: [] };
    }
    return applyAll(tx, parts, file, { text, secret: options.secret });
  });
}

/** What applying the file would change, one line each; it changes nothing. Throws as `applySettings` does. */
export async function diffSettings(
  parts: SettingsParts,
  text: string,
  secret: ReadSecret,
): Promise<string[]> {
  const file = readAndCheck(parts, text, secret);
  const tx = await parts.db.pool.connect();
  try {
    await tx.query('BEGIN');
    await lockMsp(tx, file.msp.slug);
    return (await applyAll(tx, parts, file, { text, secret })).changes;
  } finally {
    await tx.query('ROLLBACK').then(
      () => tx.release(),
      (error: Error) => tx.release(error),
    );
  }
}

/** The Msp, if there is one yet, with its settings locked. */
async function lockMsp(tx: pg.PoolClient, slug: string): Promise<{ id: string } | null> {
  await lockSettings(tx, slug);
  const [msp] = await rows<{ id: string }>(tx, findMsp, [slug]);
  if (msp) await lockSettings(tx, msp.id);
  return msp ?? null;
}

function readAndCheck(parts: SettingsParts, text: string, secret: ReadSecret): SettingsFile {
  const { file, refuse } = readSettings(text);
  const problems = checkSettings(file, parts.connectors, secret);
  if (problems.length > 0) throw refuse(problems);
  return file;
}

async function applyAll(
  tx: pg.PoolClient,
  parts: SettingsParts,
  file: SettingsFile,
  given: { text: string; secret: ReadSecret },
): Promise<Applied> {
  const changes: string[] = [];
  const { mspId, made } = await applyMsp(tx, file.msp);
  const work: Applying = {
    tx,
    mspId,
    vault: parts.vault,
    secret: given.secret,
    async changed(line, { noun, facts, ...change }) {
      changes.push(line);
      await recordChange(tx, mspId, { ...change, by: 'file', kind: `${noun}.changed`, facts: facts ?? {} });
    },
  };
  if (made) await work.changed(made.line, { ...made.change, noun: 'msp' });
  const clientIds = new Map<string, string>();
  for (const client of file.clients) clientIds.set(client.slug, await applyClient(work, client));
  const places = [
    { ...file.msp, clientId: null, label: 'the MSP', policies: file.policies },
    ...file.clients.map((client) => ({
      ...client,
      clientId: clientIds.get(client.slug) ?? null,
      label: client.name,
    })),
  ];
  await applyWorkspaces(work, places);
  for (const place of places) await applyPeople(work, place);
  await applyConnections(work, file.connections, clientIds);
  await applyMappings(work, file.clients, clientIds);
  for (const place of places) await applyPolicies(work, place);
  const hash = digestOf(given.text);
  await rows(tx, keepHash, [file.msp.slug, hash]);
  await appendActivity(tx, {
    mspId,
    clientId: null,
    kind: 'settings.applied',
    actor: 'engine',
    facts: { hash, changes: changes.length },
  });
  return { mspId, mspSlug: file.msp.slug, applied: true, changes };
}
