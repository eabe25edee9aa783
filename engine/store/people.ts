/** Who is asking: from a channel's verified identity to a Person of one Client or of the Msp. */
import type { Address, Channel, Destination, Role, Sender } from '../domain.ts';
import { newId } from '../ids.ts';
import { rows, statement, transaction, type Database } from './database.ts';

export interface Known {
  mspId: string;
  mspSlug: string;
  mspName: string;
  mspMode: 'plan' | 'execute';
  /** Null in the Msp's own workspace. */
  clientId: string | null;
  clientSlug: string | null;
  clientName: string | null;
  clientStatus: string | null;
  clientMode: 'plan' | 'execute' | 'inherit' | null;
  personId: string | null;
  identityId: string | null;
  personName: string | null;
  personMail: string | null;
  roles: Role[];
}

const known = statement(
  'people_known',
  `SELECT w.msp_id AS "mspId", m.slug AS "mspSlug", m.name AS "mspName", m.mode AS "mspMode",
          w.client_id AS "clientId", c.slug AS "clientSlug", c.name AS "clientName", c.status AS "clientStatus", c.mode AS "clientMode",
          p.id AS "personId", i.id AS "identityId", p.name AS "personName", p.mail AS "personMail", COALESCE(p.roles, '{}') AS roles
   FROM workspaces w
   JOIN msps m ON m.id = w.msp_id
   LEFT JOIN clients c ON c.id = w.client_id AND c.msp_id = w.msp_id
   LEFT JOIN identities i ON i.channel = w.channel AND i.workspace = w.external_id AND i.user_id = $3
     AND i.msp_id = w.msp_id AND i.client_id IS NOT DISTINCT FROM w.client_id
   LEFT JOIN persons p ON p.id = i.person_id AND p.msp_id = i.msp_id AND p.client_id IS NOT DISTINCT FROM i.client_id
   WHERE w.channel = $1 AND w.external_id = $2`,
);

/** What we know of a sender; null when the workspace belongs to nobody here. Outsiders have no Person. */
export async function findKnown(
  db: Database,
  sender: Pick<Sender, 'channel' | 'workspace' | 'userId' | 'outsider'>,
): Promise<Known | null> {
  const [found] = await rows<Known>(db.pool, known, [sender.channel, sender.workspace, sender.userId]);
  if (!found) return null;
  return sender.outsider ? { ...found, personId: null, identityId: null, roles: [] } : found;
}

const personByMail = statement(
  'people_by_mail',
  `SELECT id, name, mail FROM persons WHERE msp_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND lower(mail) = lower($3)`,
);
const addPerson = statement(
  'people_add',
  `INSERT INTO persons (id, msp_id, client_id, name, mail) VALUES ($1, $2, $3, $4, lower($5)) ON CONFLICT DO NOTHING RETURNING id`,
);
const addIdentity = statement(
  'people_add_identity',
  `INSERT INTO identities (id, msp_id, client_id, person_id, channel, workspace, user_id, via)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, workspace, user_id) DO NOTHING`,
);

export interface NewIdentity {
  mspId: string;
  clientId: string | null;
  channel: Channel;
  workspace: string;
  userId: string;
  name: string;
  mail: string | null;
  via: 'channel' | 'claim' | 'directory';
}

/**
 * Makes the Person and Identity of somebody who was not known, linking to a Person of the same Client (or of the
 * Msp's own house) by mail. Never across that line, so a mail that was set elsewhere gives nothing.
 */
export async function learnIdentity(db: Database, who: NewIdentity): Promise<void> {
  await transaction(db.pool, async (tx) => {
    const personId = await findOrAddPerson(tx, who);
    await rows(tx, addIdentity, [
      newId('idn'),
      who.mspId,
      who.clientId,
      personId,
      who.channel,
      who.workspace,
      who.userId,
      who.via,
    ]);
  });
}

/** Somebody who writes for the first time is known from then on; whom settings name by mail alone is found by it. */
export async function meetSender(db: Database, sender: Sender, known: Known): Promise<Known> {
  if (known.personId || sender.outsider) return known;
  const { channel, workspace, userId, name, mail } = sender;
  const { mspId, clientId } = known;
  await learnIdentity(db, {
    mspId,
    clientId,
    channel,
    workspace,
    userId,
    name: name ?? 'Unknown',
    mail,
    via: 'channel',
  });
  const met = await findKnown(db, sender);
  if (!met?.personId) throw new Error('an identity was learned and is not there');
  return met;
}

async function findOrAddPerson(
  tx: Parameters<typeof rows>[0],
  who: Omit<NewIdentity, 'channel' | 'workspace' | 'userId' | 'via'>,
): Promise<string> {
  const find = async () =>
    who.mail
      ? (await rows<{ id: string }>(tx, personByMail, [who.mspId, who.clientId, who.mail]))[0]?.id
      : undefined;
  const existing = await find();
  if (existing) return existing;
  const [added] = await rows<{ id: string }>(tx, addPerson, [
    newId('per'),
    who.mspId,
    who.clientId,
    who.name,
    who.mail,
  ]);
  const id = added?.id ?? (await find());
  if (!id) throw new Error('a Person could neither be found nor added');
  return id;
}

/** The Person behind a mail that a ticket's contact claims; made when new. No Identity: a claim proves nothing. */
export async function claimedPerson(
  db: Database,
  who: { mspId: string; clientId: string; name: string; mail: string },
): Promise<string> {
  return transaction(db.pool, (tx) => findOrAddPerson(tx, who));
}

const seen = statement(
  'people_seen',
  `UPDATE identities SET last_seen_at = clock_timestamp(), address = COALESCE($4::jsonb, address)
   WHERE channel = $1 AND workspace = $2 AND user_id = $3`,
);

/** Remembers where somebody's DM is. Does nothing for people we do not know. */
export async function rememberAddress(
  db: Database,
  sender: Pick<Sender, 'channel' | 'workspace' | 'userId'>,
  address: Address | null,
): Promise<void> {
  await rows(db.pool, seen, [
    sender.channel,
    sender.workspace,
    sender.userId,
    address === null ? null : JSON.stringify(address),
  ]);
}

export interface Reachable {
  identityId: string;
  personId: string;
  channel: 'teams' | 'slack';
}

const staff = statement(
  'people_staff',
  `SELECT i.id AS "identityId", p.id AS "personId", i.channel
   FROM persons p JOIN identities i ON i.person_id = p.id AND i.msp_id = p.msp_id
   JOIN workspaces w ON w.channel = i.channel AND w.external_id = i.workspace AND w.msp_id = p.msp_id AND w.client_id IS NULL
   WHERE p.msp_id = $1 AND p.client_id IS NULL AND p.roles && ARRAY['msp_technician','msp_admin'] AND i.channel = ANY($2)
   ORDER BY p.id, i.channel`,
);

/** Every way to reach the Msp's technicians and admins on channels that are switched on. */
export async function reachableStaff(
  db: Parameters<typeof rows>[0],
  mspId: string,
  channels: string[],
): Promise<Reachable[]> {
  return rows(db, staff, [mspId, channels]);
}

const ofPerson = statement(
  'people_reachable_person',
  `SELECT id AS "identityId", person_id AS "personId", channel FROM identities WHERE msp_id = $1 AND person_id = $2 AND channel = ANY($3)`,
);

export async function reachablePerson(
  db: Parameters<typeof rows>[0],
  mspId: string,
  personId: string,
  channels: string[],
): Promise<Reachable[]> {
  return rows(db, ofPerson, [mspId, personId, channels]);
}

const identityDestination = statement(
  'people_destination',
  `SELECT i.channel, i.workspace, i.user_id AS "userId", i.address, CASE WHEN i.address IS NULL THEN (
     SELECT n.address FROM identities n WHERE n.msp_id = i.msp_id AND n.channel = i.channel AND n.address IS NOT NULL
     ORDER BY n.workspace = i.workspace DESC, n.last_seen_at DESC NULLS LAST LIMIT 1) END AS near
   FROM identities i WHERE i.msp_id = $1 AND i.id = $2`,
);

type DirectDestination = Destination & { userId: string };

/** Where somebody's DM is, or how one can be opened. */
export async function destinationOf(
  db: Database,
  mspId: string,
  identityId: string,
): Promise<DirectDestination | null> {
  return (await rows<DirectDestination>(db.pool, identityDestination, [mspId, identityId]))[0] ?? null;
}
