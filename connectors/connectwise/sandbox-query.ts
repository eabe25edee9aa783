/** Lists as ConnectWise answers them: `conditions`, `childConditions`, `orderBy` and pages. */
import type { SandboxAnswer, SandboxRequest } from '../sandbox.ts';

export interface Listing {
  /** What `conditions` may name; ConnectWise refuses others, and those inside arrays. */
  fields: string[];
  /** The array that `childConditions` searches. */
  children?: { name: string; fields: string[] };
}

interface Condition {
  field: string;
  operator: string;
  value: string | number | boolean;
}

const condition = /\s*([A-Za-z_][\w/]*)\s*(!=|=|contains|like)\s*("[^"]*"|\d+|true|false)\s*(?:(and)\s|$)/iy;

/** Answers a list request over records in the vendor's shapes; 400 for conditions that ConnectWise refuses. */
export function list(request: SandboxRequest, records: object[], listing: Listing): SandboxAnswer {
  const conditions = parse(request.query.get('conditions'), listing.fields);
  const { name = '', fields = [] } = listing.children ?? {};
  const child = parse(
    request.query.get('childConditions'),
    fields.map((field) => `${name}/${field}`),
  );
  if (!conditions || !child) return badRequest('the conditions cannot be understood');
  const found = records
    .filter((record) => conditions.every((each) => holds(record, each.field, each)))
    .filter(
      (record) =>
        child.length === 0 ||
        childrenOf(record, name).some((item) =>
          child.every((each) => holds(item, each.field.slice(name.length + 1), each)),
        ),
    );
  return page(request, ordered(found, request.query.get('orderBy')));
}

/** A refusal in ConnectWise's shape. */
export function badRequest(message: string, field?: string): SandboxAnswer {
  const errors = field ? [{ code: 'InvalidField', message, resource: 'record', field }] : null;
  return { status: 400, json: { code: 'InvalidObject', message, errors } };
}

function parse(text: string | null, fields: string[]): Condition[] | null {
  const found: Condition[] = [];
  if (!text) return found;
  condition.lastIndex = 0;
  for (let more = true; more;) {
    const match = condition.exec(text);
    const [, field = '', operator = '', value = '', and] = match ?? [];
    if (!match || !fields.includes(field)) return null;
    found.push({ field, operator: operator.toLowerCase(), value: literal(value) });
    more = and !== undefined;
    if (!more && condition.lastIndex !== text.length) return null;
  }
  return found;
}

function literal(text: string): Condition['value'] {
  if (text.startsWith('"')) return text.slice(1, -1);
  return /^\d/.test(text) ? Number(text) : text.toLowerCase() === 'true';
}

function holds(record: object, field: string, { operator, value }: Condition): boolean {
  const actual = valueAt(record, field);
  if (operator === '!=') return !matches(actual, value);
  if (operator === 'contains') return matches(actual, `*${value}*`);
  return matches(actual, value);
}

/** Text compares without case, and `*` stands for anything. */
function matches(actual: unknown, wanted: Condition['value']): boolean {
  if (typeof wanted !== 'string' || typeof actual !== 'string') return actual === wanted;
  const source = wanted.split(/[*%]/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 'is').test(actual);
}

function valueAt(record: object, field: string): unknown {
  return field
    .split('/')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], record);
}

function childrenOf(record: object, name: string): object[] {
  const value = valueAt(record, name);
  return Array.isArray(value) ? value : [];
}

function ordered(records: object[], orderBy: string | null): object[] {
  const [field, direction = 'asc'] = (orderBy ?? 'id asc').split(' ');
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return records.toSorted((a, b) => sign * compare(valueAt(a, field ?? 'id'), valueAt(b, field ?? 'id')));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

function page(request: SandboxRequest, records: object[]): SandboxAnswer {
  const number = Math.max(1, Number(request.query.get('page') ?? 1));
  const size = Math.min(1000, Math.max(1, Number(request.query.get('pageSize') ?? 25)));
  const json = records.slice((number - 1) * size, number * size);
  if (number * size >= records.length) return { json };
  const next = new URLSearchParams(request.query);
  next.set('page', String(number + 1));
  return { json, headers: { link: `<http://${request.headers.host}${request.path}?${next}>; rel="next"` } };
}
