/** Plans that wait for a vendor: for the PSA to take their note, or for an answer to a check. Both sides are told once. */
import { sayTo, wake } from './announce.ts';
import type { House } from './house.ts';
import { alertStaff } from './alert.ts';
import { rows, statement, transaction } from './store/database.ts';
import { addDeliveries } from './store/deliveries.ts';
import { lockPlan, markNoted, type PlanRow } from './store/plans.ts';
import { getRequest } from './store/requests.ts';
import { findTicket } from './store/tickets.ts';

const WAIT = '2 minutes';

const due = statement(
  'delays_due',
  `SELECT p.msp_id AS "mspId", p.id AS "planId", m.writes_without_note AS "goOn" FROM plans p JOIN msps m ON m.id = p.msp_id
   WHERE p.state IN ('open', 'authorized') AND p.noted_at IS NULL AND NOT p.delay_told AND p.created_at <= clock_timestamp() - $1::interval LIMIT 50`,
);
const told = statement(
  'delays_told',
  'UPDATE plans SET delay_told = true WHERE msp_id = $1 AND id = $2 AND NOT delay_told RETURNING id',
);

export async function tellDelays(house: House): Promise<void> {
  for (const { mspId, planId, goOn } of await rows<{ mspId: string; planId: string; goOn: boolean }>(
    house.db.pool,
    due,
    [WAIT],
  )) {
    await transaction(house.db.pool, async (tx) => {
      const plan = await lockPlan(tx, mspId, planId);
      if (!plan || (await rows(tx, told, [mspId, planId])).length === 0) return;
      if (goOn && (await markNoted(tx, mspId, planId)) === 'authorized')
        await house.queue.send(tx, 'execute', { mspId, planId });
      const request = await getRequest(tx, mspId, plan.requestId);
      if (!request) return;
      const base = { mspId, clientId: plan.clientId, requestId: plan.requestId, planId };
      const reply =
        goOn || plan.state !== 'authorized' || !request.conversationId
          ? null
          : sayTo(request, { kind: 'delayed', ticket: null }, `delayed:${planId}`);
      const lines = [
        'The ticket system has not taken our note for 2 minutes.',
        goOn ? 'Your settings allow work to go on without it.' : 'Signed plans wait until it does.',
      ];
      const alerts = await alertStaff(house, tx, {
        ...base,
        cause: `delayed_alert:${planId}`,
        notice: {
          kind: 'alert',
          title: 'The ticket system is not answering',
          lines,
          tone: 'warning',
          ticket: null,
        },
      });
      await wake(house, tx, mspId, await addDeliveries(tx, [...(reply ? [reply] : []), ...alerts]));
    });
  }
}

const heldUp = statement(
  'delays_held_up',
  `SELECT p.id FROM plans p WHERE p.msp_id = $1 AND p.id = $2 AND p.state = 'running'
     AND GREATEST(p.created_at, p.noted_at, (SELECT max(d.at) FROM decisions d JOIN approvals a ON a.id = d.approval_id WHERE a.plan_id = p.id))
         <= clock_timestamp() - $3::interval`,
);

/** A signed Plan whose vendor cannot be asked: once that has lasted, both sides are told, once. */
export async function tellHeldUp(house: House, plan: PlanRow, why: string): Promise<void> {
  const { mspId, clientId, requestId, id: planId } = plan;
  await transaction(house.db.pool, async (tx) => {
    const request = await getRequest(tx, mspId, requestId);
    if (!request || (await rows(tx, heldUp, [mspId, planId, WAIT])).length === 0) return;
    const reply = request.conversationId
      ? sayTo(request, { kind: 'delayed', ticket: null }, `held_up:${planId}`)
      : null;
    const ticket = await findTicket(tx, mspId, requestId);
    const alerts = await alertStaff(house, tx, {
      mspId,
      clientId,
      requestId,
      planId,
      cause: `held_up_alert:${planId}`,
      notice: {
        kind: 'alert',
        title: 'A signed plan has to wait',
        lines: [why, `Plan ${plan.code} goes on by itself as soon as it can.`],
        tone: 'warning',
        ticket: ticket && { number: ticket.number, url: ticket.url },
      },
    });
    await wake(house, tx, mspId, await addDeliveries(tx, [...(reply ? [reply] : []), ...alerts]));
  });
}
