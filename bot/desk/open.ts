/** Wires the Desk to the product: who there is, and the Tickets as the PSA itself shows them. */
import type { Express } from 'express';
import type { Logger } from 'pino';
import { openClient, psaOf } from '../../engine/gateway.ts';
import type { House } from '../../engine/index.ts';
import { rows, statement } from '../../engine/store/database.ts';
import { startDesk, type DeskPerson, type DeskTicket } from './desk.ts';
import { deskGate } from './gate.ts';
import { practiceWorld } from './world.ts';

const NEWEST = 6;

export interface OpenDesk {
  app: Express;
  house: House;
  /** Where this server listens; known only once it does. */
  url(): string;
  log: Logger;
}

/**
 * Adds the Desk's routes; gives how to close it. People's chats are opened with the first page, not before:
 * somebody who was met in another Teams stays reachable there until the Desk is really used.
 */
export function openDesk({ app, house, url, log }: OpenDesk): () => Promise<void> {
  let opened: Promise<void> | null = null;
  app.get('/desk/events', deskGate, (_request, _response, next) => {
    opened ??= desk.open();
    opened.then(() => next(), next);
  });
  const desk = startDesk({
    express: app,
    port: () => Number(new URL(url()).port),
    people: () => peopleOf(house),
    tickets: () => ticketsOf(house),
    log,
  });
  return async () => desk.close();
}

const people = statement(
  'desk_people',
  `SELECT lower(split_part(p.name, ' ', 1)) AS slug, p.name, COALESCE(p.mail, '') AS mail, p.roles, i.workspace AS "tenantId", i.user_id AS "objectId",
     COALESCE(c.name, m.name) AS client, p.client_id IS NULL AS staff, CASE WHEN COALESCE(c.mode, 'inherit') = 'inherit' THEN m.mode ELSE c.mode END AS mode
   FROM identities i JOIN persons p ON p.id = i.person_id JOIN msps m ON m.id = p.msp_id LEFT JOIN clients c ON c.id = p.client_id
   WHERE i.channel = 'teams' AND i.via = 'settings' ORDER BY 'msp_admin' = ANY(p.roles), p.created_at, p.id`,
);

type PersonRow = Omit<DeskPerson, 'role'> & { roles: string[] };

async function peopleOf(house: House): Promise<DeskPerson[]> {
  const found = await rows<PersonRow>(house.db.pool, people, []);
  return found.map(({ roles, ...person }) => ({ ...person, role: roleOf(person.mail, roles) }));
}

const staffRoles: Record<string, string> = { msp_admin: 'Admin', msp_technician: 'Technician' };

function roleOf(mail: string, roles: string[]): string {
  const known = practiceWorld()
    .clients.flatMap((client) => client.people)
    .find((person) => person.mail === mail);
  if (known?.blocked) return 'Sign-in blocked';
  return known?.roles[0] ?? roles.map((role) => staffRoles[role] ?? role).join(', ');
}

const tickets = statement(
  'desk_tickets',
  `SELECT t.msp_id AS "mspId", t.client_id AS "clientId", t.external_id AS "externalId", c.name AS client
   FROM tickets t JOIN clients c ON c.id = t.client_id ORDER BY t.created_at DESC LIMIT ${NEWEST}`,
);

async function ticketsOf(house: House): Promise<DeskTicket[]> {
  const found = await rows<{ mspId: string; clientId: string; externalId: string; client: string }>(
    house.db.pool,
    tickets,
    [],
  );
  const read = await Promise.all(found.map((row) => readTicket(house, row)));
  return read.filter((ticket) => ticket !== null);
}

async function readTicket(
  house: House,
  row: { mspId: string; clientId: string; externalId: string; client: string },
): Promise<DeskTicket | null> {
  const psa = psaOf(await openClient(house, row.mspId, row.clientId))?.psa;
  const ticket = await psa?.readTicket(row.externalId);
  if (!ticket) return null;
  return {
    id: ticket.id,
    number: ticket.number,
    client: row.client,
    summary: ticket.summary,
    status: ticket.status,
    contact: ticket.contact?.name ?? '',
    notes: ticket.notes.map((note) => ({
      visibility: note.visibility,
      text: note.text,
      at: note.at.toISOString(),
      by: note.byMember ? 'Technician' : 'Countersign',
    })),
  };
}
