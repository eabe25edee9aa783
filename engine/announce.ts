/** What a proposal or a frozen Plan makes known: the internal note, the cards, the words to the employee. */
import type { PlanNote, Signer, StepView } from './domain.ts';
import type { ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import type { Proposal } from './planner/port.ts';
import type { Requester } from './requester.ts';
import { conversationKey, directKey, ticketKey, type NewDelivery } from './store/deliveries.ts';
import type { Queryable } from './store/database.ts';
import { reachablePerson, reachableStaff, type Reachable } from './store/people.ts';
import type { RequestRow } from './store/requests.ts';
import { clockTime, shorten } from './words.ts';

/** A Request with what the Planner made of it. */
export interface Proposed {
  scope: ClientScope;
  request: RequestRow;
  requester: Requester;
  messages: string[];
  proposal: Proposal;
}

/** In the conversation, or, for a Request that came by ticket, as a public note on it. */
export function sayTo(
  request: RequestRow,
  notice: Extract<NewDelivery['payload'], { kind: 'reply' }>['notice'],
  cause: string,
): NewDelivery | null {
  const base = { mspId: request.mspId, clientId: request.clientId, requestId: request.id, cause };
  if (request.conversationId)
    return { ...base, orderKey: conversationKey(request.conversationId), payload: { kind: 'reply', notice } };
  if (request.channel !== 'psa') return null;
  return {
    ...base,
    orderKey: ticketKey(request.id),
    payload: { kind: 'note', visibility: 'public', notice },
  };
}

export interface Announced {
  proposed: Proposed;
  planId: string;
  note: PlanNote;
  approvals: { id: string; signer: Signer; personId: string | null }[];
  hasTicket: boolean;
  signers: Signer[];
}

/** Everything that goes out when a Plan is frozen. */
export async function planDeliveries(house: House, tx: Queryable, what: Announced): Promise<NewDelivery[]> {
  const { request, scope } = what.proposed;
  const { mspId, clientId, id: requestId } = request;
  const base = { mspId, clientId, requestId, planId: what.planId };
  const deliveries: NewDelivery[] = [];
  if (what.hasTicket)
    deliveries.push({
      ...base,
      orderKey: ticketKey(requestId),
      cause: `plan_note:${what.planId}`,
      payload: { kind: 'note', visibility: 'internal', notice: { kind: 'plan_note', plan: what.note } },
    });
  if (what.hasTicket && what.approvals.length > 0)
    deliveries.push({
      ...base,
      orderKey: ticketKey(requestId),
      cause: `waiting_status:${what.planId}`,
      payload: { kind: 'status', status: 'waiting' },
    });
  for (const approval of what.approvals) {
    const people: Reachable[] =
      approval.signer === 'manager' && approval.personId
        ? await reachablePerson(tx, mspId, approval.personId, house.outlet.channels)
        : await reachableStaff(tx, mspId, house.outlet.channels);
    for (const { identityId } of people) {
      deliveries.push({
        ...base,
        approvalId: approval.id,
        orderKey: directKey(identityId),
        cause: `card:${approval.id}:${identityId}`,
        payload: { kind: 'card', identityId, approvalId: approval.id },
      });
    }
  }
  if (what.approvals.length > 0 && scope.settings.progress && request.conversationId) {
    const asked = clockTime(new Date(), scope.settings.timeZone);
    deliveries.push({
      ...base,
      orderKey: conversationKey(request.conversationId),
      cause: `waiting:${what.planId}`,
      payload: { kind: 'reply', notice: { kind: 'waiting', asked, signers: what.signers } },
    });
  }
  return deliveries;
}

/** The internal note with the whole diagnosis and plan. */
export function planNote(
  house: House,
  proposed: Proposed,
  made: { proposal: Proposal; steps: StepView[]; verdict: string[]; code: string | null },
): PlanNote {
  const { proposal } = made;
  const { requester, request, scope } = proposed;
  const outcome =
    proposal.kind === 'steps'
      ? proposal.done
      : proposal.kind === 'hand_off'
        ? proposal.reason
        : proposal.text;
  return {
    mode: request.mode,
    result: proposal.kind,
    title: proposal.kind === 'steps' ? proposal.title : titles[proposal.kind],
    client: scope.settings.clientName,
    requester: { name: requester.name, assurance: requester.assurance, how: requester.how },
    ask: askOf(proposed),
    diagnosis: proposal.diagnosis,
    steps: made.steps,
    outcome,
    sources: proposal.kind === 'answer' ? proposal.sources : [],
    verdict: made.verdict,
    code: made.code,
    planner: house.planner.name,
  };
}

const titles = {
  answer: 'Answered from the documentation',
  question: 'A question to the employee',
  hand_off: 'This needs a person',
};

export function askOf({ messages }: Proposed): string {
  return shorten(messages.join('\n'), 1_500);
}

/** Sends the jobs that put out what waits under these order keys; they commit with `tx`. */
export async function wake(
  house: House,
  tx: Parameters<House['queue']['send']>[0],
  mspId: string,
  orderKeys: string[],
): Promise<void> {
  await house.queue.sendAll(
    tx,
    'deliver',
    orderKeys.map((orderKey) => ({ mspId, orderKey })),
  );
}
