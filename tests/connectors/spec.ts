/**
 * Holds requests and answers against a vendor's OpenAPI document in `../shared/specs/`, which is reference
 * data outside this repository: where it is absent, tests that need it are skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import addFormats from 'ajv-formats';
import { OpenAPIBackend, type Document } from 'openapi-backend';

const directory = new URL('../../../shared/specs/', import.meta.url);

type Operation = NonNullable<ReturnType<OpenAPIBackend['router']['getOperation']>>;

export interface Spec {
  name: string;
  backend: OpenAPIBackend;
  /** Path prefix of the vendor's server url, such as `/v1.0`; `''` when there is none. */
  root: string;
}

export interface SpecRequest {
  method: string;
  /** With or without the spec's root and a query string. */
  path: string;
  query?: Record<string, string> | URLSearchParams;
  body?: unknown;
  headers?: Record<string, string | undefined>;
}

export interface SpecAnswer {
  method: string;
  path: string;
  status: number;
  body?: unknown;
}

/** The vendor's document by file name without `.json`; null, with a printed reason, when it is not there. */
export async function loadSpec(name: string): Promise<Spec | null> {
  const file = new URL(`${name}.json`, directory);
  if (!existsSync(file)) {
    console.warn(`skipping spec checks of ${name}: ${file.pathname} is absent`);
    return null;
  }
  const definition = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const server = definition.servers?.[0]?.url ?? '';
  const root = server ? new URL(server, 'http://spec').pathname.replace(/\/$/, '') : '';
  const backend = new OpenAPIBackend({
    definition,
    apiRoot: root || '/',
    quick: true,
    customizeAjv: (ajv) => addFormats.default(ajv),
  });
  await backend.init();
  return { name, backend, root };
}

/**
 * What is wrong with a request, one sentence each; empty when it is right. Stricter than the document: a body
 * field that the document does not know is wrong as well, because vendors ignore misspelt fields silently.
 */
export function checkRequest(spec: Spec, request: SpecRequest): string[] {
  const { operation, path, query } = locate(spec, request);
  if (!operation) return [`${spec.name} has no operation ${request.method} ${request.path}`];
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
  const body = request.body ?? undefined;
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const result = spec.backend.validator.validateRequest(
    { method: request.method, path, query, body, headers: { ...json, ...headers } },
    operation,
  );
  const wrong = (result.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message ?? error.keyword}`,
  );
  return [
    ...wrong,
    ...unknownFields(bodySchema(operation), body).map((field) => `/requestBody has no field ${field}`),
  ];
}

/** What is wrong with an answer, one sentence each; empty when it is right. A 2xx must be declared by its number. */
export function checkAnswer(spec: Spec, answer: SpecAnswer): string[] {
  const { operation } = locate(spec, answer);
  if (!operation) return [`${spec.name} has no operation ${answer.method} ${answer.path}`];
  const declared = Object.keys(operation.responses ?? {});
  const family = `${Math.floor(answer.status / 100)}XX`;
  const known =
    declared.includes(String(answer.status)) ||
    declared.includes(family) ||
    (answer.status >= 400 && declared.includes('default'));
  if (!known) return [`${operation.operationId} declares no answer with status ${answer.status}`];
  const result = spec.backend.validator.validateResponse(answer.body ?? null, operation, answer.status);
  return (result.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? error.keyword}`);
}

function locate(spec: Spec, request: { method: string; path: string; query?: SpecRequest['query'] }) {
  const [given = '/', search = ''] = request.path.split('?', 2);
  const path = spec.root && !given.startsWith(`${spec.root}/`) ? `${spec.root}${given}` : given;
  const query = { ...Object.fromEntries(new URLSearchParams(search)), ...asRecord(request.query) };
  const operation = spec.backend.router.matchOperation({ method: request.method, path, headers: {} }) as
    Operation | undefined;
  return { operation, path, query };
}

function asRecord(query: SpecRequest['query']): Record<string, string> {
  return query instanceof URLSearchParams ? Object.fromEntries(query) : (query ?? {});
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: unknown;
}

function bodySchema(operation: Operation): Schema | undefined {
  const body = operation.requestBody as { content?: Record<string, { schema?: Schema }> } | undefined;
  return body?.content?.['application/json']?.schema;
}

function unknownFields(schema: Schema | undefined, value: unknown, at = ''): string[] {
  if (!schema || value === null || typeof value !== 'object') return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownFields(schema.items, item, `${at}/${index}`));
  const { known, open } = fieldsOf(schema);
  if (open || known.size === 0) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = known.get(name);
    return field ? unknownFields(field, inner, `${at}/${name}`) : [`${at}/${name}`];
  });
}

/** The first schema of a field wins: a later `{}` in an allOf only repeats its name. */
function fieldsOf(schema: Schema): { known: Map<string, Schema>; open: boolean } {
  const known = new Map(Object.entries(schema.properties ?? {}));
  let open = Boolean(schema.additionalProperties);
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    const inner = fieldsOf(part);
    open ||= inner.open;
    for (const [name, field] of inner.known) if (!known.has(name)) known.set(name, field);
  }
  return { known, open };
}
