/** ConnectWise PSA over HTTP: one function per request that is used, each answer parsed by schema. */
import { z } from 'zod';
import { ConnectorError, type ConnectionInput } from '../contract.ts';
import type { Http, HttpOptions } from '../http.ts';
import {
  callbackSchema,
  contactSchema,
  infoSchema,
  noteSchema,
  signingKeySchema,
  ticketSchema,
  type CallbackRecord,
  type ConnectwiseConfig,
  type ConnectwiseSecrets,
  type ContactRecord,
  type NoteRecord,
  type TicketRecord,
} from './schema.ts';

const DEFAULT_URL = 'https://api-na.myconnectwise.net';
const API_PATH = '/v4_6_release/apis/3.0';
const PAGE_SIZE = 1000;
/** A ticket or an account beyond this is read no further. */
const MOST_PAGES = 20;
const KEY_LIFE_MS = 60_000;
const MOST_KEYS = 16;
/** ConnectWise itself gives up on a callback after five seconds. */
const KEY_ATTEMPT_MS = 3_000;

export interface PatchOperation {
  op: 'replace';
  path: string;
  value: unknown;
}

export interface ConnectwiseApi {
  config: ConnectwiseConfig;
  /** The connection's own origin; callbacks' signing keys are taken from nowhere else. */
  origin: URL;
  createdAt: Date;
  info(): Promise<void>;
  contactsByMail(companyId: string, mail: string): Promise<ContactRecord[]>;
  contact(id: number): Promise<ContactRecord | null>;
  ticket(id: string): Promise<TicketRecord | null>;
  ticketsByReference(companyId: string, reference: string): Promise<TicketRecord[]>;
  createTicket(ticket: Record<string, unknown>): Promise<TicketRecord>;
  patchTicket(id: string, operations: PatchOperation[]): Promise<void>;
  notes(ticketId: string): Promise<NoteRecord[]>;
  addNote(ticketId: string, note: Record<string, unknown>): Promise<void>;
  callbacks(): Promise<CallbackRecord[]>;
  addCallback(callback: Record<string, unknown>): Promise<void>;
  removeCallback(id: number): Promise<void>;
  /** The key at an address on this connection's own host, remembered for a minute. */
  signingKey(url: URL): Promise<string>;
}

/** Opens a connection; asks nothing of the vendor yet. */
export function openConnectwise(
  connection: ConnectionInput<ConnectwiseConfig, ConnectwiseSecrets>,
  createHttp: (options: HttpOptions) => Http,
): ConnectwiseApi {
  const { config, secrets } = connection;
  const origin = new URL(new URL(connection.url ?? DEFAULT_URL).origin);
  const login = Buffer.from(`${config.companyId}+${config.publicKey}:${secrets.privateKey}`).toString(
    'base64',
  );
  const headers = { authorization: `Basic ${login}`, clientId: config.clientId };
  const http = createHttp({
    vendor: 'ConnectWise',
    baseUrl: new URL(API_PATH, origin).href,
    headers: () => headers,
  });

  return {
    config,
    origin,
    createdAt: connection.createdAt,
    async info() {
      await http.send('GET', '/system/info', { answer: infoSchema });
    },
    contactsByMail(companyId, mail) {
      return http.send('GET', '/company/contacts', {
        query: {
          conditions: `company/id=${numeric(companyId)} and inactiveFlag=False`,
          childConditions: `communicationItems/value=${quoted(mail)} and communicationItems/communicationType="Email"`,
          orderBy: 'id asc',
          pageSize: PAGE_SIZE,
        },
        answer: z.array(contactSchema),
      });
    },
    contact: (id) => http.find(`/company/contacts/${id}`, { answer: contactSchema }),
    ticket: (id) => http.find(`/service/tickets/${numeric(id)}`, { answer: ticketSchema }),
    ticketsByReference(companyId, reference) {
      const conditions = `company/id=${numeric(companyId)} and externalXRef=${quoted(reference)}`;
      return http.send('GET', '/service/tickets', {
        query: { conditions, orderBy: 'id asc', pageSize: PAGE_SIZE },
        answer: z.array(ticketSchema),
      });
    },
    createTicket: (ticket) => http.send('POST', '/service/tickets', { json: ticket, answer: ticketSchema }),
    async patchTicket(id, operations) {
      await http.send('PATCH', `/service/tickets/${numeric(id)}`, { json: operations, answer: ticketSchema });
    },
    notes: (ticketId) => readAll(http, `/service/tickets/${numeric(ticketId)}/notes`, noteSchema),
    async addNote(ticketId, note) {
      await http.send('POST', `/service/tickets/${numeric(ticketId)}/notes`, {
        json: note,
        answer: noteSchema,
      });
    },
    callbacks: () => readAll(http, '/system/callbacks', callbackSchema),
    async addCallback(callback) {
      await http.send('POST', '/system/callbacks', { json: callback, answer: callbackSchema });
    },
    removeCallback: (id) => http.send('DELETE', `/system/callbacks/${id}`),
    signingKey: keyReader(origin, createHttp),
  };
}

/** Whether a value can stand in a `conditions` string, where quotes end it and the others are wildcards. */
export function isPlainValue(value: string): boolean {
  return !/["*%[\]\\\p{Cc}]/u.test(value);
}

function quoted(value: string): string {
  if (!isPlainValue(value))
    throw new ConnectorError('rejected', 'ConnectWise cannot be asked for a value with wildcards or quotes');
  return `"${value}"`;
}

/** Ids go into paths and conditions, so nothing but digits may pass. */
function numeric(id: string): string {
  if (!isRecordId(id)) throw new ConnectorError('rejected', 'a ConnectWise id is a whole number');
  return id;
}

/** Whether ConnectWise could have given this id. */
export function isRecordId(id: string): boolean {
  return /^[1-9]\d{0,9}$/.test(id);
}

async function readAll<T>(http: Http, path: string, schema: z.ZodType<T>): Promise<T[]> {
  const records: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const query = { orderBy: 'id asc', page, pageSize: PAGE_SIZE };
    const found = await http.send('GET', path, { query, answer: z.array(schema) });
    records.push(...found);
    if (found.length < PAGE_SIZE) break;
  }
  return records;
}

function keyReader(origin: URL, createHttp: (options: HttpOptions) => Http): ConnectwiseApi['signingKey'] {
  // The key is public and its address came from outside: no credentials go along.
  const http = createHttp({
    vendor: 'ConnectWise',
    baseUrl: origin.href,
    headers: () => ({}),
    attemptMs: KEY_ATTEMPT_MS,
  });
  const keys = new Map<string, { key: Promise<string>; until: number }>();
  return (url) => {
    const known = keys.get(url.href);
    if (known && known.until > Date.now()) return known.key;
    const key = http
      .send('GET', url.pathname + url.search, { answer: signingKeySchema })
      .then((answer) => answer.signing_key);
    keys.delete(url.href);
    keys.set(url.href, { key, until: Date.now() + KEY_LIFE_MS });
    key.catch(() => keys.delete(url.href));
    const oldest = keys.keys().next().value;
    if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
    return key;
  };
}
