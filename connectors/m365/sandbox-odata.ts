/** The little OData that the Graph sandbox understands: $select, $top, paging and Graph's error shape. */
import type { SandboxAnswer, SandboxRequest } from '../sandbox.ts';

const LARGEST_PAGE = 100;

export type Wire = Record<string, unknown>;

/** `{ "error": { "code", "message" } }`, as Graph says no. */
export function refuse(status: number, code: string, message: string): SandboxAnswer {
  return { status, json: { error: { code, message, innerError: { date: new Date().toISOString() } } } };
}

export function notFound(id: string): SandboxAnswer {
  return refuse(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** One record with the fields asked for; without $select only `defaults`, as in Graph. */
export function project(record: Wire, request: SandboxRequest, defaults: string[]): Wire {
  const asked = request.query.get('$select')?.split(',') ?? defaults;
  const kept = ['@odata.type', 'id', ...asked].filter((field) => field in record);
  return Object.fromEntries(kept.map((field) => [field, record[field]]));
}

/** A page of at most $top and never more than 100 records, with a next link when there are more. */
export function paged(records: Wire[], request: SandboxRequest, defaults: string[]): SandboxAnswer {
  const size = Math.min(Number(request.query.get('$top') ?? LARGEST_PAGE), LARGEST_PAGE);
  const from = Number(request.query.get('$skiptoken') ?? 0);
  const value = records.slice(from, from + size).map((record) => project(record, request, defaults));
  if (from + size >= records.length) return { json: { value } };
  const query = new URLSearchParams(request.query);
  query.set('$skiptoken', String(from + size));
  return { json: { '@odata.nextLink': `http://${request.headers.host}${request.path}?${query}`, value } };
}

/** The value between single quotes in the first group of `pattern`, unescaped; null when it does not match. */
export function filterValue(filter: string | null, pattern: RegExp): string | null {
  return pattern.exec(filter ?? '')?.[1]?.replaceAll("''", "'") ?? null;
}
