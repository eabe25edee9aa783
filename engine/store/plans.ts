/** Plans, their Steps and the Approvals over them. */
import type { ApprovalState, Json, PlanState, Role, Signer, StepState } from '../domain.ts';
import type { Verdict } from '../policy.ts';
import { newId } from '../ids.ts';
import { rows, statement, type Database, type Queryable } from './database.ts';

export interface PlanRow {
  id: string;
  mspId: string;
  clientId: string;
  requestId: string;
  version: number;
  state: PlanState;
  canonical: string;
  digest: string;
  code: string;
  verdict: Verdict;
  notedAt: Date | null;
  /** Since it was frozen, by the database's clock when the row was read. */
  ageMs: number;
}

const planColumns = `p.id, p.msp_id AS "mspId", p.client_id AS "clientId", p.request_id AS "requestId", p.version, p.state, p.canonical,
  p.digest, p.code, p.verdict, p.noted_at AS "notedAt", (EXTRACT(EPOCH FROM clock_timestamp() - p.created_at) * 1000)::float8 AS "ageMs"`;

const insert = statement(
  'plans_insert',
  `WITH plan AS (
     INSERT INTO plans (id, msp_id, client_id, request_id, version, state, canonical, digest, code, verdict, noted_at, settled_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, CASE WHEN $14 THEN clock_timestamp() END, CASE WHEN $6 = 'observed' THEN clock_timestamp() END) RETURNING id
   ), ledger AS (
     INSERT INTO steps (id, msp_id, client_id, plan_id, position)
     SELECT s.id, $2, $3, $1, s.place - 1 FROM unnest($11::text[]) WITH ORDINALITY AS s(id, place)
   ) INSERT INTO approvals (id, msp_id, client_id, plan_id, signer, person_id, digest, expires_at)
     SELECT a.id, $2, $3, $1, a.signer, a.person, $8, now_at + interval '24 hours'
     FROM unnest($12::text[], $13::text[], $15::text[]) AS a(id, signer, person), clock_timestamp() AS now_at`,
);

export interface NewPlan {
  id: string;
  mspId: string;
  clientId: string;
  requestId: string;
  version: number;
  state: PlanState;
  canonical: string;
  digest: string;
  code: string;
  verdict: Verdict;
  stepIds: string[];
  approvals: { id: string; signer: Signer; personId: string | null }[];
  /** True where there is no Ticket to put a note on. */
  noted: boolean;
}

export async function insertPlan(on: Queryable, plan: NewPlan): Promise<void> {
  await rows(on, insert, [
    plan.id,
    plan.mspId,
    plan.clientId,
    plan.requestId,
    plan.version,
    plan.state,
    plan.canonical,
    plan.digest,
    plan.code,
    JSON.stringify(plan.verdict),
    plan.stepIds,
    plan.approvals.map((each) => each.id),
    plan.approvals.map((each) => each.signer),
    plan.noted,
    plan.approvals.map((each) => each.personId),
  ]);
}

export const newPlanId = () => newId('pln');

const get = statement('plans_get', `SELECT ${planColumns} FROM plans p WHERE p.msp_id = $1 AND p.id = $2`);
export async function getPlan(on: Queryable, mspId: string, planId: string): Promise<PlanRow | null> {
  return (await rows<PlanRow>(on, get, [mspId, planId]))[0] ?? null;
}

const lock = statement(
  'plans_lock',
  `SELECT ${planColumns} FROM plans p WHERE p.msp_id = $1 AND p.id = $2 FOR UPDATE`,
);
export async function lockPlan(on: Queryable, mspId: string, planId: string): Promise<PlanRow | null> {
  return (await rows<PlanRow>(on, lock, [mspId, planId]))[0] ?? null;
}

const versions = statement(
  'plans_next_version',
  'SELECT COALESCE(max(version), 0)::int + 1 AS version FROM plans WHERE msp_id = $1 AND request_id = $2',
);
export async function nextVersion(on: Queryable, mspId: string, requestId: string): Promise<number> {
  return (await rows<{ version: number }>(on, versions, [mspId, requestId]))[0]?.version ?? 1;
}

const move = statement(
  'plans_move',
  `UPDATE plans SET state = $3, worker = NULL, delay_told = delay_told AND $3 <> 'authorized', settled_at = CASE WHEN $3 IN ('done','failed','denied','expired','stale') THEN clock_timestamp() ELSE settled_at END
   WHERE msp_id = $1 AND id = $2`,
);
export async function movePlan(
  on: Queryable,
  mspId: string,
  planId: string,
  state: PlanState,
): Promise<void> {
  await rows(on, move, [mspId, planId, state]);
}

const noted = statement(
  'plans_noted',
  `UPDATE plans SET noted_at = COALESCE(noted_at, clock_timestamp()) WHERE msp_id = $1 AND id = $2 RETURNING state`,
);
/** The internal note is on the Ticket (or may be skipped). Gives the plan's state; the row stays locked. */
export async function markNoted(on: Queryable, mspId: string, planId: string): Promise<PlanState | null> {
  return (await rows<{ state: PlanState }>(on, noted, [mspId, planId]))[0]?.state ?? null;
}

const claim = statement(
  'plans_claim',
  `UPDATE plans p SET state = 'running', worker = $3, rest_until = NULL
   WHERE p.msp_id = $1 AND p.id = $2 AND p.noted_at IS NOT NULL AND (p.rest_until IS NULL OR p.rest_until <= clock_timestamp())
     AND (p.state = 'authorized' OR (p.state = 'running' AND (p.worker = $3 OR NOT instance_alive(p.worker))))
   RETURNING ${planColumns}`,
);
/** Takes an authorized Plan on for running, or one whose runner is gone; within one process callers take turns. */
export async function claimPlan(
  db: Database,
  mspId: string,
  planId: string,
  worker: number,
): Promise<PlanRow | null> {
  return (await rows<PlanRow>(db.pool, claim, [mspId, planId, worker]))[0] ?? null;
}

const rest = statement(
  'plans_rest',
  `UPDATE plans SET worker = NULL, rest_until = clock_timestamp() + make_interval(secs => $3::double precision / 1000)
   WHERE msp_id = $1 AND id = $2 AND state = 'running'`,
);
/** Leaves a running Plan alone for a while; nobody can claim it before that is over. */
export async function restPlan(on: Queryable, mspId: string, planId: string, restMs: number): Promise<void> {
  await rows(on, rest, [mspId, planId, restMs]);
}

const fault = statement(
  'plans_fault',
  'UPDATE plans SET faults = faults + 1 WHERE msp_id = $1 AND id = $2 RETURNING faults',
);
/** Counts a fault of ours while it was run; gives how many there were. */
export async function countFault(on: Queryable, mspId: string, planId: string): Promise<number> {
  return (await rows<{ faults: number }>(on, fault, [mspId, planId]))[0]?.faults ?? 0;
}

export interface StepRow {
  id: string;
  position: number;
  state: StepState;
  attempts: number;
  claimedAt: Date | null;
  outcome: string | null;
  result: Json;
}
const steps = statement(
  'steps_of_plan',
  `SELECT id, position, state, attempts, claimed_at AS "claimedAt", outcome, result FROM steps WHERE msp_id = $1 AND plan_id = $2 ORDER BY position`,
);
export async function stepsOf(on: Queryable, mspId: string, planId: string): Promise<StepRow[]> {
  return rows(on, steps, [mspId, planId]);
}

export interface ApprovalRow {
  id: string;
  planId: string;
  mspId: string;
  clientId: string;
  signer: Signer;
  personId: string | null;
  digest: string;
  state: ApprovalState;
  expiresAt: Date;
  expired: boolean;
  decidedById: string | null;
  decidedByName: string | null;
  /** As they are now: null Client and a role for the Msp's own staff. */
  decidedByClientId: string | null;
  decidedByMail: string | null;
  decidedByRoles: Role[] | null;
  decidedAt: Date | null;
  answer: 'approve' | 'deny' | null;
  reason: string | null;
}
const approvalColumns = `a.id, a.plan_id AS "planId", a.msp_id AS "mspId", a.client_id AS "clientId", a.signer, a.person_id AS "personId", a.digest, a.state,
  a.expires_at AS "expiresAt", a.expires_at <= clock_timestamp() AS expired,
  d.person_id AS "decidedById", q.name AS "decidedByName", q.client_id AS "decidedByClientId",
  q.mail AS "decidedByMail", q.roles AS "decidedByRoles", d.at AS "decidedAt", d.answer, d.reason`;
const approvalFrom =
  'FROM approvals a LEFT JOIN decisions d ON d.approval_id = a.id LEFT JOIN persons q ON q.id = d.person_id AND q.msp_id = d.msp_id';

const ofPlan = statement(
  'approvals_of_plan',
  `SELECT ${approvalColumns} ${approvalFrom} WHERE a.msp_id = $1 AND a.plan_id = $2 ORDER BY a.signer DESC`,
);
export async function approvalsOf(on: Queryable, mspId: string, planId: string): Promise<ApprovalRow[]> {
  return rows(on, ofPlan, [mspId, planId]);
}

const beside = statement(
  'approvals_beside',
  `SELECT ${approvalColumns} ${approvalFrom} WHERE a.msp_id = $1
     AND a.plan_id = (SELECT plan_id FROM approvals WHERE msp_id = $1 AND id = $2) ORDER BY a.signer DESC`,
);
/** An Approval and those beside it over the same Plan; empty when this Msp has none of that id. */
export async function approvalsBeside(
  on: Queryable,
  mspId: string,
  approvalId: string,
): Promise<ApprovalRow[]> {
  return rows(on, beside, [mspId, approvalId]);
}

const byId = statement('approvals_by_id', `SELECT ${approvalColumns} ${approvalFrom} WHERE a.id = $1`);
/** Without a mspId because a click names nothing else; the caller compares it with the clicker's own Msp. */
export async function findApproval(on: Queryable, approvalId: string): Promise<ApprovalRow | null> {
  return (await rows<ApprovalRow>(on, byId, [approvalId]))[0] ?? null;
}
