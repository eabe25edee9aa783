import { newId } from '../ids.ts';
import { rows, statement, type Queryable } from './database.ts';

export interface TicketRow {
  requestId: string;
  connectionId: string;
  externalId: string;
  number: string;
  url: string | null;
  origin: 'us' | 'psa';
}

const find = statement(
  'tickets_find',
  `SELECT request_id AS "requestId", connection_id AS "connectionId", external_id AS "externalId", number, url, origin
   FROM tickets WHERE msp_id = $1 AND request_id = $2`,
);
/** The Ticket of a Request; null while it has none. */
export async function findTicket(on: Queryable, mspId: string, requestId: string): Promise<TicketRow | null> {
  return (await rows<TicketRow>(on, find, [mspId, requestId]))[0] ?? null;
}

const known = statement(
  'tickets_known',
  'SELECT request_id FROM tickets WHERE msp_id = $1 AND connection_id = $2 AND external_id = $3',
);
export async function isKnownTicket(
  on: Queryable,
  mspId: string,
  connectionId: string,
  externalId: string,
): Promise<boolean> {
  return (await rows(on, known, [mspId, connectionId, externalId])).length > 0;
}

const add = statement(
  'tickets_add',
  `INSERT INTO tickets (id, msp_id, client_id, request_id, connection_id, external_id, number, url, origin)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
);
export async function addTicket(
  on: Queryable,
  ticket: TicketRow & { mspId: string; clientId: string },
): Promise<void> {
  await rows(on, add, [
    newId('tkt'),
    ticket.mspId,
    ticket.clientId,
    ticket.requestId,
    ticket.connectionId,
    ticket.externalId,
    ticket.number,
    ticket.url,
    ticket.origin,
  ]);
}
