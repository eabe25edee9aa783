/** What people are shown of a Plan and its Approvals, as things are right now. */
import type { ApprovalState, ApprovalView, StepView } from './domain.ts';
import type { House } from './house.ts';
import { contentOf, type PlanContent, type PlanStep } from './plan-content.ts';
import type { Verdict } from './policy.ts';
import { rows, statement } from './store/database.ts';
import {
  approvalsBeside,
  getPlan,
  stepsOf,
  type ApprovalRow,
  type PlanRow,
  type StepRow,
} from './store/plans.ts';
import { dayAndTime } from './words.ts';

/** One Step in plain words; `row` is its ledger entry once there is one. */
export function viewStep(step: PlanStep, row: StepRow | null): StepView {
  const warnings = step.subjects
    .filter((subject) => subject.privileged)
    .map((subject) => `Privileged: ${subject.name} (${subject.roles.join(', ') || 'role-assignable group'})`);
  if (step.risk !== 'low') warnings.push(`${step.risk === 'high' ? 'High' : 'Critical'} risk`);
  const untrusted = Object.entries(step.origins).filter(([, origin]) => origin === 'text');
  for (const [name] of untrusted)
    warnings.push(`From text that somebody wrote: ${name} = ${JSON.stringify(step.args[name])}`);
  return {
    text: step.text,
    tool: step.tool,
    before: step.change ? `${step.change.what}: ${step.change.before}` : null,
    after: step.change?.after ?? null,
    undo: step.change?.undo ?? null,
    remarks: step.change?.remarks ?? [],
    warnings,
    risk: step.risk,
    state: row?.state ?? 'pending',
    outcome: row?.outcome ?? null,
  };
}

/** Why it asks, as lines: each reason once, and who else must sign. */
export function whyItAsks(verdict: Verdict, manager: string | null): string[] {
  const reasons = [...new Set(verdict.steps.flatMap((step) => step.why))];
  if (verdict.signers.includes('manager') && manager)
    reasons.push(`${manager}, the requester's manager, must sign too.`);
  return reasons;
}

export function stepViews(plan: PlanRow, ledger: StepRow[]): StepView[] {
  const steps = contentOf(plan)?.steps ?? [];
  return steps.map((step) => viewStep(step, ledger.find((row) => row.id === step.id) ?? null));
}

/** Shown in place of a text that somebody changed after it was frozen. */
const changed: Pick<PlanContent, 'title' | 'requester' | 'ask' | 'diagnosis' | 'steps'> = {
  title: 'This plan was changed after it was made, so it does not run',
  requester: {
    personId: null,
    name: 'Unknown',
    mail: null,
    directoryId: null,
    assurance: 'claimed',
    how: 'not known any more',
  },
  ask: '',
  diagnosis: [],
  steps: [],
};

const surroundings = statement(
  'views_surroundings',
  `SELECT c.name AS client, m.time_zone AS "timeZone", t.number, t.url
   FROM plans p JOIN clients c ON c.msp_id = p.msp_id AND c.id = p.client_id JOIN msps m ON m.id = p.msp_id
   LEFT JOIN tickets t ON t.msp_id = p.msp_id AND t.request_id = p.request_id
   WHERE p.msp_id = $1 AND p.id = $2`,
);
interface Surroundings {
  client: string;
  timeZone: string;
  /** Null while there is no Ticket. */
  number: string | null;
  url: string | null;
}

/** The approval card's facts; null when there is no such Approval in this Msp. */
export async function approvalView(
  house: House,
  mspId: string,
  approvalId: string,
): Promise<ApprovalView | null> {
  const { pool } = house.db;
  const all = await approvalsBeside(pool, mspId, approvalId);
  const approval = all.find((each) => each.id === approvalId);
  if (!approval) return null;
  const [plan, ledger, [around]] = await Promise.all([
    getPlan(pool, mspId, approval.planId),
    stepsOf(pool, mspId, approval.planId),
    rows<Surroundings>(pool, surroundings, [mspId, approval.planId]),
  ]);
  if (!plan || !around) return null;
  const content = contentOf(plan) ?? changed;
  const decided = decisionShown(approval, all);
  return {
    approvalId,
    digest: approval.digest,
    code: plan.code,
    signer: approval.signer,
    state: stateShown(approval, all),
    planState: plan.state,
    title: content.title,
    client: around.client,
    requester: content.requester,
    ticket: around.number === null ? null : { number: around.number, url: around.url },
    ask: content.ask,
    diagnosis: content.diagnosis,
    steps: content.steps.map((step) => viewStep(step, ledger.find((row) => row.id === step.id) ?? null)),
    why: whyItAsks(plan.verdict, null).concat(waitingForOthers(approval, all)),
    expiresAt: dayAndTime(approval.expiresAt, around.timeZone),
    decidedBy: decided?.decidedByName ?? null,
    decidedAt: decided?.decidedAt ? dayAndTime(decided.decidedAt, around.timeZone) : null,
    reason: decided?.reason ?? null,
    outcome: outcomeOf(plan),
  };
}

/** A denial by the other signer ended this one too: the card shows that, not "superseded". */
function stateShown(approval: ApprovalRow, all: ApprovalRow[]): ApprovalState {
  if (approval.state === 'superseded' && all.some((each) => each.state === 'denied')) return 'denied';
  return approval.state;
}

function decisionShown(approval: ApprovalRow, all: ApprovalRow[]): ApprovalRow | null {
  if (approval.answer) return approval;
  return approval.state === 'superseded' ? (all.find((each) => each.answer === 'deny') ?? null) : null;
}

function waitingForOthers(approval: ApprovalRow, all: ApprovalRow[]): string[] {
  return all
    .filter((each) => each.id !== approval.id)
    .map((each) => {
      const who = each.signer === 'manager' ? "The requester's manager" : 'A technician';
      return each.state === 'approved' ? `${who} has signed.` : `${who} signs too (${each.state}).`;
    });
}

function outcomeOf(plan: PlanRow): string | null {
  if (plan.state === 'done') return 'All steps are done and verified.';
  if (plan.state === 'failed') return 'It did not finish. See the steps.';
  if (plan.state === 'stale')
    return 'The facts or settings changed before it ran, so nothing of it runs any more.';
  return null;
}
