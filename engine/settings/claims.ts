/** The first admin: a one-time code, printed where only the operator sees it, said in chat. */
import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { digestOf } from '../digest.ts';
import type { Sender } from '../domain.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { appendActivity } from '../store/activity.ts';
import { rows, statement, transaction, type Database } from '../store/database.ts';
import { findKnown, type Known } from '../store/people.ts';
import { changeSettings, lockSettings, recordChange } from './change.ts';
import { adminNames } from './staff.ts';
import { bindWorkspace } from './workspaces.ts';

// Crockford's base 32: no I, L, O, U. 16 letters are 80 bits.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

const mspOf = statement('claims_msp', 'SELECT name FROM msps WHERE id = $1');
const add = statement(
  'claims_add',
  `INSERT INTO claim_codes (hash, msp_id, role, expires_at) VALUES ($1, $2, 'msp_admin', clock_timestamp() + interval '24 hours')`,
);
const tidy = statement(
  'claims_tidy',
  'DELETE FROM claim_codes WHERE msp_id = $1 AND used_at IS NULL AND expires_at <= clock_timestamp()',
);

/** A fresh code such as K7QX-9PTM-3V5A-BC7D, good once within 24 hours; null when the Msp has an admin. Only its hash is kept. */
export async function issueClaimCode(db: Database, mspId: string): Promise<string | null> {
  return changeSettings(db, mspId, async (tx) => {
    const [msp] = await rows(tx, mspOf, [mspId]);
    if (!msp || (await adminNames(tx, mspId)).length > 0) return null;
    const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    await rows(tx, tidy, [mspId]);
    await rows(tx, add, [digestOf(letters), mspId]);
    await appendActivity(tx, { mspId, clientId: null, kind: 'claim.issued', actor: 'engine' });
    return letters.replace(/.{4}(?=.)/g, '$&-');
  });
}

/** Whether a word has the form of a code, so that "claim expenses" is not taken for one. */
export function looksLikeClaimCode(word: string): boolean {
  return lettersOf(word).length === LENGTH && /[\d-]/.test(word);
}

// What people misread when they type it over.
function lettersOf(code: string): string {
  return code
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}

const find = statement(
  'claims_find',
  'SELECT msp_id AS "mspId" FROM claim_codes WHERE hash = $1 AND used_at IS NULL AND expires_at > clock_timestamp()',
);
const spend = statement(
  'claims_spend',
  `UPDATE claim_codes SET used_at = clock_timestamp(), used_by = $3
   WHERE hash = $1 AND msp_id = $2 AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING role`,
);

/** One sentence for every reason, so that trying tells nothing. */
const refusal = 'This code is not valid here. It works once, within 24 hours, for a member of the IT team.';

/**
 * Makes the sender an admin of the Msp whose code it is. In a workspace that belongs to nobody, the code also
 * makes it the Msp's own, if the Msp has none in that channel. Throws `not_allowed` with the same sentence for
 * every other case; that is recorded where the workspace is somebody's.
 */
export async function claim(db: Database, sender: Sender, code: string): Promise<{ msp: string }> {
  const known = await findKnown(db, sender);
  const made = sender.outsider
    ? null
    : await transaction(db.pool, (tx) => claimIn(tx, sender, known, lettersOf(code)));
  if (made) return made;
  if (known) {
    await appendActivity(db.pool, {
      mspId: known.mspId,
      clientId: known.clientId,
      kind: 'claim.refused',
      actor: known.personId ?? 'unknown',
      facts: { channel: sender.channel },
    });
  }
  throw new AppError('not_allowed', refusal);
}

async function claimIn(
  tx: pg.PoolClient,
  sender: Sender,
  known: Known | null,
  letters: string,
): Promise<{ msp: string } | null> {
  const hash = digestOf(letters);
  const [open] = await rows<{ mspId: string }>(tx, find, [hash]);
  if (!open) return null;
  const { mspId } = open;
  await lockSettings(tx, mspId);
  const [msp] = await rows<{ name: string }>(tx, mspOf, [mspId]);
  if (!msp || (await adminNames(tx, mspId)).length > 0) return null;
  if (known ? known.mspId !== mspId || known.clientId !== null : !(await mayBind(tx, mspId, sender)))
    return null;
  const met = await findPerson(tx, mspId, sender);
  const personId = met ?? newId('per');
  const [spent] = await rows<{ role: string }>(tx, spend, [hash, mspId, personId]);
  if (!spent) return null;
  if (!met) await rows(tx, addPerson, [personId, mspId, sender.name ?? 'Unknown', sender.mail]);
  if (!known) await bindOwn(tx, mspId, personId, sender);
  await rows(tx, addIdentity, [
    newId('idn'),
    mspId,
    personId,
    sender.channel,
    sender.workspace,
    sender.userId,
  ]);
  await rows(tx, giveRole, [mspId, personId, spent.role]);
  await recordChange(tx, mspId, {
    clientId: null,
    what: `person ${personId}`,
    before: null,
    after: { roles: [spent.role] },
    by: personId,
    kind: 'claim.used',
    facts: { role: spent.role, channel: sender.channel },
  });
  return { msp: msp.name };
}

const ownWorkspace = statement(
  'claims_own_workspace',
  'SELECT 1 FROM workspaces WHERE msp_id = $1 AND client_id IS NULL AND channel = $2 LIMIT 1',
);

async function mayBind(tx: pg.PoolClient, mspId: string, sender: Sender): Promise<boolean> {
  if (sender.channel !== 'teams' && sender.channel !== 'slack') return false;
  return (await rows(tx, ownWorkspace, [mspId, sender.channel])).length === 0;
}

async function bindOwn(tx: pg.PoolClient, mspId: string, personId: string, sender: Sender): Promise<void> {
  const channel = sender.channel === 'teams' ? 'teams' : 'slack';
  await bindWorkspace(tx, mspId, null, { channel, externalId: sender.workspace });
  await recordChange(tx, mspId, {
    clientId: null,
    what: `workspace ${channel} ${sender.workspace}`,
    before: false,
    after: true,
    by: personId,
    kind: 'workspace.changed',
    facts: { channel, has: true },
  });
}

const personKnown = statement(
  'claims_person',
  `SELECT p.id FROM persons p WHERE p.msp_id = $1 AND p.client_id IS NULL AND (
     EXISTS (SELECT 1 FROM identities i WHERE i.msp_id = p.msp_id AND i.person_id = p.id AND i.channel = $2 AND i.workspace = $3 AND i.user_id = $4)
     OR lower(p.mail) = lower($5)) ORDER BY lower(p.mail) = lower($5) NULLS FIRST, p.id LIMIT 1`,
);
const addPerson = statement(
  'claims_add_person',
  'INSERT INTO persons (id, msp_id, name, mail) VALUES ($1, $2, $3, lower($4))',
);
const addIdentity = statement(
  'claims_add_identity',
  `INSERT INTO identities (id, msp_id, person_id, channel, workspace, user_id, via) VALUES ($1, $2, $3, $4, $5, $6, 'claim')
   ON CONFLICT (channel, workspace, user_id) DO UPDATE SET msp_id = excluded.msp_id, client_id = NULL, person_id = excluded.person_id, via = 'claim'`,
);
const giveRole = statement(
  'claims_give_role',
  'UPDATE persons SET roles = array_append(array_remove(roles, $3::text), $3::text) WHERE msp_id = $1 AND id = $2 AND client_id IS NULL',
);

async function findPerson(tx: pg.PoolClient, mspId: string, sender: Sender): Promise<string | null> {
  const { channel, workspace, userId, mail } = sender;
  return (
    (await rows<{ id: string }>(tx, personKnown, [mspId, channel, workspace, userId, mail]))[0]?.id ?? null
  );
}
