/** execute: runs exactly the signed plan, one Step at a time. */
import { tellHeldUp } from './delays.ts';
import type { House } from './house.ts';
import type { PlanContent } from './plan-content.ts';
import { readSigned } from './precheck.ts';
import { endPlan } from './report.ts';
import { runStep, settleAbandoned, type Run } from './run-step.ts';
import { transaction } from './store/database.ts';
import { claimPlan, countFault, restPlan, stepsOf, type PlanRow } from './store/plans.ts';
import { takeTurn } from './turns.ts';

const MOST_FAULTS = 3;
const SHORTEST_REST_MS = 2_000;
const LONGEST_REST_MS = 5 * 60_000;

/** Runs an authorized Plan, or goes on with one whose runner died. */
export function execute(house: House, mspId: string, planId: string): Promise<void> {
  return takeTurn(house, planId, async () => {
    const plan = await claimPlan(house.db, mspId, planId, house.instance.number);
    if (!plan) return;
    try {
      await runClaimed(house, plan);
    } catch (error) {
      await afterFault(house, plan);
      throw error;
    }
  });
}

async function runClaimed(house: House, plan: PlanRow): Promise<void> {
  house.failpoint('execute.claimed');
  const content = await readSigned(house, plan);
  const ending = content
    ? await runSteps(house, plan, content)
    : ({ kind: 'stop', why: 'The plan is not what was signed.' } as const);
  house.failpoint('execute.ran');
  if (ending.kind !== 'later') {
    await endPlan(house, plan, ending);
    return house.failpoint('execute.ended');
  }
  await tellHeldUp(house, plan, ending.why);
  await restFor(house, plan, Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, ending.waitMs)));
}

async function restFor(house: House, { mspId, id: planId }: PlanRow, restMs: number): Promise<void> {
  await transaction(house.db.pool, async (tx) => {
    await restPlan(tx, mspId, planId, restMs);
    await house.queue.send(tx, 'execute', { mspId, planId }, restMs);
  });
}

/** A fault of ours: tried again a few times, then handed to a person rather than going round for ever. */
async function afterFault(house: House, plan: PlanRow): Promise<void> {
  const faults = await countFault(house.db.pool, plan.mspId, plan.id);
  if (faults > MOST_FAULTS)
    return endPlan(house, plan, { kind: 'stop', why: 'Running it failed several times on our side.' });
  await restFor(house, plan, faults * 1_000);
}

async function runSteps(house: House, plan: PlanRow, content: PlanContent): Promise<Run> {
  for (const row of await stepsOf(house.db.pool, plan.mspId, plan.id)) {
    const step = content.steps[row.position];
    if (!step || step.id !== row.id) return { kind: 'stop', why: 'The ledger does not fit the plan.' };
    if (row.state === 'done') continue;
    const ending =
      row.state === 'running'
        ? await settleAbandoned(house, plan, content, { step, row })
        : await runStep(house, plan, content, { step, again: false });
    if (ending) return ending;
  }
  return { kind: 'done' };
}
