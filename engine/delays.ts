/** Plans whose internal note cannot be delivered: writes wait, and both sides are told once. */
import { sayTo, wake } from './announce.ts';
import type { House } from './house.ts';
import { alertStaff } from './alert.ts';
import { rows, statement, transaction } from './store/database.ts';
import { addDeliveries } from './store/deliveries.ts';
import { lockPlan, markNoted } from './store/plans.ts';
import { getRequest } from './store/requests.ts';

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
