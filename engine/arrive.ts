/** Tickets that a PSA announced: verified, made durable, then read again by id before anything is believed. */
import { ConnectorError, type Psa, type TicketDetail, type WebhookInput } from '../connectors/contract.ts';
import { openConnection } from './connections.ts';
import type { House } from './house.ts';
import { appendActivity } from './store/activity.ts';
import { rows, statement, transaction } from './store/database.ts';
import { claimedPerson } from './store/people.ts';
import { openRequest } from './store/requests.ts';
import type { ConnectionRow } from './store/scope.ts';
import { addTicket, isKnownTicket } from './store/tickets.ts';

export type WebhookAnswer = 'accepted' | 'refused' | 'malformed' | 'unknown';

const connection = statement(
  'arrive_connection',
  `SELECT id, msp_id AS "mspId", connector, url, config, secrets, sandbox, status, version, created_at AS "createdAt" FROM connections WHERE id = $1`,
);
type FoundConnection = Omit<ConnectionRow, 'externalId' | 'clientLevel'> & { mspId: string };

async function findConnection(house: House, connectionId: string): Promise<FoundConnection | null> {
  return (await rows<FoundConnection>(house.db.pool, connection, [connectionId]))[0] ?? null;
}

const arrived = statement(
  'arrive_add',
  `INSERT INTO arrivals (connection_id, key, msp_id, ticket_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING key`,
);

/** Checks a webhook and commits what it announces. A vendor that cannot be asked for its key throws a ConnectorError. */
export async function takeWebhook(
  house: House,
  connectionId: string,
  input: WebhookInput,
): Promise<WebhookAnswer> {
  const row = await findConnection(house, connectionId);
  if (!row || row.status !== 'active') return 'unknown';
  const { connector, api } = await openConnection(house, row);
  if (!connector.webhook) return 'unknown';
  const parsed = await connector.webhook(api, input);
  if (!parsed.ok) {
    house.log.warn({ connectionId, why: parsed.why, detail: parsed.detail }, 'a webhook was not taken');
    return parsed.why;
  }
  await transaction(house.db.pool, async (tx) => {
    for (const event of parsed.events) {
      if (event.type !== 'ticket') continue;
      const added = await rows(tx, arrived, [connectionId, event.key, row.mspId, event.ticketId]);
      if (added.length > 0)
        await house.queue.send(tx, 'arrival', { mspId: row.mspId, connectionId, key: event.key });
    }
  });
  return 'accepted';
}

const pending = statement(
  'arrive_pending',
  `SELECT ticket_id AS "ticketId", attempts FROM arrivals WHERE connection_id = $1 AND key = $2 AND msp_id = $3 AND state = 'pending'`,
);
const settle = statement(
  'arrive_settle',
  `UPDATE arrivals SET state = $4 WHERE connection_id = $1 AND key = $2 AND msp_id = $3`,
);
const later = statement(
  'arrive_later',
  `UPDATE arrivals SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => LEAST(300, power(2, attempts))) WHERE connection_id = $1 AND key = $2 AND msp_id = $3`,
);

/** Reads the ticket by id and opens a Request for it when the admin's choices let it in. */
export async function arrive(
  house: House,
  data: { mspId: string; connectionId: string; key: string },
): Promise<void> {
  const where = [data.connectionId, data.key, data.mspId];
  const row = await findConnection(house, data.connectionId);
  const [arrival] = await rows<{ ticketId: string; attempts: number }>(house.db.pool, pending, where);
  if (!row || !arrival || row.mspId !== data.mspId) return;
  const { connector, api } = await openConnection(house, row);
  const psa = connector.psa?.(api);
  if (!psa) return void (await rows(house.db.pool, settle, [...where, 'ignored']));
  try {
    const outcome = await readAgain(house, psa, row, arrival.ticketId);
    await rows(house.db.pool, settle, [...where, outcome]);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    await rows(house.db.pool, later, where);
    await house.queue.send(house.db.pool, 'arrival', data, Math.min(300_000, 1_000 * 2 ** arrival.attempts));
  }
}

const mapped = statement(
  'arrive_client',
  `SELECT c.id AS "clientId", c.status, CASE WHEN c.mode = 'inherit' THEN m.mode ELSE c.mode END AS mode
   FROM mappings g JOIN clients c ON c.id = g.client_id AND c.msp_id = g.msp_id JOIN msps m ON m.id = c.msp_id
   WHERE g.msp_id = $1 AND g.connection_id = $2 AND g.external_id = $3`,
);

async function readAgain(
  house: House,
  psa: Psa,
  row: FoundConnection,
  ticketId: string,
): Promise<'taken' | 'ignored'> {
  if (await isKnownTicket(house.db.pool, row.mspId, row.id, ticketId)) return 'ignored';
  const ticket = await psa.readTicket(ticketId);
  if (!ticket || !psa.admits(ticket) || ticket.mark !== null) return 'ignored';
  const [client] = await rows<{ clientId: string; status: string; mode: 'plan' | 'execute' }>(
    house.db.pool,
    mapped,
    [row.mspId, row.id, ticket.companyId],
  );
  if (!client || client.status !== 'active') {
    await appendActivity(house.db.pool, {
      mspId: row.mspId,
      clientId: null,
      kind: 'ticket.left_alone',
      actor: 'engine',
      facts: { connectionId: row.id, ticketId, why: client ? client.status : 'unmapped company' },
    });
    return 'ignored';
  }
  await openFromTicket(house, row, client, ticket);
  return 'taken';
}

async function openFromTicket(
  house: House,
  row: FoundConnection,
  client: { clientId: string; mode: 'plan' | 'execute' },
  ticket: TicketDetail,
): Promise<void> {
  const { mspId } = row;
  const mail = ticket.contact?.mail ?? null;
  const personId =
    mail && ticket.contact
      ? await claimedPerson(house.db, { mspId, clientId: client.clientId, name: ticket.contact.name, mail })
      : null;
  await transaction(house.db.pool, async (tx) => {
    const requestId = await openRequest(tx, {
      mspId,
      clientId: client.clientId,
      personId,
      channel: 'psa',
      key: `${row.id}:${ticket.id}`,
      conversation: null,
      workspace: null,
      userId: null,
      assurance: 'claimed',
      mode: client.mode,
      text: [ticket.summary, ticket.body].filter(Boolean).join('\n'),
    });
    if (!requestId) return;
    await addTicket(tx, {
      mspId,
      clientId: client.clientId,
      requestId,
      connectionId: row.id,
      externalId: ticket.id,
      number: ticket.number,
      url: ticket.url,
      origin: 'psa',
    });
    await house.queue.send(tx, 'request', { mspId, requestId });
  });
}
