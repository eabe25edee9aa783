/**
 * A stand-in for Teams' side of the Bot Framework, on loopback: the connector service that the bot writes to,
 * the login service that gives the bot tokens, the OpenID metadata of the channel's keys, and a writer of
 * activities as Teams sends them, with or without a signed token.
 */
import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startSandbox, type Sandbox, type SandboxRequest } from '../../connectors/sandbox.ts';

export interface Posted {
  id: string;
  conversation: string;
  /** The activity as the bot sent it last. */
  activity: Record<string, unknown>;
  /** How often it was edited. */
  edits: number;
  deleted: boolean;
}

export interface OpenedChat {
  id: string;
  tenantId: string | undefined;
  userId: string | undefined;
}

export interface BotFrameworkState {
  posted: Posted[];
  chats: OpenedChat[];
  /** Bearer tokens that the login service gave out, oldest first. */
  tokens: string[];
}

/** A person in Teams. */
export interface TeamsPerson {
  tenantId: string;
  aadObjectId: string;
  name: string;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export type Signing = 'channel' | 'unendorsed' | 'stranger';

export interface TokenOptions {
  audience?: string;
  issuer?: string;
  serviceUrl?: string;
  /** Seconds from now; negative is expired. */
  expiresIn?: number;
  /** Which key signs. `stranger` is in no key list. */
  key?: Signing;
  /** More claims. */
  claims?: Record<string, unknown>;
  /** The key that the header names; by default the one that signs. */
  kid?: string;
}

export interface BotFramework {
  /** What activities carry as `serviceUrl`. */
  url: string;
  openIdMetadataUrl: string;
  tokenIssuer: string;
  loginUrl: string;
  appId: string;
  appPassword: string;
  state: BotFrameworkState;
  calls: Sandbox<BotFrameworkState>['calls'];
  fault: Sandbox<BotFrameworkState>['fault'];
  mint(options?: TokenOptions): Promise<string>;
  /** POSTs an activity to the bot as Teams would; a token only when one is given. */
  deliver(endpoint: string, activity: unknown, token?: string): Promise<HttpAnswer>;
  /** A message in the one-to-one chat. */
  personalMessage(from: TeamsPerson, text: string, more?: Record<string, unknown>): Record<string, unknown>;
  /** A message in a team's channel that mentions the bot; `root` is the post whose thread it is in. */
  channelMessage(from: TeamsPerson, text: string, root: string): Record<string, unknown>;
  /** A click on an Action.Execute of the message `replyToId`. */
  click(
    from: TeamsPerson,
    verb: string,
    data: Record<string, unknown>,
    replyToId?: string,
  ): Record<string, unknown>;
  /** The bot was added to somebody's personal chat. */
  installed(from: TeamsPerson): Record<string, unknown>;
  close(): Promise<void>;
}

const APP_ID = '0c0ffee0-0000-4000-8000-000000000001';
const APP_PASSWORD = 'stand-in app password';

/** Starts it on a free loopback port. With `guarded` it answers 401 to calls without one of its tokens. */
export async function startBotFramework(options: { guarded?: boolean } = {}): Promise<BotFramework> {
  const keys = await signingKeys();
  const jwks = [
    { ...(await exportJWK(keys.channel.publicKey)), kid: 'channel', endorsements: ['msteams'] },
    { ...(await exportJWK(keys.unendorsed.publicKey)), kid: 'unendorsed', endorsements: ['webchat'] },
  ];
  const state: BotFrameworkState = { posted: [], chats: [], tokens: [] };
  const sandbox: Sandbox<BotFrameworkState> = await startSandbox({
    state,
    authorize: (request) => (options.guarded ? refuseStranger(state, request) : null),
    routes: {
      'GET /openid': () => ({ json: { issuer: 'x', jwks_uri: `${sandbox.url}/keys` } }),
      'GET /keys': () => ({ json: { keys: jwks } }),
      'POST /login/oauth2/v2.0/token': (request) => giveToken(state, request),
      'POST /v3/conversations': (request) => openChat(state, request),
      'POST /v3/conversations/:conversation/activities': (request) => post(state, request),
      'POST /v3/conversations/:conversation/activities/:id': (request) => post(state, request),
      'PUT /v3/conversations/:conversation/activities/:id': (request) => edit(state, request),
      'DELETE /v3/conversations/:conversation/activities/:id': (request) => remove(state, request),
    },
  });
  const tokenIssuer = 'https://api.botframework.test';
  return {
    url: sandbox.url,
    openIdMetadataUrl: `${sandbox.url}/openid`,
    tokenIssuer,
    loginUrl: `${sandbox.url}/login`,
    appId: APP_ID,
    appPassword: APP_PASSWORD,
    state,
    calls: sandbox.calls,
    fault: sandbox.fault,
    mint: (token = {}) =>
      mint(keys, { audience: APP_ID, issuer: tokenIssuer, serviceUrl: sandbox.url, ...token }),
    deliver: (endpoint, activity, token) =>
      rawPost(endpoint, JSON.stringify(activity), token ? { authorization: `Bearer ${token}` } : {}),
    ...writer(sandbox.url),
    close: sandbox.close,
  };
}

/** POSTs any bytes with any headers, Host included, and nothing added but the length and a JSON content type. */
export function rawPost(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const all = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    };
    const outgoing = httpRequest(url, { method: 'POST', headers: all, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

type Keys = Record<Signing, Awaited<ReturnType<typeof generateKeyPair>>>;
let made: Promise<Keys> | null = null;

/** Made once for all stand-ins of a process: making RSA keys is slow. */
function signingKeys(): Promise<Keys> {
  const make = async (): Promise<Keys> => {
    const [channel, unendorsed, stranger] = await Promise.all([
      generateKeyPair('RS256'),
      generateKeyPair('RS256'),
      generateKeyPair('RS256'),
    ]);
    return { channel, unendorsed, stranger };
  };
  return (made ??= make());
}

function mint(keys: Keys, options: TokenOptions): Promise<string> {
  const { key = 'channel', kid = key, expiresIn = 3600 } = options;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ serviceurl: options.serviceUrl, ...options.claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setIssuer(options.issuer ?? '')
    .setAudience(options.audience ?? '')
    .setNotBefore(now - 7200)
    .setExpirationTime(now + expiresIn)
    .sign(keys[key].privateKey);
}

const BOT = { id: `28:${APP_ID}`, name: 'Countersign' };

function writer(serviceUrl: string) {
  const base = (from: TeamsPerson) => ({
    id: `1700000000${randomUUID().slice(0, 3)}-${randomUUID()}`,
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: `29:${from.aadObjectId}`, name: from.name, aadObjectId: from.aadObjectId },
    recipient: BOT,
    conversation: { id: `a:${from.aadObjectId}`, conversationType: 'personal', tenantId: from.tenantId },
    channelData: { tenant: { id: from.tenantId } },
    locale: 'en-US',
  });
  return {
    personalMessage: (from: TeamsPerson, text: string, more: Record<string, unknown> = {}) => ({
      ...base(from),
      type: 'message',
      text,
      textFormat: 'plain',
      ...more,
    }),
    channelMessage: (from: TeamsPerson, text: string, root: string) => ({
      ...base(from),
      type: 'message',
      text: `<at>${BOT.name}</at>&nbsp;${text}`,
      textFormat: 'plain',
      conversation: {
        id: `19:team@thread.tacv2;messageid=${root}`,
        conversationType: 'channel',
        isGroup: true,
        tenantId: from.tenantId,
      },
      entities: [{ type: 'mention', text: `<at>${BOT.name}</at>`, mentioned: BOT }],
    }),
    click: (from: TeamsPerson, verb: string, data: Record<string, unknown>, replyToId = 'clicked') => ({
      ...base(from),
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId,
      value: { action: { type: 'Action.Execute', title: verb, verb, data }, trigger: 'manual' },
    }),
    installed: (from: TeamsPerson) => ({ ...base(from), type: 'installationUpdate', action: 'add' }),
  };
}

function refuseStranger(state: BotFrameworkState, request: SandboxRequest) {
  if (!request.path.startsWith('/v3/')) return null;
  const token = request.headers.authorization?.replace(/^Bearer /, '');
  return token && state.tokens.includes(token)
    ? null
    : { status: 401, json: { error: { code: 'Unauthorized' } } };
}

function giveToken(state: BotFrameworkState, request: SandboxRequest) {
  const form = request.body as Record<string, string>;
  const known =
    form.grant_type === 'client_credentials' &&
    form.client_id === APP_ID &&
    form.client_secret === APP_PASSWORD;
  if (!known) return { status: 401, json: { error: 'invalid_client' } };
  const token = `token-${randomUUID()}`;
  state.tokens.push(token);
  return { json: { token_type: 'Bearer', expires_in: 3600, access_token: token } };
}

/** As Teams does, the same two always get the same chat. */
function openChat(state: BotFrameworkState, request: SandboxRequest) {
  const body = request.body as {
    members?: { id: string }[];
    tenantId?: string;
    channelData?: { tenant?: { id?: string } };
  };
  const userId = body.members?.[0]?.id;
  const tenantId = body.channelData?.tenant?.id ?? body.tenantId;
  const id = `a:${userId}`;
  if (!state.chats.some((chat) => chat.id === id && chat.tenantId === tenantId))
    state.chats.push({ id, tenantId, userId });
  return { status: 201, json: { id } };
}

function post(state: BotFrameworkState, request: SandboxRequest) {
  const { conversation = '' } = request.params;
  const id = `m-${state.posted.length + 1}`;
  state.posted.push({
    id,
    conversation,
    activity: request.body as Record<string, unknown>,
    edits: 0,
    deleted: false,
  });
  return { status: 201, json: { id } };
}

function find(state: BotFrameworkState, { params }: SandboxRequest): Posted | undefined {
  return state.posted.find(
    (each) => each.id === params.id && each.conversation === params.conversation && !each.deleted,
  );
}

const absent = { status: 404, json: { error: { code: 'ActivityNotFoundInConversation' } } };

function edit(state: BotFrameworkState, request: SandboxRequest) {
  const posted = find(state, request);
  if (!posted) return absent;
  posted.activity = request.body as Record<string, unknown>;
  posted.edits += 1;
  return { json: { id: posted.id } };
}

function remove(state: BotFrameworkState, request: SandboxRequest) {
  const posted = find(state, request);
  if (!posted) return absent;
  posted.deleted = true;
  return { status: 200 };
}
