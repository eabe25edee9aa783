/** The settings file: one YAML file is one Msp. Read by schema; every problem is told with its line. */
import { isCollection, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { AppError } from '../errors.ts';

const name = z.string().trim().min(1).max(200);
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
  error: 'must be small letters, digits and hyphens, such as acme',
});
const connectionId = z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, {
  error: 'must be small letters, digits and hyphens, such as northwind-m365',
});
const tenant = z
  .guid({ error: 'must be an Entra id such as 11111111-1111-4111-8111-111111111111' })
  .toLowerCase();
const slackTeam = z
  .string()
  .regex(/^[TE][A-Z0-9]+$/, { error: 'must be a Slack team id, which begins with T, such as T0ACME' });
const slackUser = z
  .string()
  .regex(/^[UW][A-Z0-9]+$/, { error: 'must be a Slack user id, which begins with U or W, such as U0MAYA' });
const prompt = z.string().max(20_000).optional();

const workspaces = z.strictObject({
  /** Entra tenant ids. */
  teams: z.array(tenant).optional(),
  /** Slack team ids. */
  slack: z.array(slackTeam).optional(),
});

// The short form is for the usual case of one tenant and one team.
const identities = {
  teams: z.union([tenant, z.strictObject({ tenant, id: tenant })]).optional(),
  slack: z.union([slackUser, z.strictObject({ team: slackTeam, id: slackUser })]).optional(),
};
const person = z.strictObject({
  name,
  mail: z.email({ error: 'must be a mail address' }).toLowerCase(),
  ...identities,
});
const staff = person.extend({
  roles: z.array(z.enum(['msp_admin', 'msp_technician'])).default([]),
});

const setting = z.enum(['auto', 'approval_needed', 'disabled']);
const policies = z.record(
  z.string(),
  z
    .union([setting, z.strictObject({ setting, manager: z.boolean().default(false) })], {
      error: 'must be auto, approval_needed or disabled, or { setting: approval_needed, manager: true }',
    })
    .transform((value) => (typeof value === 'string' ? { setting: value, manager: false } : value)),
);

const secretName = z.string().regex(/^COUNTERSIGN_SECRET_[A-Z0-9_]+$/, {
  error: 'must be the name of an environment variable COUNTERSIGN_SECRET_..., never the secret itself',
});

const client = z.strictObject({
  slug: slug.refine((value) => !reserved.includes(value), {
    error: 'is a word that commands use; choose another slug',
  }),
  name,
  mode: z.enum(['plan', 'execute', 'inherit']),
  prompt,
  workspaces: workspaces.optional(),
  people: z.array(person).optional(),
  /** Connection id -> the Client's id over there. */
  mappings: z.record(z.string(), z.union([z.string().min(1), z.number()]).transform(String)).optional(),
  policies: policies.optional(),
});
const reserved = ['all', 'plan', 'execute', 'inherit', 'auto', 'approval-needed', 'disabled'];

const connection = z.strictObject({
  id: connectionId,
  connector: z.string(),
  /** A Client's slug; without it the Connection is the Msp's. */
  client: z.string().optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'must be a web address such as https://psa.example.com' })
    .optional(),
  sandbox: z.boolean().default(false),
  config: z.record(z.string(), z.json()).default({}),
  secrets: z.record(z.string(), secretName).default({}),
});

const msp = z.strictObject({
  slug,
  name,
  mode: z.enum(['plan', 'execute']),
  timeZone: z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/London' }).optional(),
  persona: z.strictObject({ name, iconUrl: z.url().optional() }).optional(),
  progress: z.boolean().optional(),
  writesWithoutNote: z.boolean().optional(),
  prompt,
  workspaces: workspaces.optional(),
  people: z.array(staff).optional(),
});

export const SettingsFile = z.strictObject({
  msp,
  clients: z.array(client).default([]),
  connections: z.array(connection).default([]),
  policies: policies.optional(),
});
export type SettingsFile = z.infer<typeof SettingsFile>;

export type Path = (string | number)[];
export interface Problem {
  path: Path;
  /** What is wrong there and what to do, without the path: "must be plan or execute". */
  says: string;
}

export interface ReadFile {
  file: SettingsFile;
  /** Problems as an error to throw, each with its line. */
  refuse(problems: Problem[]): AppError;
}

/** Reads the text by schema. Throws an AppError `invalid` that lists every problem. */
export function readSettings(text: string): ReadFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw refusal([
      `line ${lines.linePos(broken.pos[0]).line}: this is not valid YAML (${firstLine(broken.message)})`,
    ]);
  const refuse = (problems: Problem[]) =>
    refusal(problems.map(({ path, says }) => `${placeOf(document, lines, path)}: ${says}`));
  const parsed = SettingsFile.safeParse(document.toJS(), { error: (issue) => wording(issue) });
  if (parsed.success) return { file: parsed.data, refuse };
  throw refuse(parsed.error.issues.map(({ path, message }) => ({ path: path as Path, says: message })));
}

function refusal(problems: string[]): AppError {
  return new AppError(
    'invalid',
    `The settings file is not right, so nothing was applied:\n  ${problems.join('\n  ')}`,
  );
}

function wording(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type') return `must be ${expectedWords[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.join(' or ')}, not ${JSON.stringify(issue.input)}`;
  if (issue.code === 'unrecognized_keys')
    return `has ${issue.keys.join(', ')}, which is not known here; check the spelling and the indent`;
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code === 'too_big') return `is too long; at most ${issue.maximum} characters`;
  return undefined;
}

const expectedWords: Record<string, string> = {
  string: 'text (put it in quotes when it looks like a number)',
  object: 'a block of "name: value" lines',
  record: 'a block of "name: value" lines',
  array: 'a list, each entry with a "-"',
  boolean: 'true or false',
};

/** "line 12, clients[1].mode"; a missing thing is told at what should hold it. */
function placeOf(document: Document, lines: LineCounter, path: Path): string {
  const where = path.reduce<string>(
    (sofar, key) => (typeof key === 'number' ? `${sofar}[${key}]` : sofar === '' ? key : `${sofar}.${key}`),
    '',
  );
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    const range = isNode(node) ? node.range : null;
    if (range)
      return where === ''
        ? `line ${lines.linePos(range[0]).line}`
        : `line ${lines.linePos(range[0]).line}, ${where}`;
  }
  return where || 'the file';
}

function isNode(value: unknown): value is { range?: [number, number, number] | null } {
  return isCollection(value) || (typeof value === 'object' && value !== null && 'range' in value);
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/ at line.*$/, '') ?? text;
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
