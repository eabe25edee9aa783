/** receive: from a verified message to a durable Request. Nothing is acknowledged before the row is committed. */
import type { InboundMessage, Mode, Notice } from './domain.ts';
import type { House } from './house.ts';
import { appendActivity } from './store/activity.ts';
import { transaction } from './store/database.ts';
import { findKnown, meetSender, type Known } from './store/people.ts';
import { addMessage, findOpenRequest, openRequest } from './store/requests.ts';

/** What became of a message. `refused` carries what the sender is told, if anything. */
export type Receipt =
  | { kind: 'accepted'; requestId: string }
  | { kind: 'repeated' }
  | { kind: 'ignored' }
  /** Written in the Msp's own workspace, where commands are understood and nothing else. */
  | { kind: 'staff' }
  | { kind: 'refused'; notice: Notice };

export async function receive(house: House, message: InboundMessage): Promise<Receipt> {
  const { sender } = message;
  const known = await findKnown(house.db, sender);
  if (!known)
    return message.addressed === false
      ? { kind: 'ignored' }
      : { kind: 'refused', notice: { kind: 'not_served' } };
  if (known.clientId === null) return { kind: 'staff' };
  if (sender.outsider || known.clientStatus !== 'active') return refuse(house, known, message);
  const person = await meetSender(house.db, sender, known);
  return take(house, person as Known & { clientId: string; personId: string }, message);
}

/** Guests, strangers in shared channels and clients that are not active: said plainly, and on the record. */
async function refuse(house: House, known: Known, message: InboundMessage): Promise<Receipt> {
  if (message.addressed === false) return { kind: 'ignored' };
  await appendActivity(house.db.pool, {
    mspId: known.mspId,
    clientId: known.clientId,
    kind: 'request.refused',
    actor: 'engine',
    facts: {
      channel: message.sender.channel,
      why: message.sender.outsider ? 'outsider' : `client ${known.clientStatus}`,
    },
  });
  return { kind: 'refused', notice: { kind: 'not_served' } };
}

async function take(
  house: House,
  known: Known & { clientId: string; personId: string },
  message: InboundMessage,
): Promise<Receipt> {
  const { mspId, clientId, personId } = known;
  const { channel, workspace, userId } = message.sender;
  const open = await findOpenRequest(house.db, {
    channel,
    conversation: message.conversation,
    mspId,
    clientId,
    personId,
  });
  if (open && continues(open.state)) {
    const joined = await transaction(house.db.pool, async (tx) => {
      const added = await addMessage(tx, {
        mspId,
        clientId,
        requestId: open.id,
        personId,
        channel,
        key: message.key,
        text: message.text,
      });
      if (added?.state === 'received') await house.queue.send(tx, 'request', { mspId, requestId: open.id });
      return added;
    });
    if (joined) return { kind: 'accepted', requestId: open.id };
  }
  if (message.addressed === false) return { kind: 'ignored' };
  return transaction(house.db.pool, async (tx): Promise<Receipt> => {
    const requestId = await openRequest(tx, {
      mspId,
      clientId,
      personId,
      channel,
      key: message.key,
      conversation: { key: message.conversation, address: message.address, direct: message.direct },
      workspace,
      userId,
      assurance: 'verified',
      mode: modeOf(known),
      text: message.text,
    });
    if (!requestId) return { kind: 'repeated' };
    await house.queue.send(tx, 'request', { mspId, requestId });
    house.failpoint('receive.before-commit');
    return { kind: 'accepted', requestId };
  });
}

/** What is said while we ask or still read belongs to that Request; later words are a new ask. */
function continues(state: string): boolean {
  return state === 'asking' || state === 'received' || state === 'diagnosing';
}

/** The mode that a Request of this Client has from its beginning. */
export function modeOf(known: Known): Mode {
  return known.clientMode === null || known.clientMode === 'inherit' ? known.mspMode : known.clientMode;
}
