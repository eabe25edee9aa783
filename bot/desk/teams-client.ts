/** Plays Teams towards the bot: writes real activities to its endpoint and applies what it answers. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { conversationOf, type Chats } from './chats.ts';
import type { DeskPerson } from './state.ts';

/** Teams waits about this long for an answer to a click. */
const ANSWER_MS = 15_000;
const BOT = { id: '28:countersign', name: 'Countersign' };
const NO_ANSWER = 'Countersign did not answer. Please try again.';

export interface TeamsClient {
  /** The bot is added to somebody's chats, which lets it write first. False when it did not take it. */
  install(person: DeskPerson): Promise<boolean>;
  /** False when the message did not reach the bot; the chat shows it as not sent. */
  say(person: DeskPerson, text: string): Promise<boolean>;
  /** A click on a card's button. Gives a sentence to show, or null; null as well when the card itself changed. */
  act(person: DeskPerson, click: DeskClick): Promise<string | null>;
}

export interface DeskClick {
  /** The message with the card. */
  activityId: string;
  verb: string;
  data: Record<string, unknown>;
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format */
const invokeAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('application/vnd.microsoft.card.adaptive'),
    value: z.looseObject({ type: z.literal('AdaptiveCard') }),
  }),
  z.object({ type: z.literal('application/vnd.microsoft.activity.message'), value: z.string() }),
  z.object({ type: z.literal('application/vnd.microsoft.error'), value: z.object({ message: z.string() }) }),
]);

/** `port` is asked at each call, for the server may start to listen later. */
export function createTeamsClient(chats: Chats, port: () => number): TeamsClient {
  const house = () => `http://127.0.0.1:${port()}`;

  async function deliver(person: DeskPerson, more: Record<string, unknown>): Promise<Response | null> {
    try {
      return await fetch(`${house()}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...activityOf(person, `${house()}/desk/bot`), ...more }),
        signal: AbortSignal.timeout(ANSWER_MS),
        redirect: 'error',
      });
    } catch {
      return null;
    }
  }
  const isTaken = async (person: DeskPerson, more: Record<string, unknown>) => {
    const response = await deliver(person, more);
    await response?.body?.cancel();
    return response?.ok ?? false;
  };

  return {
    async install(person) {
      const added = { type: 'conversationUpdate', membersAdded: [BOT] };
      const installed = await isTaken(person, { type: 'installationUpdate', action: 'add' });
      return (await isTaken(person, added)) && installed;
    },
    async say(person, text) {
      const [chat, id] = [conversationOf(person), randomUUID()];
      chats.add(chat, { id, from: 'person', text, textFormat: 'plain', cards: [] });
      const taken = await isTaken(person, { type: 'message', id, text, textFormat: 'plain' });
      if (!taken) chats.markFailed(chat, id);
      return taken;
    },
    async act(person, { activityId, verb, data }) {
      const chat = conversationOf(person);
      const before = chats.find(chat, activityId)?.revision;
      const response = await deliver(person, {
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: activityId,
        value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
      });
      const answer = invokeAnswer.safeParse(await readJson(response));
      if (!answer.success) return NO_ANSWER;
      if (answer.data.type === 'application/vnd.microsoft.activity.message') return answer.data.value;
      if (answer.data.type === 'application/vnd.microsoft.error') return answer.data.value.message;
      // An edit that came while the click was on its way is newer than the answer to it.
      if (chats.find(chat, activityId)?.revision === before)
        chats.edit(chat, activityId, { cards: [answer.data.value] });
      return null;
    },
  };
}

async function readJson(response: Response | null): Promise<unknown> {
  if (!response?.ok) {
    await response?.body?.cancel();
    return null;
  }
  return response.json().catch(() => null);
}

function activityOf(person: DeskPerson, serviceUrl: string) {
  const { tenantId, objectId, name } = person;
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: `29:${objectId}`, name, aadObjectId: objectId },
    recipient: BOT,
    conversation: { id: conversationOf(person), conversationType: 'personal', tenantId },
    channelData: { tenant: { id: tenantId } },
    locale: 'en-US',
  };
}
