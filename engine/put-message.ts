/** Puts messages and cards into conversations and DMs. */
import { ConnectorError } from '../connectors/contract.ts';
import { markOf } from './digest.ts';
import type { Destination, Json, Notice } from './domain.ts';
import type { House } from './house.ts';
import { appendActivity } from './store/activity.ts';
import { rows, statement } from './store/database.ts';
import type { DeliveryRow, Payload } from './store/deliveries.ts';
import { destinationOf, rememberAddress } from './store/people.ts';
import { approvalView } from './views.ts';
import { withTicket } from './with-ticket.ts';

/** On the record, because it may be there twice now: the channel cannot tell, and silence would be worse. */
async function recordRepeat(house: House, delivery: DeliveryRow): Promise<void> {
  const { mspId, clientId, requestId, id: deliveryId } = delivery;
  await appendActivity(house.db.pool, {
    mspId,
    clientId,
    requestId,
    kind: 'delivery.sent_again',
    actor: 'engine',
    facts: { deliveryId, kind: delivery.payload.kind },
  });
}

/** Before the error of a try that may have got through all the same. */
export const MAYBE = 'maybe: ';

type Of<Kind extends Payload['kind']> = Extract<Payload, { kind: Kind }>;

const room = statement(
  'deliver_room',
  `SELECT c.channel, c.address, COALESCE(r.workspace, '') AS workspace FROM requests r JOIN conversations c ON c.id = r.conversation_id
   WHERE r.msp_id = $1 AND r.id = $2`,
);

export async function putReply(house: House, delivery: DeliveryRow, payload: Of<'reply'>): Promise<Json> {
  const [to] = await rows<{ channel: 'teams' | 'slack'; address: Destination['address']; workspace: string }>(
    house.db.pool,
    room,
    [delivery.mspId, delivery.requestId],
  );
  if (!to) throw new ConnectorError('not_found', 'the conversation is gone');
  return send(house, delivery, { ...to, userId: null }, await withTicket(house, delivery, payload.notice));
}

export async function putDirect(
  house: House,
  delivery: DeliveryRow,
  identityId: string,
  notice: Notice,
): Promise<Json> {
  const to = await destinationOf(house.db, delivery.mspId, identityId);
  if (!to) throw new ConnectorError('not_found', 'the identity is gone');
  return send(house, delivery, to, notice);
}

export async function putCard(house: House, delivery: DeliveryRow, payload: Of<'card'>): Promise<Json> {
  const approval = await approvalView(house, delivery.mspId, payload.approvalId);
  if (!approval) throw new ConnectorError('not_found', 'the approval is gone');
  return putDirect(house, delivery, payload.identityId, { kind: 'approval', approval });
}

/** After a try whose end is not known, a channel that can tell is asked before it is posted again. */
async function send(house: House, delivery: DeliveryRow, to: Destination, notice: Notice): Promise<Json> {
  const mark = markOf(delivery.id);
  const found = isInDoubt(delivery) ? await house.outlet.find(to, mark) : null;
  if (isInDoubt(delivery) && !found) await recordRepeat(house, delivery);
  const sent = await house.outlet.send(to, notice, delivery.ref ?? found?.ref ?? null, mark);
  if (sent.address && to.userId)
    await rememberAddress(
      house.db,
      { channel: to.channel, workspace: to.workspace, userId: to.userId },
      sent.address,
    );
  return sent.ref;
}

/** Tried before, with nothing to show for it, and not known to have failed. */
function isInDoubt({ ref, attempts, error }: DeliveryRow): boolean {
  return ref === null && attempts > 1 && (error === null || error.startsWith(MAYBE));
}
