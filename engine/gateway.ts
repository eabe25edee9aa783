/**
 * The only caller of any Tool, and the only one that opens a vendor. Reads need a verdict of `auto`; a Step with
 * effects goes through `execute.ts`, which claims it here first.
 */
import {
  ConnectorError,
  defaultSetting,
  type Change,
  type DirectoryUser,
  type Psa,
  type Subject,
  type Tool,
} from '../connectors/contract.ts';
import { openConnections, findTool, allTools, type LiveConnection, type LiveTool } from './connections.ts';
import type { Json } from './domain.ts';
import type { House } from './house.ts';
import type { PlanStep } from './plan-content.ts';
import type { ReadResult } from './planner/port.ts';
import { effectivePolicy, type ToolFacts } from './policy.ts';
import { appendActivity } from './store/activity.ts';
import { loadScope, policySettings, type ScopeRow } from './store/scope.ts';

const READ_MS = 20_000;
const CALL_MS = 30_000;

/** One Client, with its settings as they are now and its vendors open. */
export interface ClientScope {
  settings: ScopeRow;
  connections: LiveConnection[];
}

export async function openClient(house: House, mspId: string, clientId: string): Promise<ClientScope> {
  const settings = await loadScope(house.db.pool, mspId, clientId);
  return { settings, connections: await openConnections(house, settings.connections) };
}

export function toolFacts(tool: Tool<unknown, unknown>): ToolFacts {
  return {
    name: tool.name,
    effect: tool.effect,
    risk: tool.risk,
    default: defaultSetting(tool),
    needsVerifiedRequester: tool.needsVerifiedRequester ?? false,
  };
}

/** The tools a Planner may see: what the Client has, less what is disabled. */
export function visibleTools(scope: ClientScope): LiveTool[] {
  const settings = policySettings(scope.settings);
  return allTools(scope.connections).filter(
    ({ tool }) => effectivePolicy(toolFacts(tool), settings).setting !== 'disabled',
  );
}

/** Runs a read for the Planner. Never throws for a vendor's fault; each call is an audit row. */
export async function readTool(
  house: House,
  scope: ClientScope,
  requestId: string,
  name: string,
  args: Record<string, Json>,
): Promise<ReadResult> {
  const found = findTool(scope.connections, name);
  const refusal = found ? readRefusal(scope, found.tool) : `There is no tool ${name} for this client.`;
  if (!found || refusal) {
    await logRead(house, scope, requestId, name, 'refused');
    return { ok: false, why: refusal ?? '' };
  }
  const parsed = found.tool.args.safeParse(args);
  if (!parsed.success) return { ok: false, why: `${name} was asked with the wrong arguments.` };
  try {
    const { result } = await found.tool.run(callOf(found, requestId, READ_MS), parsed.data);
    await logRead(house, scope, requestId, name, 'ok');
    return { ok: true, result };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    await logRead(house, scope, requestId, name, error.kind);
    return { ok: false, why: sentenceFor(error, found.connection.connector.name) };
  }
}

function readRefusal(scope: ClientScope, tool: Tool<unknown, unknown>): string | null {
  if (tool.effect !== 'read') return `${tool.name} is not a read.`;
  const { setting } = effectivePolicy(toolFacts(tool), policySettings(scope.settings));
  return setting === 'auto' ? null : `${tool.name} is set to ${setting}.`;
}

async function logRead(
  house: House,
  scope: ClientScope,
  requestId: string,
  tool: string,
  result: string,
): Promise<void> {
  const { mspId, clientId } = scope.settings;
  await appendActivity(house.db.pool, {
    mspId,
    clientId,
    requestId,
    kind: 'tool.read',
    actor: 'engine',
    facts: { tool, result },
  });
}

/** Live facts around a write, read just now. */
export interface Inspection {
  subjects: Subject[];
  change: Change | null;
  /** Why it must not run now; null when nothing speaks against it. */
  obstacle: string | null;
}

/** Reads what a write would act on and change. Throws a ConnectorError when the vendor does not answer. */
export async function inspect(found: LiveTool, args: unknown, key: string): Promise<Inspection> {
  const call = callOf(found, key, READ_MS);
  const [subjects, change, obstacle] = await Promise.all([
    found.tool.subjects?.(call, args) ?? [],
    found.tool.preview?.(call, args) ?? null,
    found.tool.preconditions?.(call, args) ?? null,
  ]);
  return { subjects, change, obstacle };
}

/** Calls a claimed Step's tool. Throws what the tool throws. */
export async function callClaimed(
  found: LiveTool,
  step: PlanStep,
  claimedAt: Date,
): Promise<{ result: Json; secret?: string }> {
  return found.tool.run(
    { ...callOf(found, step.id, CALL_MS), startedAt: claimedAt },
    found.tool.args.parse(step.args),
  );
}

/** Asks whether a Step's effect is there; a vendor that does not answer makes it `unclear`. */
export async function verifyStep(
  found: LiveTool,
  step: PlanStep,
  claimedAt: Date,
): Promise<'done' | 'not_done' | 'unclear'> {
  if (!found.tool.verify) return 'unclear';
  try {
    return await found.tool.verify(
      { ...callOf(found, step.id, READ_MS), startedAt: claimedAt },
      found.tool.args.parse(step.args),
    );
  } catch (error) {
    if (error instanceof ConnectorError) return 'unclear';
    throw error;
  }
}

function callOf(found: LiveTool, key: string, deadlineMs: number) {
  return {
    api: found.connection.api,
    scope: found.connection.row.externalId,
    key,
    signal: AbortSignal.timeout(deadlineMs),
  };
}

/** The Client's PSA and which Connection it is; null when none is mapped. */
export function psaOf(scope: ClientScope): { psa: Psa; connection: LiveConnection } | null {
  for (const connection of scope.connections) {
    if (connection.connector.psa) return { psa: connection.connector.psa(connection.api), connection };
  }
  return null;
}

export type PersonLookup = { id: string } | { mail: string };

/** Somebody in the Client's directory; null when not there or no directory is mapped. Throws a ConnectorError. */
export async function lookUp(scope: ClientScope, by: PersonLookup): Promise<DirectoryUser | null> {
  return withDirectory(scope, (directory, tenant) => directory.find(tenant, by));
}

/** The manager of a directory user; null as above, or when none is set. */
export async function managerOf(scope: ClientScope, userId: string): Promise<DirectoryUser | null> {
  return withDirectory(scope, (directory, tenant) => directory.manager(tenant, userId));
}

/** True when the Client's directory is the tenant that vouches for the sender, so that their ids are the same. */
export function isDirectoryTenant(scope: ClientScope, tenant: string | null): boolean {
  return scope.connections.some(
    (connection) => connection.connector.directory !== undefined && connection.row.externalId === tenant,
  );
}

async function withDirectory<T>(
  scope: ClientScope,
  ask: (
    directory: {
      find(scope: string, by: PersonLookup): Promise<DirectoryUser | null>;
      manager(scope: string, id: string): Promise<DirectoryUser | null>;
    },
    tenant: string,
  ) => Promise<T | null>,
): Promise<T | null> {
  for (const connection of scope.connections) {
    if (!connection.connector.directory) continue;
    return ask(connection.connector.directory(connection.api), connection.row.externalId);
  }
  return null;
}

const sentences: Record<ConnectorError['kind'], string> = {
  unauthorized: 'did not accept our credentials. An admin has to renew the connection.',
  forbidden: 'does not allow us to do this. A permission is missing.',
  not_found: 'does not know what we asked for.',
  rejected: 'refused it as not valid.',
  rate_limited: 'is asking us to slow down.',
  unavailable: 'is not answering.',
  bad_answer: 'gave an answer that makes no sense.',
};

/** One sentence per kind, for people inside the Msp. */
export function sentenceFor(error: ConnectorError, vendor: string): string {
  return `${vendor} ${sentences[error.kind]}`;
}
