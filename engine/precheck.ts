/** What the gateway checks before each call: the plan as signed against the world as it is now. */
import { ConnectorError, type Change } from '../connectors/contract.ts';
import { findTool, type LiveTool } from './connections.ts';
import { inspect, openClient, sentenceFor, type ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import { isSigned } from './may-decide.ts';
import { verdictOf } from './verdict.ts';
import { contentOf, type PlanContent, type PlanStep } from './plan-content.ts';
import { approvalsOf, type PlanRow } from './store/plans.ts';

/**
 * `go`: nothing stands against the call. `already`: the effect is there. `stale`: facts or settings moved, ask again.
 * `stop`: must not run, a person takes over. `later`: a vendor does not answer the question, and may be asked again.
 */
export type Precheck =
  | { kind: 'go'; found: LiveTool }
  | { kind: 'already' }
  | { kind: 'stale'; why: string }
  | { kind: 'stop'; why: string }
  | { kind: 'later'; why: string; waitMs: number };

/** The plan's content, if its text is still what the digest and every signature say; null otherwise. */
export async function readSigned(house: House, plan: PlanRow): Promise<PlanContent | null> {
  const content = contentOf(plan);
  const approvals = await approvalsOf(house.db.pool, plan.mspId, plan.id);
  if (!content || approvals.some((approval) => approval.digest !== plan.digest)) return null;
  const same =
    content.mspId === plan.mspId &&
    content.clientId === plan.clientId &&
    content.requestId === plan.requestId &&
    content.version === plan.version;
  return same ? content : null;
}

export async function precheck(
  house: House,
  plan: PlanRow,
  content: PlanContent,
  step: PlanStep,
): Promise<Precheck> {
  const scope = await openClient(house, plan.mspId, plan.clientId);
  const standing = standingNow(scope);
  if (standing) return { kind: 'stop', why: standing };
  const found = findTool(scope.connections, step.tool);
  if (
    !found ||
    found.connection.row.id !== step.connectionId ||
    found.connection.row.externalId !== step.scope
  ) {
    return { kind: 'stop', why: `${step.tool} is no longer connected for this client as it was signed.` };
  }
  if (found.tool.version !== step.toolVersion)
    return { kind: 'stale', why: `${step.tool} has changed since this was signed.` };
  try {
    const live = await inspect(found, found.tool.args.parse(step.args), step.id);
    const moved = await policyNow(house, plan, content, scope, { step, live });
    if (moved) return moved;
    return compareBefore(content, step, live.change, live.obstacle) ?? { kind: 'go', found };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const why = sentenceFor(error, found.connection.connector.name);
    return isPassing(error) ? { kind: 'later', why, waitMs: error.retryAfterMs ?? 0 } : { kind: 'stop', why };
  }
}

/** Whether time alone may mend it; credentials, permissions and absence need a person. */
function isPassing({ kind }: ConnectorError): boolean {
  return kind === 'unavailable' || kind === 'rate_limited' || kind === 'bad_answer';
}

function standingNow({ settings }: ClientScope): string | null {
  if (settings.mspStopped || settings.clientStopped)
    return 'A technician has stopped all work for this client.';
  if (settings.clientStatus !== 'active') return `The client is ${settings.clientStatus}.`;
  if (settings.mode !== 'execute') return 'The client was switched to plan mode.';
  return null;
}

/** Recomputes the verdict from today's settings and live subjects; it must be covered by what was signed. */
async function policyNow(
  house: House,
  plan: PlanRow,
  content: PlanContent,
  scope: ClientScope,
  now: { step: PlanStep; live: { subjects: PlanStep['subjects'] } },
): Promise<Precheck | null> {
  const steps = content.steps.map((step) =>
    step.id === now.step.id ? { ...step, subjects: now.live.subjects } : step,
  );
  const verdict = verdictOf(scope, content.requester.assurance, steps);
  if (verdict.outcome === 'refuse')
    return {
      kind: 'stop',
      why: verdict.steps.flatMap((each) => (each.outcome === 'refuse' ? each.why : [])).join(' '),
    };
  const approvals = await approvalsOf(house.db.pool, plan.mspId, plan.id);
  const missing = verdict.signers.filter(
    (signer) => !approvals.some((approval) => approval.signer === signer && isSigned(approval, content)),
  );
  if (missing.length > 0)
    return { kind: 'stale', why: `It now needs a signature that is not there (${missing.join(', ')}).` };
  const same = now.step.subjects.every((signed) => now.live.subjects.some((live) => isAsShown(signed, live)));
  return !same ? { kind: 'stale', why: 'What it acts on is not what was signed any more.' } : null;
}

/** The same one under the same name, and with no more power than the signers were shown. */
function isAsShown(signed: PlanStep['subjects'][number], live: PlanStep['subjects'][number]): boolean {
  const gained =
    (live.privileged && !signed.privileged) || live.roles.some((role) => !signed.roles.includes(role));
  return live.id === signed.id && live.name === signed.name && !gained;
}

/** The value before must be the one that was signed, allowing for what earlier Steps of this plan changed. */
function compareBefore(
  content: PlanContent,
  step: PlanStep,
  live: Change | null,
  obstacle: string | null,
): Precheck | null {
  if (live && step.change && live.before === step.change.after) return { kind: 'already' };
  if (obstacle) return { kind: 'stale', why: obstacle };
  if (!live || !step.change) return null;
  const earlier = content.steps
    .slice(0, content.steps.indexOf(step))
    .findLast((each) => each.change?.key === step.change?.key);
  const expected = earlier?.change?.after ?? step.change.before;
  return live.before === expected
    ? null
    : {
        kind: 'stale',
        why: `${step.change.what} was "${expected}" when this was signed and is "${live.before}" now.`,
      };
}
