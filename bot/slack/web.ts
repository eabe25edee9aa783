/** Slack's Web API as the channel uses it: one try per call, errors as ConnectorError kinds. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type Logger,
} from '@slack/web-api';
import { z } from 'zod';
import { ConnectorError, type ConnectorErrorKind } from '../../connectors/contract.ts';

const TIMEOUT_MS = 10_000;

export interface WebOptions {
  /** The bot token for a team; one token may serve them all. */
  tokenFor(team: string): Promise<string>;
  /** Slack's own address unless given; ends in "/api/". */
  apiUrl?: string;
  logger: Logger;
}

export interface Web {
  /** Calls as the team's bot; throws a ConnectorError. Nothing is tried twice: the queues do that. */
  call<T>(team: string, run: (client: WebClient) => Promise<T>): Promise<T>;
  /** Our own user id in that team, asked once per token. */
  botUserId(team: string): Promise<string>;
}

/** Opens Slack's Web API; no call is made before the first one is wanted. */
export function createWeb(options: WebOptions): Web {
  const clients = new Map<string, WebClient>();
  const botUsers = new Map<string, string>();

  function clientFor(token: string): WebClient {
    const known = clients.get(token);
    if (known) return known;
    const client = new WebClient(token, {
      ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: TIMEOUT_MS,
      logger: options.logger,
      allowAbsoluteUrls: false,
    });
    clients.set(token, client);
    return client;
  }

  async function call<T>(team: string, run: (client: WebClient) => Promise<T>): Promise<T> {
    const client = clientFor(await options.tokenFor(team));
    try {
      return await run(client);
    } catch (error) {
      throw toConnectorError(error);
    }
  }

  async function botUserId(team: string): Promise<string> {
    const known = botUsers.get(await options.tokenFor(team));
    if (known) return known;
    const { user_id } = answer(
      z.object({ user_id: z.string() }),
      await call(team, (client) => client.auth.test()),
    );
    botUsers.set(await options.tokenFor(team), user_id);
    return user_id;
  }

  return { call, botUserId };
}

/** The fields of an answer that we use; throws `bad_answer` when they are not there. */
export function answer<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConnectorError('bad_answer', 'Slack answered in a shape we do not know', { mayHaveActed: true });
}

/** Slack's error codes that mean more than "not like this"; https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const kinds: Record<string, ConnectorErrorKind> = {
  not_authed: 'unauthorized',
  invalid_auth: 'unauthorized',
  account_inactive: 'unauthorized',
  token_revoked: 'unauthorized',
  token_expired: 'unauthorized',
  missing_scope: 'forbidden',
  no_permission: 'forbidden',
  not_allowed_token_type: 'forbidden',
  access_denied: 'forbidden',
  team_access_not_granted: 'forbidden',
  org_login_required: 'forbidden',
  ekm_access_denied: 'forbidden',
  enterprise_is_restricted: 'forbidden',
  restricted_action: 'forbidden',
  not_in_channel: 'forbidden',
  cant_update_message: 'forbidden',
  channel_not_found: 'not_found',
  message_not_found: 'not_found',
  thread_not_found: 'not_found',
  user_not_found: 'not_found',
  users_not_found: 'not_found',
  user_not_visible: 'not_found',
  team_not_found: 'not_found',
  ratelimited: 'rate_limited',
  rate_limited: 'rate_limited',
  message_limit_exceeded: 'rate_limited',
  internal_error: 'unavailable',
  fatal_error: 'unavailable',
  service_unavailable: 'unavailable',
  request_timeout: 'unavailable',
};

/** A failure of @slack/web-api as a ConnectorError; never carries what we sent. */
export function toConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = error.retryAfter * 1000;
    return new ConnectorError('rate_limited', 'Slack asks us to wait', {
      retryAfterMs,
      status: 429,
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) return fromCode(error);
  if (error instanceof WebAPIHTTPError) {
    const status = error.statusCode;
    const kind = status >= 500 ? 'unavailable' : 'rejected';
    return new ConnectorError(kind, `Slack answered with HTTP ${status}`, {
      mayHaveActed: status >= 500,
      status,
      cause: error,
    });
  }
  const sent = error instanceof WebAPIRequestError;
  return new ConnectorError('unavailable', sent ? 'Slack could not be reached' : 'The call to Slack failed', {
    mayHaveActed: true,
    cause: error,
  });
}

function fromCode(error: WebAPIPlatformError): ConnectorError {
  const code = error.data.error;
  // The library puts a body that is not JSON where the code would be.
  if (!/^[a-z0-9_]{1,80}$/.test(code)) {
    return new ConnectorError('bad_answer', 'Slack answered with something that is not JSON', {
      mayHaveActed: true,
    });
  }
  const kind = kinds[code] ?? 'rejected';
  const seconds = error.data.response_metadata?.retryAfter;
  return new ConnectorError(kind, `Slack refused: ${code}`, {
    mayHaveActed: kind === 'unavailable',
    retryAfterMs: kind === 'rate_limited' && seconds !== undefined ? seconds * 1000 : null,
    cause: error,
  });
}
