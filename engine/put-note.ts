/** Puts Tickets, Notes and statuses into the Client's PSA; what a crash left in doubt is looked for by its mark. */
import { ConnectorError, type Psa } from '../connectors/contract.ts';
import { markOf } from './digest.ts';
import type { Json, Notice } from './domain.ts';
import { openClient, psaOf, type ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import { givenNameOf, howVerified, requesterPerson } from './requester.ts';
import type { DeliveryRow, Payload } from './store/deliveries.ts';
import { getRequest, messagesOf, type RequestRow } from './store/requests.ts';
import { addTicket, findTicket, type TicketRow } from './store/tickets.ts';
import { shorten } from './words.ts';
import { withTicket } from './with-ticket.ts';

type Of<Kind extends Payload['kind']> = Extract<Payload, { kind: Kind }>;

async function psaFor(house: House, delivery: DeliveryRow) {
  if (!delivery.clientId || !delivery.requestId) throw new Error('a note without a request');
  const scope = await openClient(house, delivery.mspId, delivery.clientId);
  const found = psaOf(scope);
  if (!found) throw new ConnectorError('not_found', 'no PSA is mapped for this client');
  return { ...found, scope, clientId: delivery.clientId, requestId: delivery.requestId };
}

export async function putTicket(house: House, delivery: DeliveryRow): Promise<Json> {
  const { psa, connection, scope, clientId, requestId } = await psaFor(house, delivery);
  const request = await getRequest(house.db.pool, delivery.mspId, requestId);
  if (!request) throw new Error('a ticket without a request');
  const companyId = connection.row.externalId;
  const mark = markOf(delivery.id);
  const earlier = delivery.attempts > 1 ? await psa.findTicketByMark(companyId, mark) : null;
  const ref =
    earlier ??
    (await psa.createTicket({ companyId, mark, ...(await describe(house, psa, companyId, request, scope)) }));
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
}

/** The contact, summary and first text of a Ticket that we open. */
async function describe(house: House, psa: Psa, companyId: string, request: RequestRow, scope: ClientScope) {
  const person = await requesterPerson(house.db.pool, request);
  const contact = person?.mail ? await psa.findContact(companyId, person.mail) : null;
  const ask = (await messagesOf(house.db.pool, request.mspId, request.id)).join('\n');
  const { assurance, channel } = request;
  const how = howVerified(request, scope.settings.clientName);
  const notice: Notice = {
    kind: 'ticket',
    ask,
    channel,
    requester: { name: person?.name ?? 'Unknown', mail: person?.mail ?? null, assurance, how },
  };
  const summary = `${givenNameOf(person?.name ?? 'Somebody')}: ${ask.replace(/\s+/g, ' ')}`;
  return { contactId: contact?.id ?? null, summary: shorten(summary, 100), body: house.outlet.note(notice) };
}

async function ticketOf(house: House, delivery: DeliveryRow, requestId: string): Promise<TicketRow> {
  const ticket = await findTicket(house.db.pool, delivery.mspId, requestId);
  if (!ticket) throw new ConnectorError('not_found', 'there is no ticket to write on');
  return ticket;
}

export async function putNote(house: House, delivery: DeliveryRow, payload: Of<'note'>): Promise<Json> {
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

export async function putStatus(house: House, delivery: DeliveryRow, payload: Of<'status'>): Promise<Json> {
  const { psa, requestId } = await psaFor(house, delivery);
  await psa.setStatus((await ticketOf(house, delivery, requestId)).externalId, payload.status);
  return {};
}
