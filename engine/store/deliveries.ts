/** The one way out: unique by cause, in order per order key, with a revision. */
import type { Json, Notice } from '../domain.ts';
import type { TicketStatus, Visibility } from '../../connectors/contract.ts';
import { newId } from '../ids.ts';
import { rows, statement, type Database, type Queryable } from './database.ts';

/** What a Delivery carries. What it shows is built when it is sent, so that it shows today's state. */
export type Payload =
  /** Into the Request's own conversation. */
  | { kind: 'reply'; notice: Notice }
  /** A message to one Person's own DM. */
  | { kind: 'direct'; identityId: string; notice: Notice }
  /** One copy of an approval card. */
  | { kind: 'card'; identityId: string; approvalId: string }
  | { kind: 'ticket' }
  | { kind: 'note'; visibility: Visibility; notice: Notice }
  | { kind: 'status'; status: TicketStatus };

export interface NewDelivery {
  mspId: string;
  clientId: string | null;
  requestId: string | null;
  planId?: string | null;
  approvalId?: string | null;
  orderKey: string;
  /** Why it exists; the same cause is delivered once. */
  cause: string;
  payload: Payload;
}

export interface DeliveryRow {
  id: string;
  mspId: string;
  clientId: string | null;
  requestId: string | null;
  planId: string | null;
  approvalId: string | null;
  orderKey: string;
  cause: string;
  revision: number;
  payload: Payload;
  attempts: number;
  /** How the last attempt went wrong; null before the first, and when its process died. */
  error: string | null;
  ref: Json;
  /** Since it was added, by the database's clock when the row was read. */
  ageMs: number;
}

/** Everything about one Ticket is told in this order. */
export const ticketKey = (requestId: string) => `ticket:${requestId}`;
export const conversationKey = (conversationId: string) => `conversation:${conversationId}`;
export const directKey = (identityId: string) => `direct:${identityId}`;

const add = statement(
  'deliveries_add',
  `INSERT INTO deliveries (id, msp_id, client_id, request_id, plan_id, approval_id, kind, order_key, cause, payload)
   SELECT d.id, d.msp, d.client, d.request, d.plan, d.approval, d.payload->>'kind', d.okey, d.cause, d.payload
   FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
     WITH ORDINALITY AS d(id, msp, client, request, plan, approval, okey, cause, payload, place)
   ORDER BY d.place ON CONFLICT (cause) DO NOTHING RETURNING order_key`,
);

/** Adds what is not there yet, in the order given; gives the order keys that now have something waiting. */
export async function addDeliveries(on: Queryable, deliveries: NewDelivery[]): Promise<string[]> {
  if (deliveries.length === 0) return [];
  const added = await rows<{ order_key: string }>(on, add, [
    deliveries.map(() => newId('dlv')),
    deliveries.map((each) => each.mspId),
    deliveries.map((each) => each.clientId),
    deliveries.map((each) => each.requestId),
    deliveries.map((each) => each.planId ?? null),
    deliveries.map((each) => each.approvalId ?? null),
    deliveries.map((each) => each.orderKey),
    deliveries.map((each) => each.cause),
    deliveries.map((each) => JSON.stringify(each.payload)),
  ]);
  return [...new Set(added.map((row) => row.order_key))];
}

const columns = `id, msp_id AS "mspId", client_id AS "clientId", request_id AS "requestId", plan_id AS "planId",
  approval_id AS "approvalId", order_key AS "orderKey", cause, revision, payload, attempts, error, ref,
  (EXTRACT(EPOCH FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`;

const claim = statement(
  'deliveries_claim',
  `UPDATE deliveries SET state = 'sending', worker = $2, attempts = attempts + 1
   WHERE id = (
     SELECT d.id FROM deliveries d
     WHERE d.order_key = $1 AND d.state IN ('pending', 'sending') ORDER BY d.seq LIMIT 1
   ) AND (
     (state = 'pending' AND next_attempt_at <= clock_timestamp())
     OR (state = 'sending' AND (worker = $2 OR NOT instance_alive(worker)))
   ) RETURNING ${columns}`,
);

/** Takes the head of an order key if it is due and no other process has it; within one, callers take turns. */
export async function claimDelivery(
  db: Database,
  orderKey: string,
  worker: number,
): Promise<DeliveryRow | null> {
  const [row] = await rows<DeliveryRow>(db.pool, claim, [orderKey, worker]);
  return row ?? null;
}

const done = statement(
  'deliveries_done',
  `UPDATE deliveries SET state = CASE WHEN revision > $3 THEN 'pending' ELSE 'delivered' END, sent_revision = $3, ref = $4::jsonb,
     attempts = 0, error = NULL, worker = NULL, delivered_at = COALESCE(delivered_at, clock_timestamp()), next_attempt_at = clock_timestamp()
   WHERE id = $1 AND msp_id = $2`,
);

/** Records what was sent; when the revision has moved on meanwhile it is due again. */
export async function markDelivered(on: Queryable, delivery: DeliveryRow, ref: Json): Promise<void> {
  await rows(on, done, [delivery.id, delivery.mspId, delivery.revision, JSON.stringify(ref)]);
}

const later = statement(
  'deliveries_later',
  `UPDATE deliveries SET state = 'pending', error = $3, worker = NULL, next_attempt_at = clock_timestamp() + make_interval(secs => $4::double precision / 1000)
   WHERE id = $1 AND msp_id = $2`,
);
export async function markLater(
  on: Queryable,
  delivery: DeliveryRow,
  error: string,
  waitMs: number,
): Promise<void> {
  await rows(on, later, [delivery.id, delivery.mspId, error, waitMs]);
}

const failed = statement(
  'deliveries_failed',
  `UPDATE deliveries SET state = 'failed', error = $3, worker = NULL WHERE id = $1 AND msp_id = $2`,
);
export async function markFailed(on: Queryable, delivery: DeliveryRow, error: string): Promise<void> {
  await rows(on, failed, [delivery.id, delivery.mspId, error]);
}

const revise = statement(
  'deliveries_revise',
  `UPDATE deliveries SET revision = revision + 1, state = CASE WHEN state = 'sending' THEN state ELSE 'pending' END, next_attempt_at = clock_timestamp()
   WHERE msp_id = $1 AND plan_id = $2 AND kind = 'card' AND state <> 'failed' RETURNING order_key`,
);

/** Makes every copy of a Plan's cards due to be edited; gives their order keys. */
export async function reviseCards(on: Queryable, mspId: string, planId: string): Promise<string[]> {
  const revised = await rows<{ order_key: string }>(on, revise, [mspId, planId]);
  return [...new Set(revised.map((row) => row.order_key))];
}

const due = statement(
  'deliveries_due',
  `SELECT DISTINCT msp_id AS "mspId", order_key AS "orderKey" FROM deliveries
   WHERE (state = 'pending' AND next_attempt_at <= clock_timestamp() - interval '1 second')
      OR (state = 'sending' AND NOT order_key = ANY($2) AND (worker = $1 OR NOT instance_alive(worker))) LIMIT 200`,
);

/** Order keys with something due that no living process has. */
export async function dueOrderKeys(
  db: Database,
  worker: number,
  atWork: string[],
): Promise<{ mspId: string; orderKey: string }[]> {
  return rows(db.pool, due, [worker, atWork]);
}
