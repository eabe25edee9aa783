/** Puts out what waits under one order key, one after the other; nothing overtakes and nothing is put out twice. */
import { ConnectorError } from '../connectors/contract.ts';
import { alertStaff } from './alert.ts';
import { wake } from './announce.ts';
import type { Json } from './domain.ts';
import { sentenceFor } from './gateway.ts';
import type { House } from './house.ts';
import { MAYBE, putCard, putDirect, putReply } from './put-message.ts';
import { putNote, putStatus, putTicket } from './put-note.ts';
import { takeTurn } from './turns.ts';
import { transaction } from './store/database.ts';
import {
  addDeliveries,
  claimDelivery,
  markDelivered,
  markFailed,
  markLater,
  type DeliveryRow,
  type Payload,
} from './store/deliveries.ts';
import { markNoted } from './store/plans.ts';
import { findTicket } from './store/tickets.ts';

const LONGEST_WAIT_MS = 5 * 60_000;
/**
 * A refusal is tried a few times, in case it was about the moment; an outage for as long as it takes. What belongs
 * on a Ticket is kept for a day, for a Plan may wait for it, and people are told.
 */
const REFUSALS = 3;
const KEPT_MS = 24 * 3_600_000;

/** Puts out everything that is due under an order key. */
export function deliverKey(house: House, mspId: string, orderKey: string): Promise<void> {
  return takeTurn(house, orderKey, () => drain(house, mspId, orderKey));
}

async function drain(house: House, mspId: string, orderKey: string): Promise<void> {
  for (;;) {
    const delivery = await claimDelivery(house.db, orderKey, house.instance.number);
    if (!delivery || delivery.mspId !== mspId) return;
    if (!(await deliverOne(house, delivery))) return;
  }
}

/** False when this one has to wait, and with it what comes behind. */
async function deliverOne(house: House, delivery: DeliveryRow): Promise<boolean> {
  try {
    const ref = await put(house, delivery);
    house.failpoint(`deliver.${delivery.payload.kind}.sent`);
    await settle(house, delivery, ref);
    return true;
  } catch (error) {
    if (!(error instanceof ConnectorError)) {
      await markLater(house.db.pool, delivery, 'fault', backOff(delivery.attempts));
      throw error;
    }
    return onError(house, delivery, error);
  }
}

async function onError(house: House, delivery: DeliveryRow, error: ConnectorError): Promise<boolean> {
  house.log.warn(
    { deliveryId: delivery.id, kind: delivery.payload.kind, error: error.kind, attempts: delivery.attempts },
    'a delivery did not get through',
  );
  const stubborn = delivery.attempts >= REFUSALS;
  const refused = refusals.includes(error.kind);
  const isTicketWork = ticketWork.includes(delivery.payload.kind);
  if (stubborn && refused && (!isTicketWork || delivery.ageMs > KEPT_MS)) {
    await markFailed(house.db.pool, delivery, error.kind);
    return true;
  }
  const waitMs = Math.max(error.retryAfterMs ?? 0, backOff(delivery.attempts));
  await transaction(house.db.pool, async (tx) => {
    await markLater(tx, delivery, `${error.mayHaveActed ? MAYBE : ''}${error.kind}`, waitMs);
    await house.queue.send(tx, 'deliver', { mspId: delivery.mspId, orderKey: delivery.orderKey }, waitMs);
    if (isTicketWork && stubborn && (refused || error.kind === 'unauthorized'))
      await tellRefused(house, tx, delivery, error);
  });
  return false;
}

const refusals: ConnectorError['kind'][] = ['rejected', 'not_found', 'forbidden'];
const ticketWork: Payload['kind'][] = ['ticket', 'note', 'status'];

/** Once per Ticket. */
async function tellRefused(
  house: House,
  tx: Parameters<House['queue']['send']>[0],
  { mspId, clientId, requestId, orderKey }: DeliveryRow,
  error: ConnectorError,
): Promise<void> {
  if (!clientId || !requestId) return;
  const ticket = await findTicket(tx, mspId, requestId);
  const lines = [
    sentenceFor(error, 'The ticket system'),
    'It is tried again for a day. Until then the ticket does not show all that happened.',
  ];
  const alerts = await alertStaff(house, tx, {
    mspId,
    clientId,
    requestId,
    cause: `refused:${orderKey}`,
    notice: {
      kind: 'alert',
      title: 'The ticket system does not take what we write',
      lines,
      tone: 'warning',
      ticket: ticket && { number: ticket.number, url: ticket.url },
    },
  });
  await wake(house, tx, mspId, await addDeliveries(tx, alerts));
}

function backOff(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(attempts, 12));
}

/** Gives what the other side calls it. */
async function put(house: House, delivery: DeliveryRow): Promise<Json> {
  const { payload } = delivery;
  switch (payload.kind) {
    case 'reply':
      return putReply(house, delivery, payload);
    case 'direct':
      return putDirect(house, delivery, payload.identityId, payload.notice);
    case 'card':
      return putCard(house, delivery, payload);
    case 'ticket':
      return putTicket(house, delivery);
    case 'note':
      return putNote(house, delivery, payload);
    case 'status':
      return putStatus(house, delivery, payload);
  }
}

/** The internal note is what an authorized Plan waits for; both commits lock the plan, so neither misses the other. */
async function settle(house: House, delivery: DeliveryRow, ref: Json): Promise<void> {
  const { mspId, planId, payload } = delivery;
  if (!planId || payload.kind !== 'note' || payload.notice.kind !== 'plan_note')
    return markDelivered(house.db.pool, delivery, ref);
  await transaction(house.db.pool, async (tx) => {
    await markDelivered(tx, delivery, ref);
    if ((await markNoted(tx, mspId, planId)) === 'authorized')
      await house.queue.send(tx, 'execute', { mspId, planId });
  });
}
