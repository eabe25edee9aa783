/** What the ConnectWise sandbox holds, in the vendor's wire shapes, and how it is made from the World. */
import type { World, WorldClient } from '../contract.ts';
import type { ConnectwiseConfig } from './schema.ts';

/** `_info` is ConnectWise's own name for who entered a record and when. */
type Info = Record<string, string>;
export interface Reference {
  id: number;
  name: string;
}

export interface SandboxMember {
  id: number;
  identifier: string;
  firstName: string;
  lastName: string;
  /** `A` is an API member, `F` a full one. */
  licenseClass: 'A' | 'F';
}
export interface SandboxCompany {
  id: number;
  identifier: string;
  name: string;
  _info: Info;
}
export interface SandboxContact {
  id: number;
  firstName: string;
  lastName: string;
  company: Reference & { identifier: string };
  inactiveFlag: boolean;
  communicationItems: {
    id: number;
    type: Reference;
    value: string;
    defaultFlag: boolean;
    domain: string;
    communicationType: 'Email';
  }[];
  _info: Info;
}
export interface SandboxStatus extends Reference {
  board: Reference;
  defaultFlag: boolean;
  closedStatus: boolean;
}
export interface SandboxTicket {
  id: number;
  summary: string;
  recordType: 'ServiceTicket';
  board: Reference;
  status: Reference;
  company: Reference & { identifier: string };
  contact?: Reference;
  contactName?: string;
  contactEmailAddress?: string;
  source?: { name: string };
  externalXRef?: string;
  closedFlag: boolean;
  _info: Info;
}
export interface SandboxNote {
  id: number;
  ticketId: number;
  text: string;
  detailDescriptionFlag: boolean;
  internalAnalysisFlag: boolean;
  resolutionFlag: boolean;
  processNotifications: boolean;
  member?: Reference & { identifier: string };
  contact?: Reference;
  dateCreated: string;
  createdBy: string;
}
export interface SandboxCallback {
  id: number;
  description: string;
  url: string;
  objectId: number;
  type: string;
  level: string;
  memberId: number;
  inactiveFlag: boolean;
  isSelfSuppressedFlag: boolean;
}
/** One call that the sandbox made to a callback's url; `status` is null when nobody answered. */
export interface SandboxDelivery {
  callbackId: number;
  url: string;
  action: string;
  ticketId: number;
  status: number | null;
  at: string;
}

export interface ConnectwiseState {
  companyId: string;
  signingKey: string;
  members: SandboxMember[];
  companies: SandboxCompany[];
  contacts: SandboxContact[];
  boards: Reference[];
  statuses: SandboxStatus[];
  tickets: SandboxTicket[];
  /** In the order in which they were written. */
  notes: SandboxNote[];
  callbacks: SandboxCallback[];
  deliveries: SandboxDelivery[];
  nextId: { ticket: number; note: number; callback: number };
}

export const apiMember = 'Countersign';

const boards: Record<string, string[]> = {
  'Service Desk': ['New', 'In Progress', 'Waiting', 'Needs Technician', 'Completed', 'Closed'],
  Alerts: ['New', 'Acknowledged', 'Closed'],
};
const closedStatuses = ['Completed', 'Closed'];

/** The practice records; boards and statuses that the settings name exist in any case. */
export function makeState(world: World, config: ConnectwiseConfig): ConnectwiseState {
  const clients = world.clients.filter((client) => client.scopes.connectwise);
  const companies = clients.map(companyOf);
  return {
    companyId: config.companyId,
    signingKey: 'practice-callback-signing-key',
    members: [
      { id: 150, identifier: apiMember, firstName: 'Countersign', lastName: 'API', licenseClass: 'A' },
      { id: 151, identifier: 'TReed', firstName: 'Tom', lastName: 'Reed', licenseClass: 'F' },
      { id: 152, identifier: 'NCole', firstName: 'Nina', lastName: 'Cole', licenseClass: 'F' },
    ],
    companies,
    contacts: clients
      .flatMap((client, index) =>
        client.people.map((person) => ({ person, company: companies[index] as SandboxCompany })),
      )
      .map(({ person, company }, index) => contactOf(person, company, 1001 + index)),
    ...makeBoards(config),
    tickets: [],
    notes: [],
    callbacks: [],
    deliveries: [],
    nextId: { ticket: 4821, note: 9001, callback: 1 },
  };
}

/** Now, as ConnectWise tells it: whole seconds. */
export function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function companyOf(client: WorldClient): SandboxCompany {
  return {
    id: Number(client.scopes.connectwise),
    identifier: client.slug,
    name: client.name,
    _info: { lastUpdated: timestamp() },
  };
}

function contactOf(
  person: WorldClient['people'][number],
  company: SandboxCompany,
  id: number,
): SandboxContact {
  const [firstName = '', ...rest] = person.name.split(' ');
  return {
    id,
    firstName,
    lastName: rest.join(' '),
    company: { id: company.id, identifier: company.identifier, name: company.name },
    inactiveFlag: false,
    communicationItems: [
      {
        id: id + 10_000,
        type: { id: 1, name: 'Email' },
        value: person.mail,
        defaultFlag: true,
        domain: `@${person.mail.split('@')[1] ?? ''}`,
        communicationType: 'Email',
      },
    ],
    _info: { lastUpdated: timestamp() },
  };
}

function makeBoards(config: ConnectwiseConfig): Pick<ConnectwiseState, 'boards' | 'statuses'> {
  const names = [...new Set([...Object.keys(boards), ...config.boards])];
  const mapped = Object.values(config.statuses).filter((name) => name !== undefined);
  const made = names.map((name, index) => ({ id: index + 1, name }));
  const statuses = made.flatMap((board) => {
    const own = boards[board.name] ?? boards['Service Desk'] ?? [];
    const all = board.name === config.boards[0] ? [...new Set([...own, ...mapped])] : own;
    return all.map((name, index) => ({
      id: board.id * 100 + index,
      name,
      board,
      defaultFlag: index === 0,
      closedStatus: closedStatuses.includes(name),
    }));
  });
  return { boards: made, statuses };
}
