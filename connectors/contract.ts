/**
 * What a Connector is. A vendor's folder implements this and nothing else; the engine knows vendors only
 * through these types. Vendor wire shapes never appear here.
 */
import type { z } from 'zod';
import type { Http, HttpOptions } from './http.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `read` has no effect; `repeatable` may be called again with the same end state; `once` may not. */
export type Effect = 'read' | 'repeatable' | 'once';
export type Risk = 'low' | 'high' | 'critical';
export type Setting = 'auto' | 'approval_needed' | 'disabled';

/** What went wrong with a vendor, by kind. Match on `kind`, never on the message. */
export type ConnectorErrorKind =
  'unauthorized' | 'forbidden' | 'not_found' | 'rejected' | 'rate_limited' | 'unavailable' | 'bad_answer';

export class ConnectorError extends Error {
  readonly kind: ConnectorErrorKind;
  /** True when the vendor may have acted although we got no usable answer (timeout, 5xx, garbage). */
  readonly mayHaveActed: boolean;
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  constructor(
    kind: ConnectorErrorKind,
    message: string,
    more: {
      mayHaveActed?: boolean;
      retryAfterMs?: number | null;
      status?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ConnectorError';
    this.kind = kind;
    this.mayHaveActed = more.mayHaveActed ?? false;
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.status = more.status ?? null;
  }
}

/** Something a Step acts on, as the vendor's directory shows it right now. Policy reads `privileged`. */
export interface Subject {
  kind: 'user' | 'group' | 'other';
  /** The vendor's own id. */
  id: string;
  name: string;
  /** Lower case; only for users. */
  mail?: string;
  /** Holds a directory role, or is a group through which one is held. */
  privileged: boolean;
  /** Names of the roles that make it privileged. */
  roles: string[];
}

/** What one Step changes, in words a technician reads: "member of App - Zendesk: no -> yes". */
export interface Change {
  /** Stable key of the thing that changes, so that Steps of one plan can account for each other. */
  key: string;
  what: string;
  before: string;
  after: string;
  /** How it can be taken back, as a short sentence; null when it cannot. */
  undo: string | null;
  /** Facts the technician must see before signing ("Blocked by Tom Reed on 3 March, 14:02"). */
  remarks: string[];
}

/** `done` and `not_done` are proofs; `unclear` is everything else. */
export type Verified = 'done' | 'not_done' | 'unclear';

/** What every call gets. `scope` is the vendor's id of the one Client this call is for. */
export interface Call<Api> {
  api: Api;
  scope: string;
  /** The Step's id: the idempotency key where a vendor takes one, the correlation mark where not. */
  key: string;
  /** When the Step was claimed; lets `verify` tell this call's effect from an older one. */
  startedAt?: Date;
  signal?: AbortSignal;
}

export interface Tool<Api = unknown, Args = unknown> {
  /** `<connector>.<verb>_<object>`, e.g. `m365.add_group_member`. */
  name: string;
  /** Raise it when the meaning of the same args changes; it is part of a plan's digest. */
  version: number;
  /** One sentence for the planner and for `policy` listings. */
  summary: string;
  args: z.ZodType<Args>;
  effect: Effect;
  risk: Risk;
  /** The sentence on the approval card, from the real args and the live subjects. Never from a model. */
  describe(args: Args, subjects: Subject[]): string;
  /** What it does. `result` must hold no secret; `secret` is sealed by the gateway and shown once. */
  run(call: Call<Api>, args: Args): Promise<{ result: Json; secret?: string }>;
  /** Live lookup of what the args name. Required for every tool that is not a read. */
  subjects?(call: Call<Api>, args: Args): Promise<Subject[]>;
  preview?(call: Call<Api>, args: Args): Promise<Change>;
  verify?(call: Call<Api>, args: Args): Promise<Verified>;
  /** A live reason why it must not run now, or null. */
  preconditions?(call: Call<Api>, args: Args): Promise<string | null>;
  needsVerifiedRequester?: boolean;
  /** An explicit default; without one the verb decides. */
  policy?: Setting;
}

/** Someone in the Client's identity provider. */
export interface DirectoryUser {
  id: string;
  name: string;
  givenName: string;
  mail: string;
  enabled: boolean;
  /** Belongs to another organisation and is only a guest here. */
  guest: boolean;
}

/** The Client's identity provider, for resolving people. `scope` is the Client's tenant. */
export interface Directory {
  find(scope: string, by: { id: string } | { mail: string }): Promise<DirectoryUser | null>;
  manager(scope: string, userId: string): Promise<DirectoryUser | null>;
}

export interface Article {
  id: string;
  title: string;
  /** Plain text, no markup. */
  text: string;
  url: string;
}

/** The documentation platform. Only articles of that Client or shared with all; never password values. */
export interface Documentation {
  search(scope: string, words: string): Promise<Article[]>;
}

/** Plain structure of a Note; each PSA turns it into its own markup and escapes it. */
export type NoteBlock =
  | { type: 'heading'; text: string }
  | { type: 'text'; text: string }
  | { type: 'list'; items: string[]; ordered: boolean }
  | { type: 'facts'; facts: { name: string; value: string }[] }
  | { type: 'quote'; text: string };

export type Visibility = 'internal' | 'public';
/** What a Ticket's status should say, in our words; the connection's settings map them to the board's. */
export type TicketStatus = 'new' | 'in_progress' | 'waiting' | 'done' | 'needs_person';

export interface TicketRef {
  /** The vendor's id. */
  id: string;
  /** What people call it. */
  number: string;
  url: string | null;
}

export interface TicketDetail extends TicketRef {
  companyId: string;
  summary: string;
  /** The first public description or note. */
  body: string;
  board: string;
  status: string;
  closed: boolean;
  contact: { id: string; name: string; mail: string | null } | null;
  createdAt: Date;
  /** The mark it was created with, when it was us; null for everybody else's tickets. */
  mark: string | null;
  notes: { id: string; visibility: Visibility; text: string; at: Date; byMember: boolean }[];
}

/** A PSA, as small as it can be. `mark` is a short token that a later search can find. */
export interface Psa {
  findContact(companyId: string, mail: string): Promise<{ id: string; name: string } | null>;
  createTicket(input: {
    companyId: string;
    contactId: string | null;
    summary: string;
    body: NoteBlock[];
    mark: string;
  }): Promise<TicketRef>;
  findTicketByMark(companyId: string, mark: string): Promise<TicketRef | null>;
  readTicket(id: string): Promise<TicketDetail | null>;
  addNote(ticketId: string, note: { visibility: Visibility; body: NoteBlock[]; mark: string }): Promise<void>;
  hasNote(ticketId: string, mark: string): Promise<boolean>;
  setStatus(ticketId: string, status: TicketStatus): Promise<void>;
  /** True when this ticket is one that the admin chose to let in (board, status, age). */
  admits(ticket: TicketDetail): boolean;
  /** Makes the vendor call `url` for new tickets; safe to call again. */
  subscribe(url: string): Promise<void>;
}

/** A verified event from a vendor: only an id to read again, never content to believe. */
export type WebhookEvent =
  { type: 'ticket'; ticketId: string; key: string } | { type: 'ignored'; why: string };
export interface WebhookInput {
  body: Buffer;
  headers: Record<string, string | undefined>;
  query: Record<string, string | undefined>;
}
/** `refused` is a bad or missing signature (401); `malformed` an unreadable body (400). */
export type WebhookParsed =
  { ok: true; events: WebhookEvent[] } | { ok: false; why: 'refused' | 'malformed'; detail: string };

/** One configured, credentialed instance, as the engine hands it over. Times are the database's. */
export interface ConnectionInput<Config, Secrets> {
  id: string;
  /** Overrides the vendor's own address; always set for sandboxes. */
  url: string | null;
  config: Config;
  secrets: Secrets;
  createdAt: Date;
}

export interface Connector<Api = unknown, Config = unknown, Secrets = unknown> {
  id: string;
  name: string;
  config: z.ZodType<Config>;
  secrets: z.ZodType<Secrets>;
  open(connection: ConnectionInput<Config, Secrets>, http: (options: HttpOptions) => Http): Api;
  /** The cheapest authenticated read; throws a ConnectorError that tells unauthorized from unavailable. */
  check(api: Api): Promise<void>;
  // Method-style members keep tools of different args in one list.
  tools: Tool<Api, never>[];
  psa?(api: Api): Psa;
  directory?(api: Api): Directory;
  documentation?(api: Api): Documentation;
  webhook?(api: Api, input: WebhookInput): Promise<WebhookParsed>;
  /** The vendor's stand-in for practice and tests; `secrets` are what it accepts and are secret to nobody. */
  sandbox?: {
    secrets: Secrets;
    start(world: World, config: Config, port?: number): Promise<{ url: string; close(): Promise<void> }>;
  };
}

/** The practice companies, from which each vendor's sandbox makes its own records. */
export interface World {
  clients: WorldClient[];
}
export interface WorldClient {
  slug: string;
  name: string;
  /** This Client's id in each connector: `{ connectwise: "250", m365: "1111...", hudu: "12" }`. */
  scopes: Record<string, string>;
  people: {
    id: string;
    name: string;
    mail: string;
    managerId?: string;
    /** Sign-in is blocked; `by` and `at` (ISO) as the audit log has them, absent when it does not say. */
    blocked?: { by?: string; at?: string };
    /** Directory role names: "Global Administrator". */
    roles: string[];
    groups: string[];
  }[];
  groups: { id: string; name: string }[];
  articles: { id: string; title: string; text: string }[];
}

/** Keeps a tool's args typed inside its folder and erases them for the list. */
export function defineTool<Api, Args>(tool: Tool<Api, Args>): Tool<Api, never> {
  return tool as unknown as Tool<Api, never>;
}

/** Keeps the types of api, config and secrets together inside a vendor's folder and erases them outside. */
export function defineConnector<Api, Config, Secrets>(connector: Connector<Api, Config, Secrets>): Connector {
  return connector as unknown as Connector;
}

const readVerbs = ['get', 'list', 'search', 'fetch'];

/** The setting a tool has before anyone chose one: its own annotation, else its verb; unknown is a write. */
export function defaultSetting(tool: Pick<Tool, 'name' | 'policy' | 'effect'>): Setting {
  if (tool.policy) return tool.policy;
  const verb = tool.name.split('.')[1]?.split('_')[0] ?? '';
  return tool.effect === 'read' && readVerbs.includes(verb) ? 'auto' : 'approval_needed';
}
