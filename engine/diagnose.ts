/** diagnose: claims a Request, opens its Ticket, tells the employee that work has begun, and asks the Planner. */
import { alertStaff } from './alert.ts';
import { sayTo, wake } from './announce.ts';
import type { Notice } from './domain.ts';
import { deliverKey } from './deliver.ts';
import { openClient, psaOf, readTool, visibleTools, type ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import { freeze } from './plan.ts';
import { Proposal, type PlannerInput } from './planner/port.ts';
import { basePrompt } from './planner/prompt.ts';
import { givenNameOf, requesterPerson, resolveRequester, type Requester } from './requester.ts';
import { appendActivity } from './store/activity.ts';
import { transaction } from './store/database.ts';
import { addDeliveries, conversationKey, ticketKey } from './store/deliveries.ts';
import { claimRequest, messagesOf, moveRequest, retryRequest, type RequestRow } from './store/requests.ts';
import { findTicket } from './store/tickets.ts';
import { takeTurn } from './turns.ts';
import { localMinute, shorten } from './words.ts';

const PLANNER_MS = 60_000;
const TRIES = 3;
const FAULT = 'Working this out failed several times on our side.';
/** For so long the employee's first word waits for the Ticket's number. */
const TICKET_PATIENCE_MS = 2_000;

/** Runs the whole way from `received` to a frozen Plan, an answer, a question or a hand-off. */
export function diagnose(house: House, mspId: string, requestId: string): Promise<void> {
  return takeTurn(house, requestId, async () => {
    const request = await claimRequest(house.db, mspId, requestId, house.instance.number);
    if (request) await diagnoseClaimed(house, request);
  });
}

async function diagnoseClaimed(house: House, request: RequestRow): Promise<void> {
  const { mspId, id: requestId } = request;
  try {
    house.failpoint('diagnose.claimed');
    const scope = await openClient(house, mspId, request.clientId);
    await openTicket(house, scope, request);
    await sayReceived(house, scope, request);
    house.failpoint('diagnose.ticket');
    const messages = await messagesOf(house.db.pool, mspId, requestId);
    const requester = await resolveRequester(house.db.pool, scope, request);
    const proposal = await propose(house, scope, request, requester, messages);
    house.failpoint('diagnose.proposed');
    await freeze(house, { scope, request, requester, messages, proposal });
  } catch (error) {
    await putBack(house, request, error);
    throw error;
  }
}

/** A fault of ours: tried again a few times, then handed to a person rather than lost. */
async function putBack(house: House, request: RequestRow, error: unknown): Promise<void> {
  const { mspId, id: requestId } = request;
  const tries = await transaction(house.db.pool, async (tx) => {
    const count = await retryRequest(tx, mspId, requestId);
    if (count !== null && count <= TRIES)
      await house.queue.send(tx, 'request', { mspId, requestId }, count * 1_000);
    if (count !== null && count > TRIES) await giveUp(house, tx, request);
    return count;
  });
  house.log.error(
    { requestId, tries, error: error instanceof Error ? error.name : 'unknown' },
    'a request could not be diagnosed',
  );
}

async function giveUp(
  house: House,
  tx: Parameters<House['queue']['send']>[0],
  request: RequestRow,
): Promise<void> {
  const { mspId, clientId, id: requestId } = request;
  await moveRequest(tx, mspId, requestId, { state: 'handed_off', outcome: FAULT });
  const ticket = await findTicket(tx, mspId, requestId);
  const reply =
    request.mode === 'execute'
      ? sayTo(request, { kind: 'handed_off', ticket: null }, `given_up:${requestId}`)
      : null;
  const alerts = await alertStaff(house, tx, {
    mspId,
    clientId,
    requestId,
    cause: `given_up_alert:${requestId}`,
    notice: {
      kind: 'alert',
      title: 'A request needs a person',
      lines: [FAULT, shorten(request.text, 300)],
      tone: 'warning',
      ticket: ticket && { number: ticket.number, url: ticket.url },
    },
  });
  await wake(house, tx, mspId, await addDeliveries(tx, [...(reply ? [reply] : []), ...alerts]));
  await appendActivity(tx, { mspId, clientId, requestId, kind: 'request.hand_off', actor: 'engine' });
}

/** The first attempt is made at once, so that the employee can be told the number; a slow or later one is the queue's. */
async function openTicket(house: House, scope: ClientScope, request: RequestRow): Promise<void> {
  if (!psaOf(scope)) return;
  if (await findTicket(house.db.pool, request.mspId, request.id)) return;
  await addDeliveries(house.db.pool, [
    {
      mspId: request.mspId,
      clientId: request.clientId,
      requestId: request.id,
      orderKey: ticketKey(request.id),
      cause: `ticket:${request.id}`,
      payload: { kind: 'ticket' },
    },
  ]);
  await Promise.race([
    deliverKey(house, request.mspId, ticketKey(request.id)),
    new Promise((resolve) => setTimeout(resolve, TICKET_PATIENCE_MS).unref()),
  ]);
}

async function sayReceived(house: House, scope: ClientScope, request: RequestRow): Promise<void> {
  if (request.mode !== 'execute' || !scope.settings.progress || !request.conversationId) return;
  const person = await requesterPerson(house.db.pool, request);
  const ticket = await findTicket(house.db.pool, request.mspId, request.id);
  const notice: Notice = {
    kind: 'received',
    name: givenNameOf(person?.name ?? 'there'),
    ticket: ticket?.number ?? null,
  };
  await tellRequester(house, request, notice, `received:${request.id}`);
}

/** Puts a Notice into the Request's own conversation, once per cause. */
export async function tellRequester(
  house: House,
  request: RequestRow,
  notice: Notice,
  cause: string,
): Promise<void> {
  if (!request.conversationId) return;
  const orderKey = conversationKey(request.conversationId);
  await transaction(house.db.pool, async (tx) => {
    const waiting = await addDeliveries(tx, [
      {
        mspId: request.mspId,
        clientId: request.clientId,
        requestId: request.id,
        orderKey,
        cause,
        payload: { kind: 'reply', notice },
      },
    ]);
    for (const key of waiting) await house.queue.send(tx, 'deliver', { mspId: request.mspId, orderKey: key });
  });
}

async function propose(
  house: House,
  scope: ClientScope,
  request: RequestRow,
  requester: Requester,
  messages: string[],
): Promise<Proposal> {
  if (request.retries >= TRIES) return handOff(FAULT);
  if (scope.settings.clientStopped || scope.settings.mspStopped)
    return handOff('A technician has stopped all work for this client.');
  if (requester.guest)
    return handOff(`${requester.name} is only a guest in ${scope.settings.clientName}'s directory.`);
  const signal = AbortSignal.timeout(PLANNER_MS);
  const answer = await house.planner.propose(plannerInput(scope, request, requester, messages), {
    read: (tool, args) => readTool(house, scope, request.id, tool, args),
    signal,
  });
  const proposal = Proposal.safeParse(answer);
  if (proposal.success) return withFault(proposal.data, requester);
  await appendActivity(house.db.pool, {
    mspId: request.mspId,
    clientId: request.clientId,
    requestId: request.id,
    kind: 'planner.malformed',
    actor: 'engine',
    facts: { planner: house.planner.name },
  });
  return handOff('The planner gave no usable proposal.');
}

function plannerInput(
  scope: ClientScope,
  request: RequestRow,
  requester: Requester,
  messages: string[],
): PlannerInput {
  const { settings } = scope;
  return {
    messages,
    asked: request.asked,
    requester,
    client: { name: settings.clientName },
    prompts: { base: basePrompt, msp: settings.mspPrompt, client: settings.clientPrompt },
    tools: visibleTools(scope).map(({ tool }) => ({
      name: tool.name,
      summary: tool.summary,
      effect: tool.effect,
    })),
    now: localMinute(new Date(), settings.timeZone),
  };
}

/** A directory that did not answer must not read as a person who is not in it. */
function withFault(proposal: Proposal, { fault }: Requester): Proposal {
  return fault ? { ...proposal, diagnosis: [fault, ...proposal.diagnosis].slice(0, 20) } : proposal;
}

function handOff(reason: string): Proposal {
  return { kind: 'hand_off', reason, diagnosis: [] };
}
