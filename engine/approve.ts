/** approve: one person's answer to an Approval. The plan's row is locked, so there is one decision and one order. */
import type { ActionResult, InboundAction, Sender } from './domain.ts';
import type { House } from './house.ts';
import { mayDecide, obstacleNow, type Signatory } from './may-decide.ts';
import { sayTo, wake } from './announce.ts';
import { appendActivity, sealFor } from './store/activity.ts';
import { rows, statement, transaction } from './store/database.ts';
import { addDeliveries, reviseCards, ticketKey, type NewDelivery } from './store/deliveries.ts';
import { findKnown, type Known } from './store/people.ts';
import {
  approvalsOf,
  findApproval,
  lockPlan,
  movePlan,
  type ApprovalRow,
  type PlanRow,
} from './store/plans.ts';
import { getRequest, moveRequest } from './store/requests.ts';
import { approvalView, stepViews } from './views.ts';

export interface Click {
  approvalId: string;
  digest: string;
  answer: 'approve' | 'deny';
  /** For the Ticket and the activity; required to deny. */
  reason: string | null;
  /** For the employee. */
  message: string | null;
}

/** Reads a click's data, which is only a claim. */
export function readClick(action: InboundAction): Click | null {
  const { approvalId, digest } = action.data;
  if (!approvalId || !digest || (action.verb !== 'approve' && action.verb !== 'deny')) return null;
  const clean = (text: string | undefined) => (text?.trim() ? text.trim().slice(0, 2_000) : null);
  return {
    approvalId,
    digest,
    answer: action.verb,
    reason: clean(action.data['reason']),
    message: clean(action.data['message']),
  };
}

/** Decides, or refuses with a sentence. A refusal changes nothing but the record. */
export async function decide(house: House, sender: Sender, click: Click): Promise<ActionResult> {
  const who = await findKnown(house.db, sender);
  const approval = await findApproval(house.db.pool, click.approvalId);
  if (!who || !approval || who.mspId !== approval.mspId) {
    if (who) await refused(house, who, null, 'unknown approval');
    return { sentence: 'There is nothing here that you can decide.', notice: null };
  }
  const early = mayDecide(who, approval, click);
  if (early) {
    await refused(house, who, approval, early.why);
    return { sentence: early.sentence, notice: null };
  }
  const sealed =
    click.reason || click.message
      ? await sealFor(
          house.db,
          house.vault,
          { mspId: who.mspId, personId: who.personId },
          JSON.stringify({ reason: click.reason, message: click.message }),
        )
      : null;
  const sentence = await transaction(house.db.pool, (tx) =>
    decideLocked(house, tx, who as Signatory, approval, { click, sealed }),
  );
  house.failpoint('approve.committed');
  const view = await approvalView(house, who.mspId, approval.id);
  return { sentence, notice: view && { kind: 'approval', approval: view } };
}

async function refused(house: House, who: Known, approval: ApprovalRow | null, why: string): Promise<void> {
  await appendActivity(house.db.pool, {
    mspId: who.mspId,
    clientId: approval?.clientId ?? who.clientId,
    kind: 'approval.refused',
    actor: who.personId ?? 'unknown',
    facts: { approvalId: approval?.id ?? null, why },
  });
}

interface Answer {
  click: Click;
  sealed: string | null;
}
type Transaction = Parameters<House['queue']['send']>[0];

async function decideLocked(
  house: House,
  tx: Transaction,
  who: Signatory,
  { id, planId }: ApprovalRow,
  answer: Answer,
): Promise<string> {
  const plan = await lockPlan(tx, who.mspId, planId);
  const all = await approvalsOf(tx, who.mspId, planId);
  const approval = all.find((each) => each.id === id);
  if (!plan || !approval) return 'There is nothing here that you can decide.';
  const obstacle = await obstacleNow(tx, who, plan, approval, answer.click);
  if (obstacle) {
    await refusedNow(tx, who, approval, obstacle.why);
    return obstacle.sentence;
  }
  await rows(tx, record, [
    approval.id,
    who.mspId,
    approval.clientId,
    who.personId,
    who.identityId,
    answer.click.answer,
    answer.click.reason,
    answer.click.message,
    answer.click.answer === 'approve' ? 'approved' : 'denied',
  ]);
  const keys = await reviseCards(tx, who.mspId, planId);
  if (answer.click.answer === 'deny') keys.push(...(await denyAll(tx, plan, approval, who, answer.click)));
  else if (all.every((each) => each.id === approval.id || each.state === 'approved'))
    await authorize(house, tx, plan);
  await wake(house, tx, who.mspId, [...new Set(keys)]);
  const facts = { approvalId: approval.id, planId, digest: plan.digest, signer: approval.signer };
  // Last, because it holds up every other writer of the Client's chain until the commit.
  await appendActivity(
    tx,
    {
      mspId: who.mspId,
      clientId: plan.clientId,
      requestId: plan.requestId,
      personId: who.personId,
      kind: `approval.${answer.click.answer}`,
      actor: who.personId,
      facts,
    },
    answer.sealed,
  );
  house.failpoint('approve.before-commit');
  return answer.click.answer === 'deny'
    ? 'Denied. The employee is told, and the ticket stays open.'
    : 'Approved.';
}

const record = statement(
  'approve_record',
  `WITH decision AS (
     INSERT INTO decisions (approval_id, msp_id, client_id, person_id, identity_id, answer, reason, message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING approval_id
   ) UPDATE approvals SET state = $9 WHERE id = (SELECT approval_id FROM decision)`,
);
async function refusedNow(
  tx: Transaction,
  who: Signatory,
  approval: ApprovalRow,
  why: string,
): Promise<void> {
  await appendActivity(tx, {
    mspId: who.mspId,
    clientId: approval.clientId,
    kind: 'approval.refused',
    actor: who.personId,
    facts: { approvalId: approval.id, why },
  });
}

const othersEnd = statement(
  'approve_others_end',
  `UPDATE approvals SET state = 'superseded' WHERE msp_id = $1 AND plan_id = $2 AND state = 'open'`,
);

async function denyAll(
  tx: Transaction,
  plan: PlanRow,
  approval: ApprovalRow,
  who: Signatory,
  click: Click,
): Promise<string[]> {
  const { mspId, clientId, requestId, id: planId } = plan;
  await rows(tx, othersEnd, [mspId, planId]);
  await movePlan(tx, mspId, planId, 'denied');
  await moveRequest(tx, mspId, requestId, { state: 'denied' });
  const request = await getRequest(tx, mspId, requestId);
  if (!request) return [];
  const base = { mspId, clientId, requestId, planId, orderKey: ticketKey(requestId) };
  const deliveries: NewDelivery[] = [
    {
      ...base,
      cause: `outcome:${planId}`,
      payload: {
        kind: 'note',
        visibility: 'internal',
        notice: {
          kind: 'outcome_note',
          result: 'denied',
          lines: [],
          steps: stepViews(plan, []),
          code: plan.code,
          decidedBy: who.personName,
          reason: click.reason,
        },
      },
    },
    { ...base, cause: `status:${planId}`, payload: { kind: 'status', status: 'needs_person' } },
  ];
  const reply = sayTo(
    request,
    { kind: 'denied', ticket: null, message: click.message, by: approval.signer, requestId },
    `denied:${planId}`,
  );
  return addDeliveries(tx, reply ? [...deliveries, reply] : deliveries);
}

async function authorize(house: House, tx: Transaction, plan: PlanRow): Promise<void> {
  await movePlan(tx, plan.mspId, plan.id, 'authorized');
  await moveRequest(tx, plan.mspId, plan.requestId, { state: 'executing' });
  // Without the internal note it must not run yet: then the note's own commit sends the job.
  if (plan.notedAt) await house.queue.send(tx, 'execute', { mspId: plan.mspId, planId: plan.id });
}
