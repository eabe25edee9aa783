/**
 * The base of every vendor's sandbox: a small stateful HTTP server on loopback in the vendor's wire shapes,
 * with a log of calls and switchable faults. Each vendor's `sandbox.ts` adds its routes and its state.
 *
 * Over HTTP: `GET /_sandbox/calls`, `DELETE /_sandbox/calls`, `GET /_sandbox/state`,
 * `POST /_sandbox/faults` with a Fault[] body (an empty list heals it).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './contract.ts';

export interface SandboxCall {
  method: string;
  /** With the query string. */
  path: string;
  body: Json;
  headers: Record<string, string | undefined>;
  at: string;
}

/** What goes wrong, for requests whose `METHOD path` contains `match`; `times` counts down, absent is for ever. */
export interface Fault {
  match: string;
  kind: 'status' | 'garbage' | 'hang' | 'reset' | 'act_then_reset' | 'act_then_500';
  status?: number;
  retryAfter?: string;
  times?: number;
}

export interface SandboxRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Json;
  raw: Buffer;
  headers: Record<string, string | undefined>;
  params: Record<string, string>;
}
export interface SandboxAnswer {
  status?: number;
  json?: unknown;
  /** Instead of JSON, a page for people. */
  html?: string;
  headers?: Record<string, string>;
}
/** `route` is `"GET /company/companies/:id"`; the first that matches answers. */
export type SandboxRoutes = Record<
  string,
  (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>
>;

export interface Sandbox<State> {
  url: string;
  state: State;
  calls: SandboxCall[];
  fault(...faults: Fault[]): void;
  close(): Promise<void>;
}

export interface SandboxOptions<State> {
  state: State;
  routes: SandboxRoutes;
  /** Runs first; an answer (a 401, say) ends the request there. */
  authorize?(request: SandboxRequest): SandboxAnswer | null;
  /** What an unknown route answers, in the vendor's shape. */
  notFound?(request: SandboxRequest): SandboxAnswer;
  port?: number;
}

/** Starts a sandbox on 127.0.0.1 and a free port. */
export async function startSandbox<State>(options: SandboxOptions<State>): Promise<Sandbox<State>> {
  const calls: SandboxCall[] = [];
  let faults: Fault[] = [];
  const routes = Object.entries(options.routes).map(([route, handle]) => ({ ...compile(route), handle }));

  async function answer(request: SandboxRequest): Promise<SandboxAnswer> {
    const refused = options.authorize?.(request);
    if (refused) return refused;
    for (const route of routes) {
      const match = request.method === route.method && route.pattern.exec(request.path);
      if (match) return route.handle({ ...request, params: decodeAll(match.groups ?? {}) });
    }
    return (
      options.notFound?.(request) ?? {
        status: 404,
        json: { message: `no such route: ${request.method} ${request.path}` },
      }
    );
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(message);
    const own = control(request, { calls, state: options.state, setFaults: (next) => (faults = next) });
    if (own) return send(response, own);
    calls.push({
      method: request.method,
      path: message.url ?? '',
      body: request.body,
      headers: request.headers,
      at: new Date().toISOString(),
    });
    const fault = takeFault(faults, request);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') return void response.destroy();
    if (fault?.kind === 'status') {
      return send(response, {
        status: fault.status ?? 500,
        json: { message: 'sandbox fault' },
        headers: fault.retryAfter ? { 'retry-after': fault.retryAfter } : {},
      });
    }
    if (fault?.kind === 'garbage')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>not json');
    const result = await answer(request);
    if (fault?.kind === 'act_then_reset') return void response.destroy();
    if (fault?.kind === 'act_then_500')
      return send(response, { status: 500, json: { message: 'sandbox fault' } });
    send(response, result);
  }

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) =>
      send(response, { status: 500, json: { message: String(error) } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state: options.state,
    calls,
    fault: (...next) => void (faults = next),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(message: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const url = new URL(message.url ?? '/', 'http://sandbox');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    raw,
    body: bodyOf(raw, message),
    headers: message.headers as Record<string, string | undefined>,
    params: {},
  };
}

function bodyOf(raw: Buffer, message: IncomingMessage): Json {
  const text = raw.toString('utf8');
  if (text === '') return null;
  if (message.headers['content-type']?.includes('form')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function control(
  request: SandboxRequest,
  inside: { calls: SandboxCall[]; state: unknown; setFaults(faults: Fault[]): void },
): SandboxAnswer | null {
  if (!request.path.startsWith('/_sandbox/')) return null;
  switch (`${request.method} ${request.path.slice('/_sandbox/'.length)}`) {
    case 'GET calls':
      return { json: inside.calls };
    case 'DELETE calls':
      inside.calls.length = 0;
      return { json: [] };
    case 'GET state':
      return { json: inside.state };
    case 'POST faults':
      inside.setFaults(request.body as unknown as Fault[]);
      return { json: request.body };
    default:
      return { status: 404, json: { message: 'no such sandbox control' } };
  }
}

function takeFault(faults: Fault[], request: SandboxRequest): Fault | null {
  const line = `${request.method} ${request.path}?${request.query}`;
  const fault = faults.find((each) => line.includes(each.match) && each.times !== 0);
  if (fault?.times) fault.times -= 1;
  return fault ?? null;
}

function compile(route: string): { method: string; pattern: RegExp } {
  const [method = 'GET', path = '/'] = route.split(' ');
  const source = path.replace(/[.$()]/g, '\\$&').replace(/:(\w+)/g, '(?<$1>[^/]+)');
  return { method, pattern: new RegExp(`^${source}/?$`) };
}

function decodeAll(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
}

function send(response: ServerResponse, answer: SandboxAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const status = answer.status ?? 200;
  const type = answer.html === undefined ? 'application/json' : 'text/html; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...answer.headers });
  if (answer.html !== undefined) return void response.end(answer.html);
  response.end(status === 204 || answer.json === undefined ? undefined : JSON.stringify(answer.json));
}
