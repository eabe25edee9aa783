/** Requests and what was said in them. Intake is one statement: the message, its Request, its room, its audit row. */
import type { Address, Assurance, Channel, Json, Mode, RequestState } from '../domain.ts';
import { newId } from '../ids.ts';
import { activityRow } from './activity.ts';
import { rows, statement, type Database, type Queryable } from './database.ts';

export interface RequestRow {
  id: string;
  mspId: string;
  clientId: string;
  requesterId: string | null;
  conversationId: string | null;
  channel: Channel;
  workspace: string | null;
  userId: string | null;
  assurance: Assurance;
  state: RequestState;
  mode: Mode;
  text: string;
  asked: { question: string; choices: string[] }[];
  retries: number;
  createdAt: Date;
}

const columns = `id, msp_id AS "mspId", client_id AS "clientId", requester_id AS "requesterId", conversation_id AS "conversationId",
  channel, workspace, user_id AS "userId", assurance, state, mode, text, asked, retries, created_at AS "createdAt"`;

const openInConversation = statement(
  'requests_open_in_conversation',
  `SELECT r.id, r.state FROM conversations c JOIN requests r ON r.conversation_id = c.id
   WHERE c.channel = $1 AND c.key = $2 AND r.msp_id = $3 AND r.client_id = $4 AND r.requester_id = $5 AND r.closed_at IS NULL
   ORDER BY r.created_at DESC LIMIT 1`,
);

/** The Requester's own newest open Request in a conversation; nobody else's words continue it. */
export async function findOpenRequest(
  db: Database,
  where: { channel: Channel; conversation: string; mspId: string; clientId: string; personId: string },
): Promise<{ id: string; state: RequestState } | null> {
  const [found] = await rows<{ id: string; state: RequestState }>(db.pool, openInConversation, [
    where.channel,
    where.conversation,
    where.mspId,
    where.clientId,
    where.personId,
  ]);
  return found ?? null;
}

const open = statement(
  'requests_open',
  `WITH fresh AS (
     INSERT INTO messages (channel, key, id, msp_id, client_id, request_id, person_id, text)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, key) DO NOTHING RETURNING request_id
   ), room AS (
     INSERT INTO conversations (id, msp_id, client_id, channel, key, address)
     SELECT $9, $4, $5, $1, $10, $11::jsonb FROM fresh WHERE $10::text IS NOT NULL
     ON CONFLICT (channel, key) DO UPDATE SET address = EXCLUDED.address RETURNING id
   ), opened AS (
     INSERT INTO requests (id, msp_id, client_id, requester_id, conversation_id, channel, workspace, user_id, assurance, mode, text)
     SELECT $6, $4, $5, $7, (SELECT id FROM room), $1, $12, $13, $14, $15, $8 FROM fresh RETURNING id
   ), met AS (
     UPDATE identities SET last_seen_at = clock_timestamp(), address = COALESCE($16::jsonb, address)
     WHERE channel = $1 AND workspace = $12 AND user_id = $13 AND EXISTS (SELECT 1 FROM fresh) RETURNING id
   ), log AS (
     SELECT append_activity($17, $18, $19, $20, $21, $22, $23) AS hash FROM opened
   ) SELECT id, (SELECT hash FROM log) FROM opened`,
);

export interface OpenRequest {
  mspId: string;
  clientId: string;
  personId: string | null;
  channel: Channel;
  /** The channel's own id of the message or ticket. */
  key: string;
  conversation: { key: string; address: Address; direct: boolean } | null;
  workspace: string | null;
  userId: string | null;
  assurance: Assurance;
  mode: Mode;
  text: string;
}

/** Opens a Request, once per `key`; null when that key has come before. */
export async function openRequest(on: Queryable, what: OpenRequest): Promise<string | null> {
  const requestId = newId('req');
  const address = what.conversation ? JSON.stringify(what.conversation.address) : null;
  const [opened] = await rows<{ id: string }>(on, open, [
    what.channel,
    what.key,
    newId('msg'),
    what.mspId,
    what.clientId,
    requestId,
    what.personId,
    what.text,
    newId('cnv'),
    what.conversation?.key ?? null,
    address,
    what.workspace,
    what.userId,
    what.assurance,
    what.mode,
    what.conversation?.direct ? address : null,
    ...activityRow({
      mspId: what.mspId,
      clientId: what.clientId,
      requestId,
      personId: what.personId,
      kind: 'request.received',
      actor: what.personId ?? 'unknown',
      facts: { channel: what.channel, assurance: what.assurance, mode: what.mode },
    }),
  ]);
  return opened?.id ?? null;
}

const add = statement(
  'requests_add_message',
  `WITH fresh AS (
     INSERT INTO messages (channel, key, id, msp_id, client_id, request_id, person_id, text)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, key) DO NOTHING RETURNING request_id
   ) UPDATE requests SET state = CASE WHEN state = 'asking' THEN 'received' ELSE state END, updated_at = clock_timestamp()
     WHERE id = (SELECT request_id FROM fresh) AND msp_id = $4 AND client_id = $5 AND closed_at IS NULL RETURNING id, state`,
);

/** Adds the Requester's own words to an open Request; null when they came before or it has ended meanwhile. */
export async function addMessage(
  on: Queryable,
  what: {
    mspId: string;
    clientId: string;
    requestId: string;
    personId: string;
    channel: Channel;
    key: string;
    text: string;
  },
): Promise<{ id: string; state: RequestState } | null> {
  const [added] = await rows<{ id: string; state: RequestState }>(on, add, [
    what.channel,
    what.key,
    newId('msg'),
    what.mspId,
    what.clientId,
    what.requestId,
    what.personId,
    what.text,
  ]);
  return added ?? null;
}

const claim = statement(
  'requests_claim',
  `UPDATE requests SET state = 'diagnosing', worker = $3, updated_at = clock_timestamp()
   WHERE msp_id = $1 AND id = $2 AND (state = 'received' OR (state = 'diagnosing' AND (NOT instance_alive(worker) OR worker = $3)))
   RETURNING ${columns}`,
);

/** Takes a Request on for diagnosing; null when somebody alive has it or it is past that. */
export async function claimRequest(
  db: Database,
  mspId: string,
  requestId: string,
  worker: number,
): Promise<RequestRow | null> {
  const [row] = await rows<RequestRow>(db.pool, claim, [mspId, requestId, worker]);
  return row ?? null;
}

const get = statement('requests_get', `SELECT ${columns} FROM requests WHERE msp_id = $1 AND id = $2`);

export async function getRequest(
  on: Queryable,
  mspId: string,
  requestId: string,
): Promise<RequestRow | null> {
  const [row] = await rows<RequestRow>(on, get, [mspId, requestId]);
  return row ?? null;
}

const said = statement(
  'requests_messages',
  'SELECT text FROM messages WHERE msp_id = $1 AND request_id = $2 ORDER BY at',
);

export async function messagesOf(on: Queryable, mspId: string, requestId: string): Promise<string[]> {
  return (await rows<{ text: string }>(on, said, [mspId, requestId])).map((row) => row.text);
}

const move = statement(
  'requests_move',
  `UPDATE requests SET state = $3, outcome = COALESCE($4, outcome), worker = NULL, updated_at = clock_timestamp(),
     asked = COALESCE($5::jsonb, asked),
     closed_at = CASE WHEN $3 IN ('observed','done','failed','denied','expired','handed_off','cancelled') THEN clock_timestamp() END
   WHERE msp_id = $1 AND id = $2 AND closed_at IS NULL RETURNING id`,
);

/** Moves an open Request; false when it has ended already. `asked` replaces the list of questions. */
export async function moveRequest(
  on: Queryable,
  mspId: string,
  requestId: string,
  to: { state: RequestState; outcome?: string; asked?: Json },
): Promise<boolean> {
  const moved = await rows(on, move, [
    mspId,
    requestId,
    to.state,
    to.outcome ?? null,
    to.asked === undefined ? null : JSON.stringify(to.asked),
  ]);
  return moved.length > 0;
}

const retry = statement(
  'requests_retry',
  `UPDATE requests SET state = 'received', worker = NULL, retries = retries + 1, updated_at = clock_timestamp()
   WHERE msp_id = $1 AND id = $2 AND state = 'diagnosing' RETURNING retries`,
);

/** Puts a Request back after a fault of ours; gives how often that has happened. */
export async function retryRequest(on: Queryable, mspId: string, requestId: string): Promise<number | null> {
  const [row] = await rows<{ retries: number }>(on, retry, [mspId, requestId]);
  return row?.retries ?? null;
}
