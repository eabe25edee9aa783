/**
 * ConnectWise PSA's stand-in: its own paths and shapes, over HTTP on loopback, with callbacks that it signs.
 * Log in as the API member with the connection's keys, or as `TReed`, `NCole` or `EmailConnector` with
 * `sandboxLogin`: what they change is told to the registered callbacks.
 */
import type { World } from '../contract.ts';
import {
  startSandbox,
  type Sandbox,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxRoutes,
} from '../sandbox.ts';
import { badRequest, list } from './sandbox-query.ts';
import { apiMember, makeState, timestamp } from './sandbox-state.ts';
import type { ConnectwiseState, SandboxCallback, SandboxTicket } from './sandbox-state.ts';
import { addNote, isFields, openTicket, patchTicket, type Actor, type Fields } from './sandbox-tickets.ts';
import type { ConnectwiseConfig, ConnectwiseSecrets } from './schema.ts';
import { signatureOf } from './webhook.ts';

export type ConnectwiseSandbox = Sandbox<ConnectwiseState>;
type Tell = (action: string, ticket: SandboxTicket, actor: Actor) => Promise<void>;

export const sandboxSecrets: ConnectwiseSecrets = { privateKey: 'practice-private-key' };

const API = '/v4_6_release/apis/3.0';
const KEY_PATH = '/v4_6_release/system/callbackkey/index.rails';
/** Writes notes and tickets for contacts; a login, not a member. */
const MAIL_CONNECTOR = 'EmailConnector';
const CALLBACK_TIMEOUT_MS = 5_000;

const ticketFields = [
  'id',
  'summary',
  'board/id',
  'board/name',
  'status/id',
  'status/name',
  'company/id',
  'company/identifier',
  'contact/id',
  'externalXRef',
  'closedFlag',
];
const contactFields = ['id', 'firstName', 'lastName', 'company/id', 'company/identifier', 'inactiveFlag'];

/** Starts the sandbox; `config.publicKey` is the API member's key, and any `clientId` is accepted. */
export async function startConnectwiseSandbox(
  world: World,
  config: ConnectwiseConfig,
  port?: number,
): Promise<ConnectwiseSandbox> {
  const state = makeState(world, config);
  let url = '';
  const tell: Tell = (action, ticket, actor) => callBack({ url, state }, action, ticket, actor);
  const sandbox = await startSandbox({
    state,
    routes: {
      ...recordRoutes(state),
      ...ticketRoutes(state, config, tell),
      ...callbackRoutes(state, config),
    },
    authorize: (request) =>
      request.path === KEY_PATH || actorOf(state, config, request) ? null : unauthorized,
    notFound: () => missing,
    port,
  });
  url = sandbox.url;
  return sandbox;
}

/** Headers with which somebody uses the sandbox's API. */
export function sandboxLogin(config: ConnectwiseConfig, who = 'TReed'): Record<string, string> {
  const key = who === apiMember ? config.publicKey : who;
  const login = Buffer.from(`${config.companyId}+${key}:${sandboxSecrets.privateKey}`).toString('base64');
  return { authorization: `Basic ${login}`, clientId: config.clientId, 'content-type': 'application/json' };
}

/** A callback as ConnectWise sends it, signed over exactly these bytes; `fields` replace those of the payload. */
export function signedWebhook(
  sandbox: Pick<ConnectwiseSandbox, 'url' | 'state'>,
  ticketId: number | string,
  fields: Record<string, unknown> = {},
): { body: Buffer; headers: Record<string, string> } {
  const payload = {
    MessageId: crypto.randomUUID(),
    FromUrl: new URL(sandbox.url).host,
    CompanyId: sandbox.state.companyId,
    MemberId: 'TReed',
    Action: 'added',
    Type: 'ticket',
    ID: ticketId,
    ProductInstanceId: null,
    PartnerId: null,
    Entity: JSON.stringify({ id: ticketId }),
    Metadata: { key_url: `${sandbox.url}${KEY_PATH}?id=${sandbox.state.companyId}` },
    ...fields,
  };
  const body = Buffer.from(JSON.stringify(payload));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-content-signature': signatureOf(sandbox.state.signingKey, body),
    },
  };
}

const unauthorized: SandboxAnswer = {
  status: 401,
  json: { code: 'Unauthorized', message: 'Invalid credentials', errors: null },
};
const missing: SandboxAnswer = {
  status: 404,
  json: { code: 'NotFound', message: 'The record does not exist', errors: null },
};

function actorOf(state: ConnectwiseState, config: ConnectwiseConfig, request: SandboxRequest): Actor | null {
  const login = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString(
    'utf8',
  );
  const [, company, key, secret] = /^([^+]+)\+([^:]+):(.*)$/.exec(login) ?? [];
  if (!request.headers.clientid || company !== config.companyId || secret !== sandboxSecrets.privateKey)
    return null;
  const identifier = key === config.publicKey ? apiMember : key;
  const member = state.members.find((each) => each.identifier === identifier) ?? null;
  return identifier && (member || identifier === MAIL_CONNECTOR) ? { identifier, member } : null;
}

function recordRoutes(state: ConnectwiseState): SandboxRoutes {
  const one = (records: { id: number }[], id: string | undefined) => {
    const record = records.find((each) => String(each.id) === id);
    return record ? { json: record } : missing;
  };
  return {
    [`GET ${API}/system/info`]: () => ({
      json: { version: 'v2025.1.0', isCloud: true, serverTimeZone: 'UTC', cloudRegion: 'NA' },
    }),
    [`GET ${API}/company/companies`]: (request) =>
      list(request, state.companies, { fields: ['id', 'identifier', 'name'] }),
    [`GET ${API}/company/companies/:id`]: (request) => one(state.companies, request.params.id),
    [`GET ${API}/company/contacts`]: (request) =>
      list(request, state.contacts, {
        fields: contactFields,
        children: { name: 'communicationItems', fields: ['value', 'communicationType'] },
      }),
    [`GET ${API}/company/contacts/:id`]: (request) => one(state.contacts, request.params.id),
    [`GET ${API}/service/boards`]: (request) => list(request, state.boards, { fields: ['id', 'name'] }),
    [`GET ${API}/service/boards/:id/statuses`]: (request) =>
      list(
        request,
        state.statuses.filter((status) => String(status.board.id) === request.params.id),
        { fields: ['id', 'name'] },
      ),
  };
}

function ticketRoutes(state: ConnectwiseState, config: ConnectwiseConfig, tell: Tell): SandboxRoutes {
  const find = (request: SandboxRequest) =>
    state.tickets.find((ticket) => String(ticket.id) === request.params.id);
  const act = (request: SandboxRequest) => actorOf(state, config, request) as Actor;
  return {
    [`GET ${API}/service/tickets`]: (request) => list(request, state.tickets, { fields: ticketFields }),
    [`GET ${API}/service/tickets/:id`]: (request) => {
      const ticket = find(request);
      return ticket ? { json: ticket } : missing;
    },
    [`POST ${API}/service/tickets`]: async (request) => {
      const opened = openTicket(state, fieldsOf(request), act(request));
      if ('refusal' in opened) return opened.refusal;
      await tell('added', opened.ticket, act(request));
      return { status: 201, json: opened.ticket };
    },
    [`PATCH ${API}/service/tickets/:id`]: async (request) => {
      const ticket = find(request);
      if (!ticket) return missing;
      const refusal = patchTicket(state, ticket, request.body);
      if (refusal) return refusal;
      Object.assign(ticket._info, { lastUpdated: timestamp(), updatedBy: act(request).identifier });
      await tell('updated', ticket, act(request));
      return { json: ticket };
    },
    [`GET ${API}/service/tickets/:id/notes`]: (request) => {
      const ticket = find(request);
      if (!ticket) return missing;
      return list(
        request,
        state.notes.filter((note) => note.ticketId === ticket.id),
        { fields: ['id', 'text', 'createdBy'] },
      );
    },
    [`POST ${API}/service/tickets/:id/notes`]: (request) => {
      const ticket = find(request);
      const note = fieldsOf(request);
      if (!ticket) return missing;
      if (typeof note.text !== 'string' || note.text === '') return badRequest('text is required', 'text');
      if (!note.detailDescriptionFlag && !note.internalAnalysisFlag && !note.resolutionFlag) {
        return badRequest('at least one of the note flags must be true', 'detailDescriptionFlag');
      }
      return { status: 201, json: addNote(state, ticket, note, act(request)) };
    },
  };
}

function callbackRoutes(state: ConnectwiseState, config: ConnectwiseConfig): SandboxRoutes {
  return {
    [`GET ${KEY_PATH}`]: () => ({ json: { signing_key: state.signingKey } }),
    [`GET ${API}/system/callbacks`]: (request) =>
      list(request, state.callbacks, { fields: ['id', 'url', 'type', 'level', 'inactiveFlag'] }),
    [`POST ${API}/system/callbacks`]: (request) => {
      const fields = fieldsOf(request);
      const absent = ['url', 'type', 'level', 'objectId'].find((name) => fields[name] === undefined);
      if (absent) return badRequest(`${absent} is required`, absent);
      const callback: SandboxCallback = {
        id: state.nextId.callback++,
        description: String(fields.description ?? ''),
        url: String(fields.url),
        objectId: Number(fields.objectId),
        type: String(fields.type),
        level: String(fields.level),
        memberId: actorOf(state, config, request)?.member?.id ?? 0,
        inactiveFlag: fields.inactiveFlag === true,
        isSelfSuppressedFlag: fields.isSelfSuppressedFlag === true,
      };
      state.callbacks.push(callback);
      return { status: 201, json: callback };
    },
    [`DELETE ${API}/system/callbacks/:id`]: (request) => {
      const index = state.callbacks.findIndex((callback) => String(callback.id) === request.params.id);
      if (index === -1) return missing;
      state.callbacks.splice(index, 1);
      return { status: 204 };
    },
  };
}

/** Tells every callback that listens, one after the other; ConnectWise writes the id right behind the url. */
async function callBack(
  sandbox: Pick<ConnectwiseSandbox, 'url' | 'state'>,
  action: string,
  ticket: SandboxTicket,
  actor: Actor,
): Promise<void> {
  for (const callback of sandbox.state.callbacks) {
    const isOwn = callback.isSelfSuppressedFlag && callback.memberId === actor.member?.id;
    if (callback.inactiveFlag || callback.type.toLowerCase() !== 'ticket' || isOwn) continue;
    const url = `${callback.url}${ticket.id}&action=${action}`;
    const { body, headers } = signedWebhook(sandbox, ticket.id, {
      Action: action,
      MemberId: actor.identifier,
      Entity: JSON.stringify(ticket),
    });
    const status = await post(url, body, headers);
    sandbox.state.deliveries.push({
      callbackId: callback.id,
      url,
      action,
      ticketId: ticket.id,
      status,
      at: timestamp(),
    });
  }
}

async function post(url: string, body: Buffer, headers: Record<string, string>): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(CALLBACK_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers, signal });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

function fieldsOf(request: SandboxRequest): Fields {
  return isFields(request.body) ? request.body : {};
}
