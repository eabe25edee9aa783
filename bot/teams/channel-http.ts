/**
 * The HTTP below the Bot Framework library: one try with a deadline, our own token, and ConnectorError kinds.
 * The library's own retries would sleep through a Retry-After inside a worker; Deliveries wait in their queue.
 */
import { ConnectorError, type ConnectorErrorKind } from '../../connectors/contract.ts';
import type { Tokens } from './auth.ts';

const ATTEMPT_MS = 10_000;

/** What is sent; `url` is whole, and `body` is JSON text or undefined. */
export interface ChannelRequest {
  method: string;
  url: string;
  body: string | undefined;
}

/**
 * Sends once and gives the answer's status and JSON text; throws a ConnectorError for all but 2xx.
 * Statuses: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */
export async function sendToChannel(
  tokens: Tokens | null,
  request: ChannelRequest,
): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' };
  if (tokens) headers.authorization = `Bearer ${await tokens.get()}`;
  const { url, method, body } = request;
  let answer: { response: Response; text: string };
  try {
    const response = await fetch(url, {
      method,
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    answer = { response, text: await response.text() };
  } catch (cause) {
    const refused = (cause as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
    throw new ConnectorError('unavailable', 'Teams could not be reached', { mayHaveActed: !refused, cause });
  }
  const { status, ok } = answer.response;
  if (ok) return { status, text: jsonOrThrow(answer.text, status) };
  if (status === 401) tokens?.forget();
  throw new ConnectorError(kindOf(status), `Teams answered ${status}`, {
    status,
    mayHaveActed: status >= 500,
    retryAfterMs: retryAfterMs(answer.response.headers.get('retry-after')),
  });
}

const kinds: Record<number, ConnectorErrorKind> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  // Teams says 412 when two writes met; it asks for another try.
  412: 'unavailable',
  429: 'rate_limited',
};

function kindOf(status: number): ConnectorErrorKind {
  if (status >= 500) return 'unavailable';
  return kinds[status] ?? (status < 400 ? 'bad_answer' : 'rejected');
}

function jsonOrThrow(text: string, status: number): string {
  if (text === '') return '{}';
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new ConnectorError('bad_answer', 'Teams sent an answer that is no JSON', {
      status,
      mayHaveActed: true,
      cause,
    });
  }
}

function retryAfterMs(value: string | null): number | null {
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
