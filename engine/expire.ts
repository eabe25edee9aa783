/** Approvals that nobody answered in 24 hours, by the database's clock. Expiry wins over a click that comes later. */
import { sayTo, wake } from './announce.ts';
import type { House } from './house.ts';
import { contentOf } from './plan-content.ts';
import { alertStaff } from './alert.ts';
import { endPlan, TOO_LATE } from './report.ts';
import { appendActivity } from './store/activity.ts';
import { rows, statement, transaction } from './store/database.ts';
import { addDeliveries, reviseCards, ticketKey, type NewDelivery } from './store/deliveries.ts';
import { approvalsOf, lockPlan, movePlan, type PlanRow } from './store/plans.ts';
import { getRequest, moveRequest } from './store/requests.ts';
import { findTicket } from './store/tickets.ts';
import { stepViews } from './views.ts';

const due = statement(
  'expire_due',
  `SELECT DISTINCT msp_id AS "mspId", plan_id AS "planId" FROM approvals WHERE state = 'open' AND expires_at <= clock_timestamp() LIMIT 100`,
);

/** Signed, and still waiting for its note when the time to begin was over; with its note, `execute` sees to it. */
const overdue = statement(
  'expire_overdue',
  `SELECT p.id, p.msp_id AS "mspId", p.client_id AS "clientId", p.request_id AS "requestId" FROM plans p
   WHERE p.state = 'authorized' AND p.noted_at IS NULL
     AND EXISTS (SELECT 1 FROM approvals a WHERE a.plan_id = p.id AND a.expires_at <= clock_timestamp()) LIMIT 100`,
);

export async function expireDue(house: House): Promise<void> {
  for (const { mspId, planId } of await rows<{ mspId: string; planId: string }>(house.db.pool, due, [])) {
    await transaction(house.db.pool, (tx) => expirePlan(house, tx, mspId, planId));
  }
  for (const plan of await rows<Parameters<typeof endPlan>[1]>(house.db.pool, overdue, []))
    await endPlan(house, plan, { kind: 'stop', why: TOO_LATE });
}

const end = statement(
  'expire_end',
  `UPDATE approvals SET state = CASE WHEN state = 'open' THEN 'expired' ELSE 'superseded' END WHERE msp_id = $1 AND plan_id = $2 AND state IN ('open', 'approved')`,
);

type Transaction = Parameters<House['queue']['send']>[0];

async function expirePlan(house: House, tx: Transaction, mspId: string, planId: string): Promise<void> {
  const plan = await lockPlan(tx, mspId, planId);
  const approvals = await approvalsOf(tx, mspId, planId);
  if (
    !plan ||
    plan.state !== 'open' ||
    !approvals.some((approval) => approval.state === 'open' && approval.expired)
  )
    return;
  await rows(tx, end, [mspId, planId]);
  await movePlan(tx, mspId, planId, 'expired');
  await moveRequest(tx, mspId, plan.requestId, { state: 'expired' });
  await appendActivity(tx, {
    mspId,
    clientId: plan.clientId,
    requestId: plan.requestId,
    kind: 'approval.expired',
    actor: 'engine',
    facts: { planId, digest: plan.digest },
  });
  const keys = await reviseCards(tx, mspId, planId);
  keys.push(...(await addDeliveries(tx, await expiredDeliveries(house, tx, plan))));
  await wake(house, tx, mspId, [...new Set(keys)]);
}

async function expiredDeliveries(house: House, tx: Transaction, plan: PlanRow): Promise<NewDelivery[]> {
  const { mspId, clientId, requestId, id: planId } = plan;
  const request = await getRequest(tx, mspId, requestId);
  if (!request) return [];
  const ticket = await findTicket(tx, mspId, requestId);
  const content = contentOf(plan);
  const base = { mspId, clientId, requestId, planId };
  const reply = sayTo(request, { kind: 'expired', requestId }, `expired:${planId}`);
  return [
    ...(reply ? [reply] : []),
    {
      ...base,
      orderKey: ticketKey(requestId),
      cause: `outcome:${planId}`,
      payload: {
        kind: 'note',
        visibility: 'internal',
        notice: {
          kind: 'outcome_note',
          result: 'expired',
          lines: ['Nobody decided within 24 hours. Nothing was run.'],
          steps: stepViews(plan, []),
          code: plan.code,
          decidedBy: null,
          reason: null,
        },
      },
    },
    {
      ...base,
      orderKey: ticketKey(requestId),
      cause: `status:${planId}`,
      payload: { kind: 'status', status: 'needs_person' },
    },
    ...(await alertStaff(house, tx, {
      ...base,
      cause: `alert:${planId}`,
      notice: {
        kind: 'alert',
        title: 'Nobody answered in time',
        lines: [
          content
            ? `${content.title}, asked by ${content.requester.name}. Code ${plan.code}.`
            : `Code ${plan.code}.`,
          'It expired after 24 hours. The employee was told that this is on us.',
        ],
        tone: 'warning',
        ticket: ticket && { number: ticket.number, url: ticket.url },
      },
    })),
  ];
}
