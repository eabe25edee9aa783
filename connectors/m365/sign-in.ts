/** Whether somebody can sign in, and what the audit log knows about why not. */
import { ConnectorError } from '../contract.ts';
import { odata, path, type Graph } from './api.ts';
import { AuditWire, sameId, SignInActivityWire } from './schema.ts';
import { findUser } from './users.ts';

const MOST_AUDITS = 50;

/** Instants are ISO; whatever is not known, or may not be read, is `null`. */
export interface SignInState {
  enabled: boolean;
  synced: boolean;
  blockedBy: string | null;
  blockedAt: string | null;
  lastSignInAt: string | null;
}

export interface Block {
  by: string | null;
  at: string | null;
}
const unknownBlock: Block = { by: null, at: null };

/** `null` when the tenant has no such user. */
export async function findSignInState(graph: Graph, userId: string): Promise<SignInState | null> {
  const user = await findUser(graph, userId);
  if (!user) return null;
  const [block, lastSignInAt] = await Promise.all([
    user.enabled ? unknownBlock : readBlock(graph, userId),
    readLastSignIn(graph, userId),
  ]);
  return {
    enabled: user.enabled,
    synced: user.synced,
    blockedBy: block.by,
    blockedAt: block.at,
    lastSignInAt,
  };
}

/** Who blocked the sign-in last, and when. Source: https://learn.microsoft.com/graph/api/directoryaudit-list */
export async function readBlock(graph: Graph, userId: string): Promise<Block> {
  const audits = await unknownIfRefused(
    graph.list('auditLogs/directoryAudits', AuditWire, {
      query: {
        $filter: `activityDisplayName eq 'Disable account' and targetResources/any(t:t/id eq '${odata(userId)}')`,
      },
      first: MOST_AUDITS,
    }),
    [],
  );
  const [last] = audits
    .filter(
      (audit) =>
        audit.result !== 'failure' &&
        audit.targetResources?.some((target) => sameId(target.id ?? '', userId)),
    )
    .sort((one, other) => Date.parse(other.activityDateTime) - Date.parse(one.activityDateTime));
  if (!last) return unknownBlock;
  const { user, app } = last.initiatedBy ?? {};
  const by = user?.displayName || user?.userPrincipalName || app?.displayName || null;
  return { by: by && by.replace(/[\p{C}\s]+/gu, ' ').trim(), at: isoOf(last.activityDateTime) };
}

/** The sentence a technician reads before letting somebody in again. */
export function blockRemark({ by, at }: Block): string {
  if (by && at) return `Blocked by ${by} on ${inWords(at)}`;
  if (by) return `Blocked by ${by}; when is unknown`;
  if (at) return `Blocked on ${inWords(at)}; by whom is unknown`;
  return 'Who blocked the sign-in, and when, is unknown';
}

/** Asked apart from the user, because tenants without Entra ID P1 refuse the whole request for it. */
async function readLastSignIn(graph: Graph, userId: string): Promise<string | null> {
  const asked = graph.find(path`users/${userId}`, {
    query: { $select: 'signInActivity' },
    answer: SignInActivityWire,
  });
  const activity = (await unknownIfRefused(asked, null))?.signInActivity;
  return isoOf(activity?.lastSuccessfulSignInDateTime ?? activity?.lastSignInDateTime ?? null);
}

async function unknownIfRefused<T>(asked: Promise<T>, unknown: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ConnectorError) return unknown;
    throw error;
  }
}

function isoOf(instant: string | null): string | null {
  const at = Date.parse(instant ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function inWords(iso: string): string {
  const day = new Date(iso).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${day}, ${iso.slice(11, 16)} UTC`;
}
