/** Bot Framework authentication: our settings, what a caller's token must say, and our own tokens. */
import { z } from 'zod';
import { ConnectorError } from '../../connectors/contract.ts';

export interface TeamsAuth {
  appId: string;
  appPassword: string;
  appType: 'SingleTenant' | 'MultiTenant';
  /** The tenant of the app registration; required for SingleTenant. */
  tenantId: string | null;
  /** Where the channel's signing keys are listed; the public cloud's by default. */
  openIdMetadataUrl?: string | null;
  /** `iss` of the channel's tokens, and the resource that our own tokens are for. */
  tokenIssuer?: string | null;
  /** Token endpoint, authority, or bare host of the login service. */
  loginUrl?: string | null;
}

const PUBLIC_ISSUER = 'https://api.botframework.com';
const PUBLIC_METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
const PUBLIC_LOGIN = 'https://login.microsoftonline.com';
const TOKEN_TIMEOUT_MS = 8_000;
/** A token is renewed this long before its end. */
const RENEW_EARLY_MS = 5 * 60_000;

/** `iss` of the tokens that the channel sends us. */
export const issuerOf = (auth: TeamsAuth) => auth.tokenIssuer || PUBLIC_ISSUER;
/** OpenID metadata of the channel's signing keys. */
export const metadataUrlOf = (auth: TeamsAuth) => auth.openIdMetadataUrl || PUBLIC_METADATA;

/** Throws for settings with which requests would not be authenticated at all, or no token could be had. */
export function assertUsable(auth: TeamsAuth): void {
  if (!auth.appId.trim() || !auth.appPassword.trim()) throw new Error('Teams needs an app id and a password');
  if (auth.appType === 'SingleTenant' && !auth.tenantId)
    throw new Error('A SingleTenant bot needs its tenant id');
}

const claims = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  serviceurl: z.string(),
  tid: z.string().optional(),
});
/** The Bot Framework's own tenants, public and US government, which its service's tokens may name. */
const CHANNEL_TENANTS = [
  'd6d49420-f39b-4df7-a1dc-d59a935871db',
  'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  'cab8a31a-1906-4287-a0d8-4eef66b95f6e',
];

/**
 * True when an Authorization header says what a token of the channel for this service URL must say; the
 * signature is the library's to check. The library alone would let an activity without a service URL, and
 * tokens of the Emulator or another bot, past the service URL's check; and it remembers for good every tenant
 * that an unverified token names.
 */
export function claimsToBeChannel(auth: TeamsAuth, authorization: string, serviceUrl: string): boolean {
  const token = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization);
  if (!token) return false;
  const [header, payload] = [decode(token[1]), decode(token[2])];
  if (!z.looseObject({ alg: z.enum(['RS256', 'RS384', 'RS512']) }).safeParse(header).success) return false;
  const said = claims.safeParse(payload);
  return (
    said.success &&
    said.data.iss === issuerOf(auth) &&
    said.data.aud === auth.appId &&
    said.data.serviceurl === serviceUrl &&
    (said.data.tid === undefined || [...CHANNEL_TENANTS, auth.tenantId].includes(said.data.tid))
  );
}

function decode(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

export interface Tokens {
  /** A bearer token for the channel. Throws a ConnectorError. */
  get(): Promise<string>;
  /** Drops the token after the channel refused it. */
  forget(): void;
}

/**
 * Our own tokens, by client credentials, kept until shortly before their end.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export function createTokens(auth: TeamsAuth): Tokens {
  let current: { token: Promise<string>; until: number } | null = null;
  const forget = () => void (current = null);
  return {
    forget,
    get() {
      if (current && Date.now() < current.until) return current.token;
      const asked = fetchToken(auth);
      const mine = { token: asked.then(({ token }) => token), until: Number.POSITIVE_INFINITY };
      current = mine;
      asked.then(
        ({ lifeMs }) => (mine.until = Date.now() + Math.max(lifeMs - RENEW_EARLY_MS, lifeMs / 2)),
        () => current === mine && forget(),
      );
      return mine.token;
    },
  };
}

/** The URL that gives tokens: a token endpoint as it is, an authority or a bare host completed. */
export function tokenUrlOf(auth: TeamsAuth): string {
  const url = new URL(auth.loginUrl || PUBLIC_LOGIN);
  const tenant = auth.appType === 'SingleTenant' && auth.tenantId ? auth.tenantId : 'botframework.com';
  const path = url.pathname.replace(/\/+$/, '');
  if (path.endsWith('/token')) return url.href;
  return new URL(`${path || `/${tenant}`}/oauth2/v2.0/token`, url).href;
}

const granted = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

async function fetchToken(auth: TeamsAuth): Promise<{ token: string; lifeMs: number }> {
  const form = {
    grant_type: 'client_credentials',
    client_id: auth.appId,
    client_secret: auth.appPassword,
    scope: `${issuerOf(auth)}/.default`,
  };
  const signal = AbortSignal.timeout(TOKEN_TIMEOUT_MS);
  const body = new URLSearchParams(form);
  const response = await fetch(tokenUrlOf(auth), { method: 'POST', body, signal, redirect: 'error' }).catch(
    (cause) => {
      throw new ConnectorError('unavailable', 'The Microsoft login service could not be reached', { cause });
    },
  );
  if (!response.ok) {
    const kind = response.status >= 500 || response.status === 429 ? 'unavailable' : 'unauthorized';
    throw new ConnectorError(kind, `The Microsoft login service answered ${response.status}`, {
      status: response.status,
    });
  }
  const answer = granted.safeParse(await response.json().catch(() => null));
  if (!answer.success) throw new ConnectorError('bad_answer', 'The Microsoft login service gave no token');
  return { token: answer.data.access_token, lifeMs: answer.data.expires_in * 1000 };
}
