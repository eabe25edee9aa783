/** Puts out what waits under one order key, one after the other; nothing overtakes and nothing is put out twice. */
import { ConnectorError } from '../connectors/contract.ts';
import { markOf } from './digest.ts';
import type { Destination, Json, Notice } from './domain.ts';
import { openClient, psaOf } from './gateway.ts';
import type { House } from './house.ts';
import { requesterPerson } from './requester.ts';
import { rows, statement, transaction } from './store/database.ts';
import {
  claimDelivery,
  markDelivered,
  markFailed,
  markLater,
  type DeliveryRow,
  type Payload,
} from './store/deliveries.ts';
import { destinationOf, rememberAddress } from './store/people.ts';
import { markNoted } from './store/plans.ts';
import { getRequest, messagesOf } from './store/requests.ts';
import { addTicket, findTicket, type TicketRow } from './store/tickets.ts';
import { approvalView } from './views.ts';
import { givenNameOf } from './requester.ts';

const LONGEST_WAIT_MS = 5 * 60_000;
/** A refusal is tried a few times, in case it was about the moment; an outage for as long as it takes. */
const REFUSALS = 3;

export async function deliverKey(house: House, mspId: string, orderKey: string): Promise<void> {
  for (;;) {
    const delivery = await claimDelivery(house.db, orderKey, house.instance.number, [...house.atWork]);
    if (!delivery || delivery.mspId !== mspId) return;
    house.atWork.add(delivery.id);
    try {
      if (!(await deliverOne(house, delivery))) return;
    } finally {
      house.atWork.delete(delivery.id);
    }
  }
}

/** False when this one has to wait, and with it what comes behind. */
async function deliverOne(house: House, delivery: DeliveryRow): Promise<boolean> {
  try {
    const ref = await put(house, delivery);
    house.failpoint(`deliver.${delivery.payload.kind}.sent`);
    await transaction(house.db.pool, async (tx) => {
      await markDelivered(tx, delivery, ref);
      await afterwards(house, tx, delivery);
    });
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
  const refused = error.kind === 'rejected' || error.kind === 'not_found' || error.kind === 'forbidden';
  house.log.warn(
    { deliveryId: delivery.id, kind: delivery.payload.kind, error: error.kind, attempts: delivery.attempts },
    'a delivery did not get through',
  );
  if (refused && delivery.attempts >= REFUSALS) {
    await markFailed(house.db.pool, delivery, error.kind);
    return true;
  }
  const waitMs = Math.max(error.retryAfterMs ?? 0, backOff(delivery.attempts));
  await transaction(house.db.pool, async (tx) => {
    await markLater(tx, delivery, `${error.mayHaveActed ? MAYBE : ''}${error.kind}`, waitMs);
    await house.queue.send(tx, 'deliver', { mspId: delivery.mspId, orderKey: delivery.orderKey }, waitMs);
  });
  return false;
}

function backOff(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(attempts, 12));
}

type Of<Kind extends Payload['kind']> = Extract<Payload, { kind: Kind }>;

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

const room = statement(
  'deliver_room',
  `SELECT c.channel, c.address, COALESCE(r.workspace, '') AS workspace FROM requests r JOIN conversations c ON c.id = r.conversation_id
   WHERE r.msp_id = $1 AND r.id = $2`,
);

async function putReply(house: House, delivery: DeliveryRow, payload: Of<'reply'>): Promise<Json> {
  const [to] = await rows<{ channel: 'teams' | 'slack'; address: Destination['address']; workspace: string }>(
    house.db.pool,
    room,
    [delivery.mspId, delivery.requestId],
  );
  if (!to) throw new ConnectorError('not_found', 'the conversation is gone');
  return send(house, delivery, { ...to, userId: null }, await withTicket(house, delivery, payload.notice));
}

async function putDirect(
  house: House,
  delivery: DeliveryRow,
  identityId: string,
  notice: Notice,
): Promise<Json> {
  const to = await destinationOf(house.db, delivery.mspId, identityId);
  if (!to) throw new ConnectorError('not_found', 'the identity is gone');
  return send(house, delivery, to, notice);
}

async function putCard(house: House, delivery: DeliveryRow, payload: Of<'card'>): Promise<Json> {
  const approval = await approvalView(house, delivery.mspId, payload.approvalId);
  if (!approval) throw new ConnectorError('not_found', 'the approval is gone');
  return putDirect(house, delivery, payload.identityId, { kind: 'approval', approval });
}

/** What only says that work goes on: in doubt it is left out, for the outcome follows. All else is rather said twice. */
const passing: Notice['kind'][] = ['received', 'waiting'];

/** After a try whose end is not known, a channel that can tell is asked before it is posted again. */
async function send(house: House, delivery: DeliveryRow, to: Destination, notice: Notice): Promise<Json> {
  const mark = markOf(delivery.id);
  const found = isInDoubt(delivery) ? await house.outlet.find(to, mark) : null;
  if (isInDoubt(delivery) && !found && passing.includes(notice.kind)) return null;
  const sent = await house.outlet.send(to, notice, delivery.ref ?? found?.ref ?? null, mark);
  if (sent.address && to.userId)
    await rememberAddress(
      house.db,
      { channel: to.channel, workspace: to.workspace, userId: to.userId },
      sent.address,
    );
  return sent.ref;
}

const MAYBE = 'maybe: ';

/** Tried before, with nothing to show for it, and not known to have failed. */
function isInDoubt({ ref, attempts, error }: DeliveryRow): boolean {
  return ref === null && attempts > 1 && (error === null || error.startsWith(MAYBE));
}

/** The employee hears the Ticket's number as it is when they hear it. */
async function withTicket(house: House, delivery: DeliveryRow, notice: Notice): Promise<Notice> {
  if (!('ticket' in notice) || notice.kind === 'alert' || notice.ticket !== null || !delivery.requestId)
    return notice;
  const ticket = await findTicket(house.db.pool, delivery.mspId, delivery.requestId);
  return { ...notice, ticket: ticket?.number ?? null };
}

async function psaFor(house: House, delivery: DeliveryRow) {
  if (!delivery.clientId || !delivery.requestId) throw new Error('a note without a request');
  const scope = await openClient(house, delivery.mspId, delivery.clientId);
  const found = psaOf(scope);
  if (!found) throw new ConnectorError('not_found', 'no PSA is mapped for this client');
  return { ...found, scope, clientId: delivery.clientId, requestId: delivery.requestId };
}

async function putTicket(house: House, delivery: DeliveryRow): Promise<Json> {
  const { psa, connection, scope, clientId, requestId } = await psaFor(house, delivery);
  const request = await getRequest(house.db.pool, delivery.mspId, requestId);
  if (!request) throw new Error('a ticket without a request');
  const companyId = connection.row.externalId;
  const mark = markOf(delivery.id);
  const person = await requesterPerson(house.db.pool, request);
  const earlier = delivery.attempts > 1 ? await psa.findTicketByMark(companyId, mark) : null;
  const ref = earlier ?? (await createTicket());
  await addTicket(house.db.pool, {
    mspId: delivery.mspId,
    clientId,
    requestId,
    connectionId: connection.row.id,
    externalId: ref.id,
    number: ref.number,
    url: ref.url,
    origin: 'us',
  });
  return { id: ref.id };

  async function createTicket() {
    const contact = person?.mail ? await psa.findContact(companyId, person.mail) : null;
    const ask = (await messagesOf(house.db.pool, delivery.mspId, requestId)).join('\n');
    const how =
      request?.assurance === 'verified'
        ? `${request.channel} account in ${scope.settings.clientName}'s own workspace`
        : 'not verified';
    const notice: Notice = {
      kind: 'ticket',
      ask,
      channel: request?.channel ?? 'teams',
      requester: {
        name: person?.name ?? 'Unknown',
        mail: person?.mail ?? null,
        assurance: request?.assurance ?? 'claimed',
        how,
      },
    };
    const summary = `${givenNameOf(person?.name ?? 'Somebody')}: ${ask.replace(/\s+/g, ' ')}`.slice(0, 100);
    return psa.createTicket({
      companyId,
      contactId: contact?.id ?? null,
      summary,
      body: house.outlet.note(notice),
      mark,
    });
  }
}

async function ticketOf(house: House, delivery: DeliveryRow, requestId: string): Promise<TicketRow> {
  const ticket = await findTicket(house.db.pool, delivery.mspId, requestId);
  if (!ticket) throw new ConnectorError('not_found', 'there is no ticket to write on');
  return ticket;
}

async function putNote(house: House, delivery: DeliveryRow, payload: Of<'note'>): Promise<Json> {
  const { psa, requestId } = await psaFor(house, delivery);
  const ticket = await ticketOf(house, delivery, requestId);
  const mark = markOf(delivery.id);
  if (delivery.attempts > 1 && (await psa.hasNote(ticket.externalId, mark))) return { mark };
  await psa.addNote(ticket.externalId, {
    visibility: payload.visibility,
    body: house.outlet.note(await withTicket(house, delivery, payload.notice)),
    mark,
  });
  return { mark };
}

async function putStatus(house: House, delivery: DeliveryRow, payload: Of<'status'>): Promise<Json> {
  const { psa, requestId } = await psaFor(house, delivery);
  await psa.setStatus((await ticketOf(house, delivery, requestId)).externalId, payload.status);
  return {};
}

/** The internal note is what an authorized Plan waits for; both commits lock the plan, so neither misses the other. */
async function afterwards(
  house: House,
  tx: Parameters<House['queue']['send']>[0],
  delivery: DeliveryRow,
): Promise<void> {
  const isPlanNote = delivery.payload.kind === 'note' && delivery.payload.notice.kind === 'plan_note';
  if (!isPlanNote || !delivery.planId) return;
  const state = await markNoted(tx, delivery.mspId, delivery.planId);
  if (state === 'authorized')
    await house.queue.send(tx, 'execute', { mspId: delivery.mspId, planId: delivery.planId });
}
