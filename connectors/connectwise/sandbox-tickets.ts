/** What happens to the sandbox's tickets and notes, with ConnectWise's own refusals. */
import type { Json } from '../contract.ts';
import type { SandboxAnswer } from '../sandbox.ts';
import { badRequest } from './sandbox-query.ts';
import { timestamp } from './sandbox-state.ts';
import type {
  ConnectwiseState,
  Reference,
  SandboxMember,
  SandboxNote,
  SandboxTicket,
} from './sandbox-state.ts';

/** Who is logged in; the mail connector is nobody's member. */
export interface Actor {
  identifier: string;
  member: SandboxMember | null;
}
export type Fields = Record<string, Json | undefined>;

/** Creates a ticket, and its first note from `initialDescription`. */
export function openTicket(
  state: ConnectwiseState,
  fields: Fields,
  actor: Actor,
): { ticket: SandboxTicket } | { refusal: SandboxAnswer } {
  const { summary } = fields;
  if (typeof summary !== 'string' || summary === '')
    return { refusal: badRequest('summary is required', 'summary') };
  if (summary.length > 100) return { refusal: badRequest('summary has a max length of 100', 'summary') };
  const company = find(state.companies, fields.company);
  if (!company) return { refusal: badRequest('company is required', 'company') };
  const contact = state.contacts.find((each) => each.id === idOf(fields.contact));
  if (fields.contact && !contact) return { refusal: badRequest('contact does not exist', 'contact') };
  const board = fields.board ? find(state.boards, fields.board) : state.boards[0];
  if (!board) return { refusal: badRequest('board does not exist', 'board') };
  const own = state.statuses.filter((each) => each.board.id === board.id);
  const status = fields.status ? find(own, fields.status) : own.find((each) => each.defaultFlag);
  if (!status) return { refusal: badRequest('status does not exist on the board', 'status') };

  const now = timestamp();
  const ticket: SandboxTicket = {
    id: state.nextId.ticket++,
    summary,
    recordType: 'ServiceTicket',
    board: reference(board),
    status: reference(status),
    company: { ...reference(company), identifier: company.identifier },
    ...(contact && {
      contact: { id: contact.id, name: `${contact.firstName} ${contact.lastName}` },
      contactName: `${contact.firstName} ${contact.lastName}`,
      contactEmailAddress: contact.communicationItems[0]?.value,
    }),
    ...(typeof fields.externalXRef === 'string' && { externalXRef: fields.externalXRef }),
    ...(isFields(fields.source) && { source: { name: String(fields.source.name) } }),
    closedFlag: status.closedStatus,
    _info: { dateEntered: now, enteredBy: actor.identifier, lastUpdated: now, updatedBy: actor.identifier },
  };
  state.tickets.push(ticket);
  if (typeof fields.initialDescription === 'string') {
    addNote(state, ticket, { text: fields.initialDescription, detailDescriptionFlag: true }, actor);
  }
  return { ticket };
}

/** Applies a JSON Patch; null when it was accepted. A path into a reference is accepted and changes nothing. */
export function patchTicket(
  state: ConnectwiseState,
  ticket: SandboxTicket,
  operations: Json,
): SandboxAnswer | null {
  if (!Array.isArray(operations)) return badRequest('a patch is an array of operations');
  for (const operation of operations) {
    if (!isFields(operation) || operation.op !== 'replace') return badRequest('op must be replace', 'op');
    const path = String(operation.path).replace(/^\//, '');
    if (path === 'summary') ticket.summary = String(operation.value);
    if (path === 'status') {
      const own = state.statuses.filter((each) => each.board.id === ticket.board.id);
      const status = find(own, operation.value);
      if (!status) return badRequest('status does not exist on the board', 'status');
      ticket.status = reference(status);
      ticket.closedFlag = status.closedStatus;
    }
  }
  return null;
}

/** Writes a note as the one who is logged in; the mail connector writes for the ticket's contact. */
export function addNote(
  state: ConnectwiseState,
  ticket: SandboxTicket,
  fields: Fields,
  actor: Actor,
): SandboxNote {
  const named = isFields(fields.member) ? String(fields.member.identifier) : actor.identifier;
  const member = state.members.find((each) => each.identifier === named);
  const note: SandboxNote = {
    id: state.nextId.note++,
    ticketId: ticket.id,
    text: String(fields.text),
    detailDescriptionFlag: fields.detailDescriptionFlag === true,
    internalAnalysisFlag: fields.internalAnalysisFlag === true,
    resolutionFlag: fields.resolutionFlag === true,
    processNotifications: fields.processNotifications !== false,
    ...(member && {
      member: {
        id: member.id,
        identifier: member.identifier,
        name: `${member.firstName} ${member.lastName}`,
      },
    }),
    ...(!member && ticket.contact && { contact: ticket.contact }),
    dateCreated: timestamp(),
    createdBy: actor.identifier,
  };
  state.notes.push(note);
  return note;
}

/** A record by the id, name or identifier that a reference gives. */
function find<T extends Reference & { identifier?: string }>(
  records: T[],
  wanted: Json | undefined,
): T | undefined {
  if (!isFields(wanted)) return undefined;
  return records.find((record) => {
    if (wanted.id !== undefined) return record.id === wanted.id;
    if (wanted.identifier !== undefined) return record.identifier === wanted.identifier;
    return record.name.toLowerCase() === String(wanted.name).toLowerCase();
  });
}

function idOf(wanted: Json | undefined): Json | undefined {
  return isFields(wanted) ? wanted.id : undefined;
}

function reference({ id, name }: Reference): Reference {
  return { id, name };
}

/** Whether it is a JSON object. */
export function isFields(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
