/** report: how a Plan ended, told in the conversation, on the Ticket, on every card, and to technicians where needed. */
import type { Notice, RequestState } from './domain.ts';
import type { House } from './house.ts';
import { alertStaff, type StaffAlert } from './alert.ts';
import { sayTo, wake } from './announce.ts';
import { contentOf, type PlanContent } from './plan-content.ts';
import { appendActivity } from './store/activity.ts';
import { rows, statement, transaction, type Queryable } from './store/database.ts';
import { addDeliveries, reviseCards, ticketKey, type NewDelivery } from './store/deliveries.ts';
import { approvalsOf, lockPlan, movePlan, stepsOf, type PlanRow } from './store/plans.ts';
import { getRequest, moveRequest, type RequestRow } from './store/requests.ts';
import { skipRest } from './store/steps.ts';
import { findTicket } from './store/tickets.ts';
import { stepViews } from './views.ts';

export type Ending =
  | { kind: 'done' }
  /** A Step was refused by its vendor. */
  | { kind: 'failed'; why: string }
  /** A Step may or may not have happened. */
  | { kind: 'unknown'; why: string }
  /** Facts or settings moved: it is asked again. */
  | { kind: 'stale'; why: string }
  /** It must not run: stopped, disabled, plan mode, tampered with, expired before it began. */
  | { kind: 'stop'; why: string };

export const TOO_LATE = 'It was signed, but could not begin within 24 hours.';

const planEnd = { done: 'done', failed: 'failed', unknown: 'failed', stale: 'stale', stop: 'stale' } as const;
const requestEnd: Record<Exclude<Ending['kind'], 'stale'>, RequestState> = {
  done: 'done',
  failed: 'failed',
  unknown: 'failed',
  stop: 'handed_off',
};

/** Settles a Plan that was running, or signed and never begun; calling it twice settles it once. */
export async function endPlan(
  house: House,
  running: Pick<PlanRow, 'mspId' | 'clientId' | 'requestId' | 'id'>,
  ending: Ending,
): Promise<void> {
  const { mspId, clientId, requestId, id: planId } = running;
  await transaction(house.db.pool, async (tx) => {
    const plan = await lockPlan(tx, mspId, planId);
    const request = await getRequest(tx, mspId, requestId);
    if (!plan || !request || (plan.state !== 'running' && plan.state !== 'authorized')) return;
    await skipRest(tx, mspId, planId);
    await movePlan(tx, mspId, planId, planEnd[ending.kind]);
    await rows(tx, supersede, [mspId, planId]);
    const again = ending.kind === 'stale' && (await startedSteps(tx, plan)) === 0;
    await moveRequest(tx, mspId, requestId, {
      state: again ? 'received' : ending.kind === 'stale' ? 'handed_off' : requestEnd[ending.kind],
      outcome: 'why' in ending ? ending.why : undefined,
    });
    if (again) await house.queue.send(tx, 'request', { mspId, requestId });
    const keys = await reviseCards(tx, mspId, planId);
    keys.push(...(await addDeliveries(tx, await endDeliveries(house, tx, { plan, request, ending, again }))));
    await wake(house, tx, mspId, [...new Set(keys)]);
    // Last, because it holds up every other writer of the Client's chain until the commit.
    await appendActivity(tx, {
      mspId,
      clientId,
      requestId,
      kind: `plan.${ending.kind}`,
      actor: 'engine',
      facts: { planId, digest: plan.digest },
    });
    house.failpoint('report.before-commit');
  });
}

const supersede = statement(
  'report_supersede',
  `UPDATE approvals SET state = 'superseded' WHERE msp_id = $1 AND plan_id = $2 AND state = 'open'`,
);

async function startedSteps(tx: Queryable, plan: PlanRow): Promise<number> {
  return (await stepsOf(tx, plan.mspId, plan.id)).filter((step) => step.claimedAt !== null).length;
}

interface Ended {
  plan: PlanRow;
  request: RequestRow;
  ending: Ending;
  again: boolean;
}

async function endDeliveries(house: House, tx: Queryable, ended: Ended): Promise<NewDelivery[]> {
  const { plan, request, ending, again } = ended;
  const base = { mspId: plan.mspId, clientId: plan.clientId, requestId: plan.requestId, planId: plan.id };
  const content = contentOf(plan);
  const deliveries: NewDelivery[] = [
    {
      ...base,
      orderKey: ticketKey(request.id),
      cause: `outcome:${plan.id}`,
      payload: { kind: 'note', visibility: 'internal', notice: await outcomeNote(tx, ended) },
    },
  ];
  const words = wordsFor(ended, content);
  const reply = words ? sayTo(request, words, `outcome_said:${plan.id}`) : null;
  if (reply) deliveries.push(reply);
  if (!again)
    deliveries.push({
      ...base,
      orderKey: ticketKey(request.id),
      cause: `status:${plan.id}`,
      payload: { kind: 'status', status: ending.kind === 'done' ? 'done' : 'needs_person' },
    });
  if (ending.kind !== 'done')
    deliveries.push(
      ...(await alertStaff(house, tx, {
        ...base,
        cause: `alert:${plan.id}`,
        notice: await alertFor(tx, ended, content),
      })),
    );
  return deliveries;
}

function wordsFor(
  { ending, again }: Ended,
  content: PlanContent | null,
): Extract<NewDelivery['payload'], { kind: 'reply' }>['notice'] | null {
  if (ending.kind === 'done' && content) return { kind: 'done', text: content.done, ticket: null };
  if (again) return null;
  return ending.kind === 'failed' || ending.kind === 'unknown'
    ? { kind: 'failed', ticket: null }
    : { kind: 'handed_off', ticket: null };
}

async function outcomeNote(tx: Queryable, { plan, ending, again }: Ended): Promise<Notice> {
  const approvals = await approvalsOf(tx, plan.mspId, plan.id);
  const lines = 'why' in ending ? [ending.why] : [];
  if (again) lines.push('It is looked at and asked about again.');
  const names = approvals.flatMap((approval) =>
    approval.answer === 'approve' && approval.decidedByName ? [approval.decidedByName] : [],
  );
  const result = {
    done: 'done',
    failed: 'failed',
    unknown: 'failed',
    stale: 'stale',
    stop: 'stopped',
  } as const;
  return {
    kind: 'outcome_note',
    result: result[ending.kind],
    lines,
    steps: stepViews(plan, await stepsOf(tx, plan.mspId, plan.id)),
    code: plan.code,
    decidedBy: names.join(' and ') || null,
    reason: null,
  };
}

const alertTitles = {
  failed: 'A signed plan could not be finished',
  unknown: "We don't know whether a step happened",
  stale: 'A signed plan was not run: things have changed',
  stop: 'A signed plan was not run',
};

async function alertFor(
  tx: Queryable,
  { plan, ending, again }: Ended,
  content: PlanContent | null,
): Promise<StaffAlert> {
  const ticket = await findTicket(tx, plan.mspId, plan.requestId);
  const kind = ending.kind === 'done' ? 'stop' : ending.kind;
  const lines = [
    content
      ? `${content.title}, asked by ${content.requester.name}. Code ${plan.code}.`
      : `Code ${plan.code}.`,
    'why' in ending ? ending.why : '',
  ].filter(Boolean);
  lines.push(
    again
      ? 'It is looked at again; a new card follows if it still makes sense.'
      : 'A person has to take it from here.',
  );
  return {
    kind: 'alert',
    title: alertTitles[kind],
    lines,
    tone: ending.kind === 'unknown' ? 'danger' : 'warning',
    ticket: ticket && { number: ticket.number, url: ticket.url },
  };
}
