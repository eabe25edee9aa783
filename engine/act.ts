/** Clicks that are not decisions: choosing an answer, asking for a person, asking again. Only for the Requester. */
import { sayTo, wake } from './announce.ts';
import { decide, readClick } from './approve.ts';
import type { ActionResult, InboundAction } from './domain.ts';
import type { House } from './house.ts';
import { alertStaff } from './alert.ts';
import { modeOf } from './receive.ts';
import { appendActivity } from './store/activity.ts';
import { rows, statement, transaction } from './store/database.ts';
import { addDeliveries, ticketKey } from './store/deliveries.ts';
import { findKnown, type Known } from './store/people.ts';
import { addMessage, getRequest, openRequest, type RequestRow } from './store/requests.ts';
import { findTicket } from './store/tickets.ts';
import { shorten } from './words.ts';

/** Anything a person clicks comes through here; what the click carries is only a claim. */
export async function act(house: House, action: InboundAction): Promise<ActionResult> {
  if (action.verb === 'approve' || action.verb === 'deny') {
    const click = readClick(action);
    return click ? decide(house, action.sender, click) : say('There is nothing here that you can decide.');
  }
  const who = await findKnown(house.db, action.sender);
  const request = who ? await getRequest(house.db.pool, who.mspId, action.data['requestId'] ?? '') : null;
  if (!who?.personId || !request || request.requesterId !== who.personId) {
    if (who)
      await appendActivity(house.db.pool, {
        mspId: who.mspId,
        clientId: who.clientId,
        kind: 'action.refused',
        actor: who.personId ?? 'unknown',
        facts: { verb: action.verb },
      });
    return say('Only the person who asked can do that.');
  }
  const { personId } = who;
  if (action.verb === 'choose')
    return choose(house, { ...who, personId }, request, action.data['choice'] ?? '');
  if (action.verb === 'talk_to_person') return talkToPerson(house, who, request);
  return askAgain(house, who, request);
}

function say(sentence: string): ActionResult {
  return { sentence, notice: null };
}

async function choose(
  house: House,
  who: Known & { personId: string },
  request: RequestRow,
  choice: string,
): Promise<ActionResult> {
  const last = request.asked.at(-1);
  if (!choice.trim() || !last?.choices.includes(choice)) return say('That choice is not open any more.');
  const added = await transaction(house.db.pool, async (tx) => {
    const key = `choice:${request.id}:${request.asked.length}`;
    const message = await addMessage(tx, {
      mspId: request.mspId,
      clientId: request.clientId,
      requestId: request.id,
      personId: who.personId,
      channel: request.channel,
      key,
      text: choice,
    });
    if (message?.state === 'received')
      await house.queue.send(tx, 'request', { mspId: request.mspId, requestId: request.id });
    return message;
  });
  return say(added ? `${choice}: thank you. I'm on it.` : 'You have answered this already.');
}

async function talkToPerson(house: House, who: Known, request: RequestRow): Promise<ActionResult> {
  const { mspId, clientId, id: requestId } = request;
  await transaction(house.db.pool, async (tx) => {
    const ticket = await findTicket(tx, mspId, requestId);
    const base = { mspId, clientId, requestId };
    const cause = `person:${requestId}`;
    const alerts = await alertStaff(house, tx, {
      ...base,
      cause,
      notice: {
        kind: 'alert',
        title: 'An employee asks to talk to someone',
        lines: [`${who.personName ?? 'Somebody'}: ${shorten(request.text, 200)}`],
        tone: 'warning',
        ticket: ticket && { number: ticket.number, url: ticket.url },
      },
    });
    const reply = sayTo(request, { kind: 'handed_off', ticket: null }, `${cause}:said`);
    const keys = await addDeliveries(tx, [
      {
        ...base,
        orderKey: ticketKey(requestId),
        cause: `${cause}:note`,
        payload: {
          kind: 'note',
          visibility: 'internal',
          notice: {
            kind: 'outcome_note',
            result: 'handed_off',
            lines: ['The employee asks to talk to someone.'],
            steps: [],
            code: null,
            decidedBy: null,
            reason: null,
          },
        },
      },
      {
        ...base,
        orderKey: ticketKey(requestId),
        cause: `${cause}:status`,
        payload: { kind: 'status', status: 'needs_person' },
      },
      ...(reply ? [reply] : []),
      ...alerts,
    ]);
    await appendActivity(tx, {
      mspId,
      clientId,
      requestId,
      kind: 'request.person_asked',
      actor: request.requesterId ?? 'unknown',
    });
    await wake(house, tx, mspId, keys);
  });
  return say("I've asked your IT team to get in touch.");
}

const room = statement('act_room', 'SELECT key, address FROM conversations WHERE msp_id = $1 AND id = $2');

async function askAgain(house: House, who: Known, request: RequestRow): Promise<ActionResult> {
  const [conversation] = await rows<{
    key: string;
    address: { channel: RequestRow['channel']; where: null };
  }>(house.db.pool, room, [request.mspId, request.conversationId]);
  if (request.state !== 'expired') return say('This has not expired.');
  const opened = await transaction(house.db.pool, async (tx) => {
    const requestId = await openRequest(tx, {
      mspId: request.mspId,
      clientId: request.clientId,
      personId: request.requesterId,
      channel: request.channel,
      key: `again:${request.id}`,
      conversation: conversation ? { ...conversation, direct: false } : null,
      workspace: request.workspace,
      userId: request.userId,
      assurance: request.assurance,
      mode: modeOf(who),
      text: request.text,
    });
    if (requestId) await house.queue.send(tx, 'request', { mspId: request.mspId, requestId });
    return requestId;
  });
  return say(opened ? "I've asked again. Sorry that nobody answered." : 'I have asked again already.');
}
