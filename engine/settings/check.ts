/** What the schema of the settings file cannot say: names that must fit together, and each vendor's own config. */
import { z } from 'zod';
import type { Connector } from '../../connectors/contract.ts';
import type { Json } from '../domain.ts';
import type { Path, Problem, SettingsFile } from './file.ts';
import { floorAgainst, toolNamed } from './tools.ts';

export type FileConnection = SettingsFile['connections'][number];
export type FilePerson = NonNullable<SettingsFile['clients'][number]['people']>[number] & {
  roles?: string[];
};
type Workspaces = SettingsFile['msp']['workspaces'];

/** Reads a credential from the environment; `name` is `COUNTERSIGN_SECRET_*`. */
export type ReadSecret = (name: string) => string | undefined;

/** Every contradiction in the file; none means that it can be applied to an empty database. */
export function checkSettings(file: SettingsFile, connectors: Connector[], secret: ReadSecret): Problem[] {
  return [
    ...checkNames(file),
    ...checkWorkspaces(file),
    ...checkPeople(file),
    ...checkMappings(file),
    ...file.connections.flatMap((connection, index) =>
      checkConnection(connection, ['connections', index], connectors, secret),
    ),
    ...checkPolicies(file.policies, ['policies'], connectors),
    ...file.clients.flatMap((client, index) =>
      checkPolicies(client.policies, ['clients', index, 'policies'], connectors),
    ),
  ];
}

function checkNames(file: SettingsFile): Problem[] {
  const slugs = file.clients.map((client) => client.slug);
  return [
    ...twice(file.clients.map(({ slug }, index) => ({ key: slug, path: ['clients', index, 'slug'] }))),
    ...twice(
      file.clients.map(({ name }, index) => ({ key: name.toLowerCase(), path: ['clients', index, 'name'] })),
    ),
    ...twice(file.connections.map(({ id }, index) => ({ key: id, path: ['connections', index, 'id'] }))),
    ...file.connections.flatMap(({ client }, index): Problem[] =>
      client === undefined || slugs.includes(client)
        ? []
        : [{ path: ['connections', index, 'client'], says: `there is no client ${client} in this file` }],
    ),
  ];
}

function twice(entries: { key: string; path: Path }[]): Problem[] {
  return entries.flatMap(({ key, path }, index) =>
    entries.findIndex((each) => each.key === key) < index ? [{ path, says: `${key} is there twice` }] : [],
  );
}

function checkWorkspaces(file: SettingsFile): Problem[] {
  const entries = (workspaces: Workspaces, path: Path) =>
    (['teams', 'slack'] as const).flatMap((channel) =>
      (workspaces?.[channel] ?? []).map((id, index) => ({
        key: id,
        path: [...path, 'workspaces', channel, index],
      })),
    );
  return twice([
    ...entries(file.msp.workspaces, ['msp']),
    ...file.clients.flatMap((client, index) => entries(client.workspaces, ['clients', index])),
  ]).map(({ path, says }) => ({ path, says: `${says}; a tenant or team belongs to one client` }));
}

function checkPeople(file: SettingsFile): Problem[] {
  const places = [
    { people: file.msp.people ?? [], workspaces: file.msp.workspaces, path: ['msp', 'people'] as Path },
    ...file.clients.map((client, index) => ({
      people: client.people ?? [],
      workspaces: client.workspaces,
      path: ['clients', index, 'people'] as Path,
    })),
  ];
  return places.flatMap(({ people, workspaces, path }) => [
    ...twice(people.map(({ mail }, index) => ({ key: mail, path: [...path, index, 'mail'] }))),
    ...people.flatMap((person, index) => checkIdentities(person, workspaces, [...path, index])),
    ...twice(
      people.flatMap((person, index) =>
        identitiesOf(person, workspaces).map(({ channel, workspace, userId }) => ({
          key: `${workspace} ${userId}`,
          path: [...path, index, channel],
        })),
      ),
    ),
  ]);
}

function checkIdentities(person: FilePerson, workspaces: Workspaces, path: Path): Problem[] {
  const problems: Problem[] = [];
  for (const channel of ['teams', 'slack'] as const) {
    const given = person[channel];
    const listed = workspaces?.[channel] ?? [];
    const kind = channel === 'teams' ? 'tenant' : 'team';
    if (given === undefined) continue;
    if (typeof given === 'string' && listed.length !== 1) {
      const why =
        listed.length === 0 ? `no ${kind} is listed under workspaces` : `several ${kind}s are listed`;
      problems.push({
        path: [...path, channel],
        says: `cannot be placed: ${why}; write { ${kind}: ..., id: ${given} } with one that is`,
      });
    }
    const named = typeof given === 'string' ? null : 'tenant' in given ? given.tenant : given.team;
    if (named !== null && !listed.includes(named))
      problems.push({ path: [...path, channel], says: `${named} is not listed under workspaces here` });
  }
  return problems;
}

export interface FileIdentity {
  channel: 'teams' | 'slack';
  workspace: string;
  userId: string;
}

/** How the file says a person is known; the short form means the only tenant or team of their place. */
export function identitiesOf(person: FilePerson, workspaces: Workspaces): FileIdentity[] {
  const { teams, slack } = person;
  const found: FileIdentity[] = [];
  const [tenant] = workspaces?.teams ?? [];
  const [team] = workspaces?.slack ?? [];
  if (typeof teams === 'object') found.push({ channel: 'teams', workspace: teams.tenant, userId: teams.id });
  else if (teams && tenant) found.push({ channel: 'teams', workspace: tenant, userId: teams });
  if (typeof slack === 'object') found.push({ channel: 'slack', workspace: slack.team, userId: slack.id });
  else if (slack && team) found.push({ channel: 'slack', workspace: team, userId: slack });
  return found;
}

function checkMappings(file: SettingsFile): Problem[] {
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [index, client] of file.clients.entries()) {
    for (const [id, externalId] of Object.entries(client.mappings ?? {})) {
      const path = ['clients', index, 'mappings', id];
      const connection = file.connections.find((each) => each.id === id);
      const owner = taken.get(`${id} ${externalId}`);
      if (!connection) problems.push({ path, says: 'is not the id of a connection in this file' });
      else if (connection.client !== undefined && connection.client !== client.slug)
        problems.push({ path, says: `is the connection of the client ${connection.client} alone` });
      if (owner) problems.push({ path, says: `${externalId} is already the client ${owner}` });
      taken.set(`${id} ${externalId}`, client.slug);
    }
  }
  return problems;
}

function checkConnection(
  connection: FileConnection,
  path: Path,
  connectors: Connector[],
  secret: ReadSecret,
): Problem[] {
  const connector = connectors.find((each) => each.id === connection.connector);
  if (!connector) {
    const known = connectors.map((each) => each.id).join(', ');
    return [
      {
        path: [...path, 'connector'],
        says: `there is no connector ${connection.connector}; there are ${known}`,
      },
    ];
  }
  const problems = unfit(connector.config, connection.config, [...path, 'config'], connector.name);
  if (connection.sandbox && !connector.sandbox)
    problems.push({ path: [...path, 'sandbox'], says: `${connector.name} has no sandbox` });
  if (connection.sandbox && connection.url && !isLoopback(connection.url))
    problems.push({
      path: [...path, 'url'],
      says: 'must be on loopback (127.0.0.1) for a sandbox; remove "sandbox: true" for a real one',
    });
  if (!connection.sandbox || Object.keys(connection.secrets).length > 0)
    problems.push(...checkSecrets(connection, connector, [...path, 'secrets'], secret));
  return problems;
}

function checkSecrets(
  connection: FileConnection,
  connector: Connector,
  path: Path,
  secret: ReadSecret,
): Problem[] {
  const unset = Object.entries(connection.secrets).filter(([, name]) => !secret(name));
  if (unset.length > 0) {
    return unset.map(([key, name]) => ({
      path: [...path, key],
      says: `${name} is not set in the environment`,
    }));
  }
  return unfit(connector.secrets, secretsOf(connection, secret), path, connector.name).map((problem) => ({
    ...problem,
    says:
      problem.says === 'is missing'
        ? `is missing; name the variable that holds it: ${String(problem.path.at(-1))}: ${placeholder(connection.id, String(problem.path.at(-1)))}`
        : problem.says,
  }));
}

/** The credentials that a connection's names stand for. */
export function secretsOf(connection: FileConnection, secret: ReadSecret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(connection.secrets).map(([key, name]) => [key, secret(name) ?? '']),
  );
}

/** What a credential's variable is called where nobody chose a name. */
export function placeholder(connectionId: string, field: string): string {
  const words = `${connectionId}_${field.replace(/(?=[A-Z])/g, '_')}`;
  return `COUNTERSIGN_SECRET_${words.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

/** What a vendor's schema says against a value; a value is never repeated, it may be a secret. */
function unfit(schema: z.ZodType, value: Record<string, Json>, path: Path, vendor: string): Problem[] {
  const fields = fieldsOf(schema);
  const strange = Object.keys(value).filter((key) => fields.length > 0 && !fields.includes(key));
  const parsed = schema.safeParse(value, {
    error: (issue) => (issue.input === undefined ? 'is missing' : undefined),
  });
  return [
    ...strange.map((key) => ({
      path: [...path, key],
      says: `is not a setting of ${vendor}; it has ${fields.join(', ')}`,
    })),
    ...(parsed.error?.issues ?? []).map((issue) => ({
      path: [...path, ...(issue.path as Path)],
      says: issue.message,
    })),
  ];
}

/** Names of the fields of a vendor's config or secrets; empty when they are not a plain object. */
export function fieldsOf(schema: z.ZodType): string[] {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties ?? {});
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function checkPolicies(policies: SettingsFile['policies'], path: Path, connectors: Connector[]): Problem[] {
  return Object.entries(policies ?? {}).flatMap(([name, { setting, manager }]): Problem[] => {
    const tool = toolNamed(connectors, name);
    if (typeof tool === 'string') return [{ path: [...path, name], says: tool }];
    const floor = floorAgainst(tool, setting);
    if (floor) return [{ path: [...path, name], says: floor }];
    return manager && setting !== 'approval_needed'
      ? [{ path: [...path, name], says: 'manager: true goes with approval_needed only' }]
      : [];
  });
}
