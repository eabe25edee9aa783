/** A proposal's Steps against the world as it is: tools, args, subjects, who may ask for whom, and policy. */
import { ConnectorError } from '../connectors/contract.ts';
import { askOf, type Proposed } from './announce.ts';
import { findTool } from './connections.ts';
import { inspect, managerOf, sentenceFor, type ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import { newId } from './ids.ts';
import { findOrMeetManager } from './managers.ts';
import type { PlanContent, PlanStep } from './plan-content.ts';
import type { Proposal } from './planner/port.ts';
import type { Verdict } from './policy.ts';
import type { Requester } from './requester.ts';
import { nextVersion } from './store/plans.ts';
import { verdictOf } from './verdict.ts';

/** After so many plans for one Request a person takes over. */
const MOST_VERSIONS = 4;

/** A proposal whose every Step was looked at live, with what policy says of it. */
export interface Checked {
  content: PlanContent;
  verdict: Verdict;
  manager: { personId: string; name: string } | null;
}

/** Looks at every Step live and asks policy; gives the reason for a hand-off where something stands against it. */
export async function checkSteps(
  house: House,
  proposed: Proposed,
  proposal: Extract<Proposal, { kind: 'steps' }>,
): Promise<Checked | { reason: string }> {
  const { scope, request, requester } = proposed;
  const steps: PlanStep[] = [];
  for (const step of proposal.steps) {
    const looked = await lookAtStep(scope, requester, step);
    if ('reason' in looked) return looked;
    steps.push(looked);
  }
  const verdict = verdictOf(scope, requester.assurance, steps);
  if (verdict.outcome === 'refuse')
    return { reason: verdict.steps.flatMap((step) => (step.outcome === 'refuse' ? step.why : [])).join(' ') };
  const manager = verdict.signers.includes('manager')
    ? await findOrMeetManager(house, scope, requester)
    : null;
  if (verdict.signers.includes('manager') && !manager)
    return {
      reason: [
        ...new Set(verdict.steps.flatMap((step) => step.why)),
        "The requester's manager would have to sign, and the directory names none who could be asked.",
      ].join(' '),
    };
  const version = await nextVersion(house.db.pool, request.mspId, request.id);
  if (version > MOST_VERSIONS) return { reason: 'The facts kept changing while this was waiting.' };
  const { personId, name, mail, directoryId, assurance, how } = requester;
  const content: PlanContent = {
    format: 1,
    mspId: request.mspId,
    clientId: request.clientId,
    requestId: request.id,
    version,
    planner: house.planner.name,
    requester: { personId, name, mail, directoryId, assurance, how },
    ask: askOf(proposed),
    title: proposal.title,
    diagnosis: proposal.diagnosis,
    done: proposal.done,
    steps,
    grantEndsAt: null,
    window: null,
  };
  return { content, verdict, manager };
}

async function lookAtStep(
  scope: ClientScope,
  requester: Requester,
  step: { tool: string; args: Record<string, unknown>; origins: PlanStep['origins'] },
): Promise<PlanStep | { reason: string }> {
  const found = findTool(scope.connections, step.tool);
  if (!found) return { reason: `The plan names ${step.tool}, which this client does not have.` };
  const { tool, connection } = found;
  if (tool.effect === 'read')
    return { reason: `The plan names ${tool.name} as a step, which changes nothing.` };
  const args = tool.args.safeParse(step.args);
  if (!args.success) return { reason: `The plan gives ${tool.name} arguments that it does not take.` };
  try {
    const id = newId('stp');
    const live = await inspect(found, args.data, id);
    if (live.obstacle) return { reason: live.obstacle };
    const stranger = await notTheirs(scope, requester, live.subjects);
    if (stranger) return { reason: stranger };
    return {
      id,
      tool: tool.name,
      toolVersion: tool.version,
      connectionId: connection.row.id,
      scope: connection.row.externalId,
      args: args.data as PlanStep['args'],
      origins: step.origins,
      text: tool.describe(args.data, live.subjects),
      effect: tool.effect,
      risk: tool.risk,
      subjects: live.subjects,
      change: live.change,
      secretFor: null,
    };
  } catch (error) {
    if (error instanceof ConnectorError) return { reason: sentenceFor(error, connection.connector.name) };
    throw error;
  }
}

/** Who may ask for whom: oneself, or the person whose manager one is. Decided here, from the directory alone. */
async function notTheirs(
  scope: ClientScope,
  requester: Requester,
  subjects: PlanStep['subjects'],
): Promise<string | null> {
  for (const subject of subjects) {
    if (subject.kind !== 'user' || subject.id === requester.directoryId) continue;
    const manager = await managerOf(scope, subject.id);
    if (!requester.directoryId || manager?.id !== requester.directoryId) {
      return `${requester.name} asks for a change to ${subject.name}'s account and is not their manager.`;
    }
  }
  return null;
}
