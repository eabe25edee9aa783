/** Microsoft Graph v1.0 for many tenants; whatever is asked of one tenant carries the token of that tenant. */
import { z } from 'zod';
import { ConnectorError } from '../contract.ts';
import type { Http, HttpOptions, HttpRequest, Method } from '../http.ts';
import type { Tokens } from './token.ts';

const LARGEST_PAGE = 999;
const MOST_PAGES = 50;

export interface GraphApi {
  /** A tenant that the app may read, for checking the connection. */
  homeTenantId: string;
  /** Throws a ConnectorError `rejected` when `tenantId` cannot be one. */
  tenant(tenantId: string, signal?: AbortSignal): Graph;
}

/** One tenant's Graph. Paths have no leading version and come from `path`. */
export interface Graph {
  send<T = void>(method: Method, path: string, request?: HttpRequest<T>): Promise<T>;
  /** Like `send`, but a 404 is `null`. */
  find<T>(path: string, request: HttpRequest<T>): Promise<T | null>;
  /** All pages. Throws `bad_answer` rather than leave the rest out. */
  list<T>(path: string, item: z.ZodType<T>, request?: ListRequest): Promise<T[]>;
  /** The address of a directory object, as the body of a `$ref` wants it. */
  reference(objectId: string): string;
}

export interface ListRequest {
  query?: HttpRequest<unknown>['query'];
  headers?: Record<string, string>;
  /** Only the first page of this size. */
  first?: number;
}

/** Builds a path of which every inserted id is one encoded segment: path`users/${id}/manager`. */
export function path(words: TemplateStringsArray, ...ids: string[]): string {
  return words.reduce((before, word, index) => `${before}${segment(ids[index - 1] ?? '')}${word}`);
}

/** Doubles the quotes of a value that goes between single quotes in `$filter`. */
export function odata(value: string): string {
  return value.replaceAll("'", "''");
}

export function openGraph(options: {
  graphUrl: string;
  homeTenantId: string;
  tokens: Tokens;
  http: (options: HttpOptions) => Http;
}): GraphApi {
  const baseUrl = `${options.graphUrl.replace(/\/+$/, '')}/v1.0`;
  const https = new Map<string, Http>();

  function httpOf(tenantId: string): Http {
    const known = https.get(tenantId);
    if (known) return known;
    const made = options.http({ baseUrl, vendor: 'Microsoft 365', headers: () => ({}) });
    https.set(tenantId, made);
    return made;
  }

  function tenant(tenantId: string, signal?: AbortSignal): Graph {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(tenantId))
      throw new ConnectorError('rejected', 'That is no Microsoft 365 tenant id');

    async function send<T = void>(method: Method, target: string, request: HttpRequest<T> = {}): Promise<T> {
      const call = (token: string) =>
        httpOf(tenantId).send(method, target, {
          signal,
          ...request,
          headers: { ...request.headers, authorization: `Bearer ${token}` },
        });
      const token = await options.tokens.get(tenantId);
      try {
        return await call(token);
      } catch (error) {
        if (!(error instanceof ConnectorError && error.kind === 'unauthorized')) throw error;
        // A 401 says that nothing was done, so even a write may go out again with a new token.
        options.tokens.drop(tenantId, token);
      }
      return call(await options.tokens.get(tenantId));
    }

    return {
      send,
      find: findWith(send),
      list: listWith(send),
      reference: (id) => `${baseUrl}/${path`directoryObjects/${id}`}`,
    };
  }

  return { homeTenantId: options.homeTenantId, tenant };
}

function findWith(send: Graph['send']): Graph['find'] {
  return async (target, request) => {
    try {
      return await send('GET', target, request);
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'not_found') return null;
      throw error;
    }
  };
}

function listWith(send: Graph['send']): Graph['list'] {
  return async <T>(target: string, item: z.ZodType<T>, request: ListRequest = {}) => {
    const answer = z.object({ value: z.array(item), '@odata.nextLink': z.string().optional() });
    const query = { ...request.query, $top: request.first ?? LARGEST_PAGE };
    const items: T[] = [];
    let page = await send('GET', target, { query, headers: request.headers, answer });
    for (let pages = 1; ; pages += 1) {
      items.push(...page.value);
      const next = page['@odata.nextLink'];
      if (!next || request.first) return items;
      if (pages === MOST_PAGES)
        throw new ConnectorError('bad_answer', `Microsoft 365 has more than ${MOST_PAGES} pages of it`);
      page = await send('GET', nextPath(next), { headers: request.headers, answer });
    }
  };
}

/** Only path and query of a next link are followed, so that a token never leaves the connection's host. */
function nextPath(link: string): string {
  const target = /^https?:\/\/[^/]+\/(?:.*?\/)?v1\.0\/(.+)$/.exec(link)?.[1];
  if (!target)
    throw new ConnectorError('bad_answer', 'Microsoft 365 sent a next page that is no Graph address');
  return target;
}

function segment(id: string): string {
  if (id === '.' || id === '..') throw new ConnectorError('rejected', 'That is no Microsoft 365 id');
  return encodeURIComponent(id);
}
