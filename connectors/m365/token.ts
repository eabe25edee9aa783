/**
 * App-only tokens, one per tenant, by the client credentials grant.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import * as oauth from 'oauth4webapi';
import { ConnectorError, type ConnectorErrorKind } from '../contract.ts';

/** A token is renewed this long before it ends, so that no request leaves with one about to end. */
const SKEW_MS = 120_000;
const ATTEMPT_MS = 8_000;

export interface TokenOptions {
  /** Base of the token endpoint: `<loginUrl>/<tenant>/oauth2/v2.0/token`. */
  loginUrl: string;
  clientId: string;
  clientSecret: string;
  /** `https://graph.microsoft.com/.default`. */
  scope: string;
  attemptMs?: number;
}

export interface Tokens {
  /** The token of that tenant only. Throws a ConnectorError; `unauthorized` when the app is refused there. */
  get(tenantId: string): Promise<string>;
  /** Forgets `token` if it is still the tenant's current one, so that a newer one is not lost. */
  drop(tenantId: string, token: string): void;
}

interface Held {
  token: string;
  endsAtMs: number;
}

/** A cache with one request in flight per tenant at most. */
export function createTokens(options: TokenOptions): Tokens {
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<Held>>();

  async function renew(tenantId: string): Promise<Held> {
    try {
      const fresh = await requestToken(options, tenantId);
      held.set(tenantId, fresh);
      return fresh;
    } finally {
      flights.delete(tenantId);
    }
  }

  return {
    async get(tenantId) {
      const current = held.get(tenantId);
      if (current && Date.now() < current.endsAtMs - SKEW_MS) return current.token;
      const flight = flights.get(tenantId) ?? renew(tenantId);
      flights.set(tenantId, flight);
      return (await flight).token;
    },
    drop(tenantId, token) {
      if (held.get(tenantId)?.token === token) held.delete(tenantId);
    },
  };
}

async function requestToken(options: TokenOptions, tenantId: string): Promise<Held> {
  const tenantUrl = `${options.loginUrl.replace(/\/+$/, '')}/${encodeURIComponent(tenantId)}`;
  const server: oauth.AuthorizationServer = {
    issuer: `${tenantUrl}/v2.0`,
    token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
  };
  const client: oauth.Client = { client_id: options.clientId };
  let response: Response | null = null;
  try {
    response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(options.clientSecret),
      { scope: options.scope },
      {
        signal: AbortSignal.timeout(options.attemptMs ?? ATTEMPT_MS),
        [oauth.allowInsecureRequests]: isLoopback(tenantUrl),
      },
    );
    const answer = await oauth.processClientCredentialsResponse(server, client, response);
    return { token: answer.access_token, endsAtMs: Date.now() + (answer.expires_in ?? 0) * 1_000 };
  } catch (error) {
    throw refusal(response, error);
  }
}

/** Entra answers 400 as well as 401 for a wrong secret, an unknown app and a tenant without consent. */
function refusal(response: Response | null, cause: unknown): ConnectorError {
  const status = response?.status ?? null;
  const retryAfter = Number(response?.headers.get('retry-after') ?? NaN);
  const insecure =
    cause instanceof oauth.OperationProcessingError && cause.code === oauth.HTTP_REQUEST_FORBIDDEN;
  return new ConnectorError(insecure ? 'rejected' : kindOf(status), message(status, insecure), {
    status,
    retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1_000 : null,
    cause,
  });
}

function kindOf(status: number | null): ConnectorErrorKind {
  if (status === null || status >= 500) return 'unavailable';
  if (status === 429) return 'rate_limited';
  if (status === 403) return 'forbidden';
  return status >= 400 ? 'unauthorized' : 'bad_answer';
}

function message(status: number | null, insecure: boolean): string {
  if (insecure) return 'Microsoft sign-in must be reached by https';
  return status === null ? 'Microsoft sign-in could not be reached' : `Microsoft sign-in answered ${status}`;
}

function isLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
