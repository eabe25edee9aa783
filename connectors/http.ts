/**
 * The one outgoing HTTP of all connectors: deadline, bounded retries, Retry-After, circuit breaker, a cap on
 * the answer's size, and answers parsed by schema. Redirects are never followed: credentials stay on the host.
 */
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import ky, { HTTPError } from 'ky';
import type { z } from 'zod';
import { ConnectorError, type ConnectorErrorKind } from './contract.ts';

const DEADLINE_MS = 20_000;
const ATTEMPT_MS = 8_000;
/** A longer Retry-After is handed back to the caller's queue instead of being slept here. */
const LONGEST_WAIT_MS = 2_000;
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;

export interface HttpOptions {
  /** With a path if the vendor has one; request paths are appended to it. */
  baseUrl: string;
  /** For error messages: "ConnectWise". */
  vendor: string;
  /** Asked before every request, so that a token can be renewed. */
  headers(): Record<string, string> | Promise<Record<string, string>>;
  attemptMs?: number;
}

export interface HttpRequest<T> {
  query?: Record<string, string | number | boolean | undefined>;
  json?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Schema of the answer; leave it out when the answer's body does not matter. */
  answer?: z.ZodType<T>;
  signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Http {
  /** Throws a ConnectorError for anything but a 2xx answer of the right shape. */
  send<T = void>(method: Method, path: string, request?: HttpRequest<T>): Promise<T>;
  /** Like `send`, but a 404 is `null`: absence is not an error. */
  find<T>(path: string, request: HttpRequest<T>): Promise<T | null>;
}

/** Makes the HTTP face of one connection; the breaker's state is the connection's own. */
export function createHttp(options: HttpOptions): Http {
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof ConnectorError && error.kind === 'unavailable'),
    { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(10) },
  );

  async function send<T = void>(method: Method, path: string, request: HttpRequest<T> = {}): Promise<T> {
    try {
      const answer = await breaker.execute(() => ask(method, path, request));
      return parse(options.vendor, method, answer, request.answer);
    } catch (error) {
      if (isBrokenCircuitError(error) && breaker.state !== CircuitState.Closed) {
        throw new ConnectorError('unavailable', `${options.vendor} has not been answering; not tried`, {
          retryAfterMs: 5_000,
        });
      }
      throw error;
    }
  }

  /** Readers of one look at the world (one signal) that ask the same at the same time share the answer. */
  const looks = new WeakMap<AbortSignal, Map<string, Promise<Answer>>>();
  function ask(method: Method, path: string, request: HttpRequest<unknown>): Promise<Answer> {
    if (method !== 'GET' || !request.signal) return attempt(options, method, path, request);
    const look = looks.get(request.signal) ?? new Map<string, Promise<Answer>>();
    looks.set(request.signal, look);
    const key = JSON.stringify([path, request.query, request.headers]);
    const asked =
      look.get(key) ?? attempt(options, method, path, request).finally(() => void look.delete(key));
    look.set(key, asked);
    return asked;
  }

  return {
    send,
    async find(path, request) {
      try {
        return await send('GET', path, request);
      } catch (error) {
        if (error instanceof ConnectorError && error.kind === 'not_found') return null;
        throw error;
      }
    },
  };
}

interface Answer {
  status: number;
  text: string;
}

async function attempt(
  options: HttpOptions,
  method: Method,
  path: string,
  request: HttpRequest<unknown>,
): Promise<Answer> {
  const headers = { ...(await options.headers()), ...request.headers };
  try {
    const response = await ky(join(options.baseUrl, path), {
      method,
      headers,
      json: request.json,
      body: request.form ? new URLSearchParams(request.form) : undefined,
      searchParams: defined(request.query),
      redirect: 'manual',
      timeout: options.attemptMs ?? ATTEMPT_MS,
      totalTimeout: DEADLINE_MS,
      signal: request.signal,
      retry: {
        limit: 2,
        methods: ['get', 'post', 'patch', 'put', 'delete'],
        statusCodes: [429, 500, 502, 503, 504],
        afterStatusCodes: [429, 503],
        backoffLimit: 1_000,
        shouldRetry: ({ error }) => worthRetrying(method, error),
      },
    });
    return { status: response.status, text: await readBounded(response, options.vendor) };
  } catch (error) {
    throw translate(options.vendor, method, error);
  }
}

/**
 * A write is sent again only when the vendor said that it did not process it (429). `undefined` leaves it to ky,
 * which then waits as long as Retry-After says; `true` would retry without regard to it.
 */
function worthRetrying(method: Method, error: Error): boolean | undefined {
  if (error instanceof HTTPError) {
    const status = error.response.status;
    const wait = retryAfterMs(error.response.headers);
    if (wait !== null && wait > LONGEST_WAIT_MS) return false;
    return status === 429 || (method === 'GET' && status >= 500) ? undefined : false;
  }
  return (
    method === 'GET' &&
    error.name !== 'TimeoutError' &&
    error.name !== 'AbortError' &&
    !(error instanceof ConnectorError)
  );
}

const kinds: Record<number, ConnectorErrorKind> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
};

function translate(vendor: string, method: Method, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const isWrite = method !== 'GET';
  if (error instanceof HTTPError) {
    const { status, headers } = error.response;
    const kind =
      kinds[status] ??
      (status >= 500 ? 'unavailable' : status >= 300 && status < 400 ? 'bad_answer' : 'rejected');
    return new ConnectorError(kind, `${vendor} answered ${status}`, {
      status,
      mayHaveActed: isWrite && (kind === 'unavailable' || kind === 'bad_answer'),
      retryAfterMs: retryAfterMs(headers),
      cause: error,
    });
  }
  const refused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
  return new ConnectorError('unavailable', `${vendor} could not be reached`, {
    mayHaveActed: isWrite && !refused,
    cause: error,
  });
}

function parse<T>(vendor: string, method: Method, answer: Answer, schema?: z.ZodType<T>): T {
  if (!schema) return undefined as T;
  const wrong = (cause: unknown) =>
    new ConnectorError('bad_answer', `${vendor} sent an answer of an unknown shape`, {
      mayHaveActed: method !== 'GET',
      status: answer.status,
      cause,
    });
  let body: unknown;
  try {
    body = answer.text === '' ? null : JSON.parse(answer.text);
  } catch (error) {
    throw wrong(error);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw wrong(parsed.error);
  return parsed.data;
}

async function readBounded(response: Response, vendor: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > LARGEST_ANSWER_BYTES)
      throw new ConnectorError('bad_answer', `${vendor} sent more than ${LARGEST_ANSWER_BYTES} bytes`, {
        mayHaveActed: true,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after');
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function join(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

function defined(query: HttpRequest<unknown>['query']): Record<string, string> | undefined {
  if (!query) return undefined;
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}
