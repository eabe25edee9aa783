/**
 * plan: turns a proposal into what happens next. Steps are looked at live, checked and frozen under a digest;
 * the Plan, its Approvals, its note and the words to the employee commit in one transaction.
 */
import { canonical, codeOf, digestOf } from './digest.ts';
import type { Json, RequestState, Signer } from './domain.ts';
import { psaOf } from './gateway.ts';
import type { House } from './house.ts';
import { newId } from './ids.ts';
import { planDeliveries, planNote, sayTo, wake, type Proposed } from './announce.ts';
import { checkSteps, type Checked } from './check-steps.ts';
import type { PlanContent } from './plan-content.ts';
import type { Proposal } from './planner/port.ts';
import { appendActivity, sealFor } from './store/activity.ts';
import { transaction, type Queryable } from './store/database.ts';
import { alertStaff } from './alert.ts';
import { shorten } from './words.ts';
import { addDeliveries, ticketKey, type NewDelivery } from './store/deliveries.ts';
import { insertPlan, newPlanId } from './store/plans.ts';
import { findTicket } from './store/tickets.ts';
import { messagesOf, moveRequest, type RequestRow } from './store/requests.ts';
import { viewStep, whyItAsks } from './views.ts';

/** Ends the `diagnosing` of a Request; what was said meanwhile sends it round again. */
export async function freeze(house: House, proposed: Proposed): Promise<void> {
  const { proposal, request } = proposed;
  if (proposal.kind === 'question' && !request.conversationId && request.mode === 'execute')
    return settleWithoutSteps(house, proposed, {
      kind: 'hand_off',
      reason: `It would have to ask: ${proposal.text}`,
      diagnosis: proposal.diagnosis,
    });
  if (proposal.kind !== 'steps') return settleWithoutSteps(house, proposed, proposal);
  const checked = await checkSteps(house, proposed, proposal);
  if ('reason' in checked)
    return settleWithoutSteps(house, proposed, {
      kind: 'hand_off',
      reason: checked.reason,
      diagnosis: proposal.diagnosis,
    });
  return commitPlan(house, proposed, checked);
}

type SpokenProposal = Exclude<Proposal, { kind: 'steps' }>;
const endOf: Record<SpokenProposal['kind'], RequestState> = {
  answer: 'done',
  question: 'asking',
  hand_off: 'handed_off',
};

async function settleWithoutSteps(house: House, proposed: Proposed, proposal: SpokenProposal): Promise<void> {
  const { request, scope } = proposed;
  const { mspId, clientId, id: requestId } = request;
  const observing = request.mode === 'plan';
  const round = `${requestId}:${proposed.messages.length}`;
  const note = planNote(house, proposed, { proposal, steps: [], verdict: [], code: null });
  const deliveries: NewDelivery[] = psaOf(scope)
    ? [
        {
          mspId,
          clientId,
          requestId,
          orderKey: ticketKey(requestId),
          cause: `plan_note:${round}`,
          payload: { kind: 'note', visibility: 'internal', notice: { kind: 'plan_note', plan: note } },
        },
      ]
    : [];
  if (!observing) deliveries.push(...spoken(proposed, proposal, round));
  await transaction(house.db.pool, async (tx) => {
    if (await saidMore(tx, proposed)) return again(house, tx, request);
    if (proposal.kind === 'hand_off' && !observing && !(await findTicket(tx, mspId, requestId)))
      deliveries.push(...(await tellStaff(house, tx, proposed, proposal.reason)));
    const asked =
      proposal.kind === 'question'
        ? ([...request.asked, { question: proposal.text, choices: proposal.choices }] as Json)
        : undefined;
    await moveRequest(tx, mspId, requestId, {
      state: observing ? 'observed' : endOf[proposal.kind],
      outcome: proposal.kind === 'hand_off' ? proposal.reason : undefined,
      asked,
    });
    await appendActivity(tx, {
      mspId,
      clientId,
      requestId,
      kind: `request.${observing ? 'observed' : proposal.kind}`,
      actor: 'engine',
      facts: { planner: house.planner.name },
    });
    await wake(house, tx, mspId, await addDeliveries(tx, deliveries));
  });
}

/** Without a Ticket, or while the PSA does not take it, nobody would see that a person is needed. */
async function tellStaff(
  house: House,
  tx: Queryable,
  { request, requester, messages }: Proposed,
  reason: string,
): Promise<NewDelivery[]> {
  const { mspId, clientId, id: requestId } = request;
  const lines = [`${requester.name}: ${shorten(messages.join(' '), 300)}`, reason];
  return alertStaff(house, tx, {
    mspId,
    clientId,
    requestId,
    cause: `handed_off:${requestId}:${messages.length}`,
    notice: { kind: 'alert', title: 'A request needs a person', lines, tone: 'warning', ticket: null },
  });
}

function spoken({ request }: Proposed, proposal: SpokenProposal, round: string): NewDelivery[] {
  const { mspId, clientId, id: requestId } = request;
  const base = { mspId, clientId, requestId };
  const reply = sayTo(request, wordsFor(proposal, requestId), `${proposal.kind}:${round}`);
  const status: NewDelivery | null =
    proposal.kind === 'question'
      ? null
      : {
          ...base,
          orderKey: ticketKey(requestId),
          cause: `status:${round}`,
          payload: { kind: 'status', status: proposal.kind === 'answer' ? 'done' : 'needs_person' },
        };
  return [...(reply ? [reply] : []), ...(status ? [status] : [])];
}

function wordsFor(proposal: SpokenProposal, requestId: string) {
  if (proposal.kind === 'answer')
    return { kind: 'answer', text: proposal.text, sources: proposal.sources, requestId } as const;
  if (proposal.kind === 'question')
    return { kind: 'question', text: proposal.text, choices: proposal.choices, requestId } as const;
  return { kind: 'handed_off', ticket: null } as const;
}

/** A plan with everything decided that its commit writes down. */
interface Frozen {
  planId: string;
  content: PlanContent;
  text: string;
  digest: string;
  code: string;
  state: 'observed' | 'open' | 'authorized';
  signers: Signer[];
  approvals: { id: string; signer: Signer; personId: string | null }[];
}

function freezeContent({ request }: Proposed, { content, verdict, manager }: Checked): Frozen {
  const text = canonical(content);
  const digest = digestOf(text);
  const signers = request.mode === 'plan' ? [] : verdict.signers;
  return {
    planId: newPlanId(),
    content,
    text,
    digest,
    code: codeOf(digest),
    state: request.mode === 'plan' ? 'observed' : signers.length > 0 ? 'open' : 'authorized',
    signers,
    approvals: signers.map((signer) => ({
      id: newId('apr'),
      signer,
      personId: signer === 'manager' ? (manager?.personId ?? null) : null,
    })),
  };
}

const requestStateFor = { observed: 'observed', open: 'waiting', authorized: 'executing' } as const;

async function commitPlan(house: House, proposed: Proposed, checked: Checked): Promise<void> {
  const { request, scope } = proposed;
  const { mspId, clientId, id: requestId, requesterId: personId } = request;
  const frozen = freezeContent(proposed, checked);
  const { planId, state, signers, approvals, digest, content } = frozen;
  const hasTicket = psaOf(scope) !== null;
  const note = planNote(house, proposed, {
    proposal: proposed.proposal,
    steps: content.steps.map((step) => viewStep(step, null)),
    verdict: whyItAsks(checked.verdict, checked.manager?.name ?? null),
    code: frozen.code,
  });
  const personal = JSON.stringify({ title: content.title, steps: content.steps.map((step) => step.text) });
  const sealed = await sealFor(house.db, house.vault, { mspId, personId }, personal);
  const facts = {
    planId,
    digest,
    state,
    signers,
    tools: content.steps.map((step) => step.tool),
    planner: content.planner,
  };
  await transaction(house.db.pool, async (tx) => {
    if (await saidMore(tx, proposed)) return again(house, tx, request);
    await insertPlan(tx, {
      id: planId,
      mspId,
      clientId,
      requestId,
      version: content.version,
      state,
      canonical: frozen.text,
      digest,
      code: frozen.code,
      verdict: checked.verdict,
      stepIds: content.steps.map((step) => step.id),
      approvals,
      noted: !hasTicket,
    });
    await moveRequest(tx, mspId, requestId, { state: requestStateFor[state] });
    const deliveries = await planDeliveries(house, tx, {
      proposed,
      planId,
      note,
      approvals,
      hasTicket,
      signers,
    });
    await wake(house, tx, mspId, await addDeliveries(tx, deliveries));
    if (state === 'authorized' && !hasTicket) await house.queue.send(tx, 'execute', { mspId, planId });
    // Last, because it holds up every other writer of the Client's chain until the commit.
    await appendActivity(
      tx,
      { mspId, clientId, requestId, personId, kind: 'plan.frozen', actor: 'engine', facts },
      sealed,
    );
    house.failpoint('plan.before-commit');
  });
  house.failpoint('plan.committed');
}

async function saidMore(
  tx: Parameters<typeof messagesOf>[0],
  { request, messages }: Proposed,
): Promise<boolean> {
  return (await messagesOf(tx, request.mspId, request.id)).length > messages.length;
}

async function again(
  house: House,
  tx: Parameters<House['queue']['send']>[0],
  request: RequestRow,
): Promise<void> {
  await moveRequest(tx, request.mspId, request.id, { state: 'received' });
  await house.queue.send(tx, 'request', { mspId: request.mspId, requestId: request.id });
}
