/** ConnectWise PSA as a Psa: tickets, notes and contacts of one connection. */
import { ConnectorError, type Psa, type TicketDetail, type TicketRef, type Visibility } from '../contract.ts';
import { isPlainValue, isRecordId, type ConnectwiseApi } from './api.ts';
import { hasMark, isOurs, renderBody, renderNote, renderSummary } from './note.ts';
import type { ContactRecord, NoteRecord, TicketRecord } from './schema.ts';

/** Before the mark in a ticket's `externalXRef`, so that other products' references are never taken for ours. */
const REFERENCE_PREFIX = 'countersign:';

/** The Psa face of an open connection. */
export function connectwisePsa(api: ConnectwiseApi): Psa {
  return {
    findContact: (companyId, mail) => findContact(api, companyId, mail),
    createTicket: (input) => createTicket(api, input),
    findTicketByMark: (companyId, mark) => findTicketByMark(api, companyId, mark),
    readTicket: (id) => readTicket(api, id),
    addNote: (ticketId, note) =>
      api.addNote(ticketId, { text: renderNote(note.body, checked(note.mark)), ...flagsOf(note.visibility) }),
    async hasNote(ticketId, mark) {
      const notes = await api.notes(ticketId);
      return notes.some((note) => hasMark(note.text, mark));
    },
    setStatus: (ticketId, status) => setStatus(api, ticketId, status),
    admits: (ticket) => admits(api, ticket),
    subscribe: (url) => subscribe(api, url),
  };
}

async function findContact(
  api: ConnectwiseApi,
  companyId: string,
  mail: string,
): ReturnType<Psa['findContact']> {
  if (!isPlainValue(mail) || !mail.includes('@')) return null;
  const contacts = await api.contactsByMail(companyId, mail);
  const contact = contacts.find(
    (each) =>
      !each.inactiveFlag &&
      String(each.company?.id) === companyId &&
      mailsOf(each).includes(mail.toLowerCase()),
  );
  return contact ? { id: String(contact.id), name: nameOf(contact) } : null;
}

/** Looks for the mark first: after a crash between creating and recording, the ticket is there already. */
async function createTicket(
  api: ConnectwiseApi,
  input: Parameters<Psa['createTicket']>[0],
): Promise<TicketRef> {
  const existing = await findTicketByMark(api, input.companyId, input.mark);
  if (existing) return existing;
  const ticket = await api.createTicket({
    summary: renderSummary(input.summary),
    company: { id: Number(input.companyId) },
    ...(input.contactId && { contact: { id: Number(input.contactId) } }),
    board: { name: api.config.boards[0] },
    ...(api.config.source && { source: { name: api.config.source } }),
    initialDescription: renderBody(input.body),
    externalXRef: REFERENCE_PREFIX + input.mark,
  });
  return refOf(api, ticket);
}

async function findTicketByMark(
  api: ConnectwiseApi,
  companyId: string,
  mark: string,
): Promise<TicketRef | null> {
  const reference = REFERENCE_PREFIX + checked(mark);
  const tickets = await api.ticketsByReference(companyId, reference);
  const ticket = tickets.find(
    (each) => each.externalXRef === reference && String(each.company?.id) === companyId,
  );
  return ticket ? refOf(api, ticket) : null;
}

async function readTicket(api: ConnectwiseApi, id: string): Promise<TicketDetail | null> {
  if (!isRecordId(id)) return null;
  const ticket = await api.ticket(id);
  if (!ticket) return null;
  const [notes, contact] = await Promise.all([
    api.notes(id),
    ticket.contact ? api.contact(ticket.contact.id) : Promise.resolve(null),
  ]);
  const reference = ticket.externalXRef ?? '';
  const mark = reference.startsWith(REFERENCE_PREFIX) ? reference.slice(REFERENCE_PREFIX.length) : null;
  const ordered = notes
    .map(noteOf)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || Number(a.id) - Number(b.id));
  return {
    ...refOf(api, ticket),
    companyId: ticket.company ? String(ticket.company.id) : '',
    summary: ticket.summary,
    body: ordered.find((note) => note.visibility === 'public')?.text ?? '',
    board: ticket.board?.name ?? '',
    status: ticket.status?.name ?? '',
    closed: ticket.closedFlag,
    contact: contact && { id: String(contact.id), name: nameOf(contact), mail: mailsOf(contact)[0] ?? null },
    createdAt: instant(ticket._info?.dateEntered),
    // The first note of a ticket that we opened is our own description.
    notes: ordered.map((note, index) => (mark !== null && index === 0 ? { ...note, byMember: false } : note)),
    mark,
  };
}

async function setStatus(
  api: ConnectwiseApi,
  ticketId: string,
  status: Parameters<Psa['setStatus']>[1],
): Promise<void> {
  const name = status === 'new' ? undefined : api.config.statuses[status];
  if (!name) return;
  const ticket = await api.ticket(ticketId);
  if (!ticket)
    throw new ConnectorError('not_found', 'the ticket is not in ConnectWise any more', { status: 404 });
  if (same(ticket.status?.name ?? '', name)) return;
  // The whole reference: ConnectWise answers 200 to `status/name` and changes nothing.
  await api.patchTicket(ticketId, [{ op: 'replace', path: 'status', value: { name } }]);
}

function admits(api: ConnectwiseApi, ticket: TicketDetail): boolean {
  if (ticket.mark !== null || ticket.closed) return false;
  if (!api.config.boards.some((board) => same(board, ticket.board))) return false;
  if (api.config.admitStatuses && !api.config.admitStatuses.some((status) => same(status, ticket.status)))
    return false;
  // ConnectWise tells whole seconds only.
  return ticket.createdAt.getTime() >= Math.floor(api.createdAt.getTime() / 1000) * 1000;
}

async function subscribe(api: ConnectwiseApi, url: string): Promise<void> {
  // ConnectWise writes the record's id right behind the address, so the address ends with a parameter's name.
  const address = `${url}${url.includes('?') ? '&' : '?'}recordId=`;
  const ours = (await api.callbacks()).filter(
    (each) => each.url === address && same(each.type ?? '', 'ticket'),
  );
  if (ours.some((each) => !each.inactiveFlag && same(each.level ?? '', 'owner'))) return;
  // ConnectWise switches a callback off after three days of failures and never on again.
  for (const dead of ours.filter((each) => each.inactiveFlag)) await api.removeCallback(dead.id);
  await api.addCallback({
    description: 'Countersign: new tickets',
    url: address,
    type: 'ticket',
    level: 'owner',
    objectId: 1,
    inactiveFlag: false,
    isSelfSuppressedFlag: true,
  });
}

function flagsOf(visibility: Visibility): Record<string, boolean> {
  const isPublic = visibility === 'public';
  // `processNotifications` is what mails a public note to the contact.
  return {
    detailDescriptionFlag: isPublic,
    internalAnalysisFlag: !isPublic,
    resolutionFlag: false,
    processNotifications: isPublic,
  };
}

function noteOf(note: NoteRecord): TicketDetail['notes'][number] {
  return {
    id: String(note.id),
    visibility: note.detailDescriptionFlag || note.resolutionFlag ? 'public' : 'internal',
    text: note.text,
    at: instant(note.dateCreated),
    byMember: isByMember(note),
  };
}

/** The mail connector writes in a member's name from nothing but a From line, and we write as a member too. */
function isByMember(note: NoteRecord): boolean {
  if (isOurs(note.text)) return false;
  const identifier = note.member?.identifier;
  return Boolean(identifier) && !note.contact && same(identifier ?? '', note.createdBy ?? '');
}

function refOf(api: ConnectwiseApi, ticket: TicketRecord): TicketRef {
  const id = String(ticket.id);
  return { id, number: id, url: pageOf(api, id) };
}

/** The ticket's page is on the host without `api-`; a sandbox has no pages. */
function pageOf(api: ConnectwiseApi, id: string): string | null {
  if (api.origin.protocol !== 'https:') return null;
  const page = new URL('/v4_6_release/services/system_io/Service/fv_sr100_request.rails', api.origin);
  page.hostname = page.hostname.replace(/^api-/, '');
  page.search = new URLSearchParams({ service_recid: id, companyName: api.config.companyId }).toString();
  return page.href;
}

/** The default address first; lower case. */
function mailsOf(contact: ContactRecord): string[] {
  return contact.communicationItems
    .filter((item) => item.communicationType === 'Email' && item.value)
    .sort((a, b) => Number(b.defaultFlag) - Number(a.defaultFlag))
    .map((item) => (item.value ?? '').toLowerCase());
}

function nameOf(contact: ContactRecord): string {
  return [contact.firstName, contact.lastName].filter(Boolean).join(' ');
}

function checked(mark: string): string {
  if (!/^[\w-]{1,64}$/.test(mark))
    throw new ConnectorError('rejected', 'a mark is up to 64 letters, digits, _ and -');
  return mark;
}

/** An unreadable or missing time is the oldest one, so that nothing is let in by mistake. */
function instant(value: string | null | undefined): Date {
  const time = Date.parse(value ?? '');
  return new Date(Number.isNaN(time) ? 0 : time);
}

function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
