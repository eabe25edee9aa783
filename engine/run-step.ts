/** One Step: checked against the world, claimed before it is called, proven and recorded after. */
import { ConnectorError } from '../connectors/contract.ts';
import { findTool } from './connections.ts';
import type { Json, StepState } from './domain.ts';
import { callClaimed, openClient, sentenceFor, verifyStep } from './gateway.ts';
import type { House } from './house.ts';
import type { PlanContent, PlanStep } from './plan-content.ts';
import { precheck, type Precheck } from './precheck.ts';
import { TOO_LATE, type Ending } from './report.ts';
import { approvalsOf, stepsOf, type PlanRow, type StepRow } from './store/plans.ts';
import { claimStep, releaseStep, settleStep } from './store/steps.ts';

/** A vendor that reads behind its own writes gets this long to show one. */
const VERIFY_WAITS_MS = [0, 200, 800, 2_000, 4_000];
const MOST_ATTEMPTS = 3;
const MOST_POSTPONEMENTS_MS = 10 * 60_000;

type Later = Extract<Precheck, { kind: 'later' }>;
/** How a Plan ends here, or that it has to wait. */
export type Run = Ending | Later;

interface Turn {
  step: PlanStep;
  /** True when the call was made before and proven to have had no effect. */
  again: boolean;
}

/** Null when the Step is done and the next may run. */
export async function runStep(
  house: House,
  plan: PlanRow,
  content: PlanContent,
  turn: Turn,
): Promise<Run | null> {
  const check = await precheck(house, plan, content, turn.step);
  if (check.kind === 'already') {
    await settle(house, plan, turn.step, {
      state: 'done',
      outcome: 'It was so already; nothing was called.',
      result: null,
    });
    return null;
  }
  if (check.kind === 'later') return postpone(plan, check);
  if (check.kind !== 'go') return check;
  const entry = {
    mspId: plan.mspId,
    clientId: plan.clientId,
    requestId: plan.requestId,
    kind: 'step.claimed',
    actor: 'engine',
    facts: { planId: plan.id, stepId: turn.step.id, tool: turn.step.tool, digest: plan.digest },
  };
  const claimedAt = await claimStep(
    house.db,
    {
      mspId: plan.mspId,
      stepId: turn.step.id,
      planId: plan.id,
      worker: house.instance.number,
      digest: plan.digest,
      again: turn.again,
    },
    entry,
  );
  if (!claimedAt)
    return {
      kind: 'stop',
      why: await whyNotClaimed(house, plan),
    };
  house.failpoint('step.claimed');
  return callStep(house, plan, { content, turn, found: check.found, claimedAt });
}

async function whyNotClaimed(house: House, { mspId, id }: PlanRow): Promise<string> {
  const begun = (await stepsOf(house.db.pool, mspId, id)).some((step) => step.claimedAt !== null);
  const approvals = await approvalsOf(house.db.pool, mspId, id);
  return !begun && approvals.some((approval) => approval.expired)
    ? TOO_LATE
    : 'At the last moment something stood against it.';
}

/** The world cannot be asked right now. Nothing has been claimed, so it may simply wait. */
function postpone(plan: PlanRow, check: Later): Run {
  return plan.ageMs > 24 * 3_600_000 + MOST_POSTPONEMENTS_MS ? { kind: 'stop', why: check.why } : check;
}

interface ClaimedCall {
  content: PlanContent;
  turn: Turn;
  found: Extract<Precheck, { kind: 'go' }>['found'];
  claimedAt: Date;
}

async function callStep(house: House, plan: PlanRow, call: ClaimedCall): Promise<Run | null> {
  const { step } = call.turn;
  let result: Json;
  try {
    ({ result } = await callClaimed(call.found, step, call.claimedAt));
    house.failpoint('step.called');
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const why = sentenceFor(error, call.found.connection.connector.name);
    if (error.mayHaveActed) return settleByProof(house, plan, call, why);
    if (error.kind === 'unavailable' || error.kind === 'rate_limited')
      return takeBack(house, plan, step, { kind: 'later', why, waitMs: error.retryAfterMs ?? 0 });
    await settle(house, plan, step, { state: 'failed', outcome: why, result: null });
    return { kind: 'failed', why };
  }
  if (await showsUp(call, step)) {
    await settle(house, plan, step, { state: 'done', outcome: verifiedIn(call), result });
    house.failpoint('step.recorded');
    return null;
  }
  return unknown(house, plan, step, 'The vendor accepted it, but it does not show.');
}

function verifiedIn({ found }: Pick<ClaimedCall, 'found'>): string {
  return `Verified in ${found.connection.connector.name}.`;
}

async function showsUp(
  { found, claimedAt }: Pick<ClaimedCall, 'found' | 'claimedAt'>,
  step: PlanStep,
): Promise<boolean> {
  for (const waitMs of VERIFY_WAITS_MS) {
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if ((await verifyStep(found, step, claimedAt)) === 'done') return true;
  }
  return false;
}

/** The call may have had its effect: only the vendor's own state can say. */
async function settleByProof(
  house: House,
  plan: PlanRow,
  call: ClaimedCall,
  why: string,
): Promise<Run | null> {
  const { step } = call.turn;
  const proof = await verifyStep(call.found, step, call.claimedAt);
  if (proof === 'done') {
    await settle(house, plan, step, { state: 'done', outcome: verifiedIn(call), result: null });
    return null;
  }
  if (proof === 'not_done' && step.effect === 'repeatable') return tryAgain(house, plan, call, why);
  return unknown(house, plan, step, why);
}

/** Only for a `repeatable` Step that provably had no effect. */
async function tryAgain(house: House, plan: PlanRow, call: ClaimedCall, why: string): Promise<Run | null> {
  const { step } = call.turn;
  const row = (await stepsOf(house.db.pool, plan.mspId, plan.id)).find((each) => each.id === step.id);
  if (step.effect === 'once' || !row || row.attempts >= MOST_ATTEMPTS) {
    await settle(house, plan, step, { state: 'failed', outcome: why, result: null });
    return { kind: 'failed', why };
  }
  return runStep(house, plan, call.content, { step, again: true });
}

/** The vendor did not take the call in, so it is as if it had not been made, and waits. */
async function takeBack(house: House, plan: PlanRow, step: PlanStep, later: Later): Promise<Run> {
  const { mspId, clientId, requestId, id: planId } = plan;
  const facts = { planId, stepId: step.id, tool: step.tool };
  await releaseStep(
    house.db,
    { mspId, stepId: step.id },
    { mspId, clientId, requestId, kind: 'step.postponed', actor: 'engine', facts },
  );
  return postpone(plan, later);
}

async function unknown(house: House, plan: PlanRow, step: PlanStep, why: string): Promise<Run> {
  await settle(house, plan, step, {
    state: 'unknown',
    outcome: "We don't know whether this happened. Check before doing it by hand.",
    result: null,
  });
  return { kind: 'unknown', why };
}

/** A Step that was claimed by a process that died. A `once` Step is never called again without a person. */
export async function settleAbandoned(
  house: House,
  plan: PlanRow,
  content: PlanContent,
  { step, row }: { step: PlanStep; row: StepRow },
): Promise<Run | null> {
  const scope = await openClient(house, plan.mspId, plan.clientId);
  const found = findTool(scope.connections, step.tool);
  const proof = found && row.claimedAt ? await verifyStep(found, step, row.claimedAt) : 'unclear';
  if (proof === 'done') {
    await settle(house, plan, step, {
      state: 'done',
      outcome: 'Verified after a restart.',
      result: null,
    });
    return null;
  }
  if (proof === 'not_done' && step.effect === 'repeatable' && row.attempts < MOST_ATTEMPTS)
    return runStep(house, plan, content, { step, again: true });
  return unknown(house, plan, step, 'The process stopped while this was being done.');
}

async function settle(
  house: House,
  plan: PlanRow,
  step: PlanStep,
  how: { state: Exclude<StepState, 'pending' | 'running'>; outcome: string; result: Json },
): Promise<void> {
  await settleStep(
    house.db,
    { mspId: plan.mspId, stepId: step.id, ...how },
    {
      mspId: plan.mspId,
      clientId: plan.clientId,
      requestId: plan.requestId,
      kind: `step.${how.state}`,
      actor: 'engine',
      facts: { planId: plan.id, stepId: step.id, tool: step.tool },
    },
  );
}
