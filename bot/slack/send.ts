/** Cards out to Slack: post, edit, and look for what may have been posted before a crash. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ConnectorError } from '../../connectors/contract.ts';
import type { Destination, Json, Sent } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import type { ChannelPort } from '../ports.ts';
import { addressOf, whereSchema, type Where } from './inbound.ts';
import { renderCard } from './render.ts';
import { answer, type Web } from './web.ts';

/** `event_type` of the metadata that carries a message's mark. */
const MARK_EVENT = 'countersign';
const PAGE = 100;
const MOST_PAGES = 5;

const sentRef = z.object({ team: z.string(), channel: z.string(), ts: z.string() });
type SentRef = z.infer<typeof sentRef>;

/** The name and picture that people see, as the Msp set them. */
export interface Persona {
  name?: string;
  iconUrl?: string;
}

export interface Sending extends Required<Pick<ChannelPort, 'send' | 'findByMark'>> {
  /** Answers at once and outside of any queue; for commands. */
  reply(where: Where, card: Card): Promise<void>;
}

/** Every function throws a ConnectorError. */
export function createSending(web: Web, persona: (team: string) => Promise<Persona>): Sending {
  async function post(where: Where, card: Card, mark: string | null): Promise<SentRef> {
    const { text, blocks } = renderCard(card);
    const { name, iconUrl } = await persona(where.team);
    const posted = await web.call(where.team, (client) =>
      client.chat.postMessage({
        channel: where.channel,
        text,
        ...(blocks ? { blocks } : {}),
        ...(where.thread ? { thread_ts: where.thread } : {}),
        ...(mark ? { metadata: { event_type: MARK_EVENT, event_payload: { mark } } } : {}),
        ...(name ? { username: name } : {}),
        ...(iconUrl ? { icon_url: iconUrl } : {}),
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    const { channel, ts } = answer(z.object({ channel: z.string(), ts: z.string() }), posted);
    return { team: where.team, channel, ts };
  }

  /** Without `blocks` Slack takes the earlier ones away, which is what a plain message wants. */
  async function edit(ref: SentRef, card: Card): Promise<void> {
    const { text, blocks } = renderCard(card);
    const { team, channel, ts } = ref;
    await web.call(team, (client) =>
      client.chat.update({ channel, ts, text, ...(blocks ? { blocks } : {}) }),
    );
  }

  async function send(to: Destination, card: Card, previous: Json | null, mark: string): Promise<Sent> {
    if (previous !== null) {
      const ref = known(sentRef, previous);
      await edit(ref, card);
      return { ref };
    }
    const where = await place(web, to);
    return { ref: await post(where, card, mark), ...(to.address ? {} : { address: addressOf(where) }) };
  }

  async function findByMark(to: Destination, mark: string): Promise<Sent | null> {
    const where = await place(web, to);
    const ts = await searchMark(web, where, mark);
    if (ts === null) return null;
    const ref = { team: where.team, channel: where.channel, ts };
    return { ref, ...(to.address ? {} : { address: addressOf(where) }) };
  }

  return {
    send,
    findByMark,
    reply: async (where, card) => {
      await post(where, card, null);
    },
  };
}

/** Where to write: the conversation we were spoken to in, else the person's own DM. */
async function place(web: Web, to: Destination): Promise<Where> {
  if (to.address) return known(whereSchema, to.address.where);
  const { userId, workspace } = to;
  if (!userId) throw new ConnectorError('rejected', 'A Slack destination needs an address or a user');
  const opened = await web.call(workspace, (client) => client.conversations.open({ users: userId }));
  const { channel } = answer(z.object({ channel: z.object({ id: z.string() }) }), opened);
  return { team: workspace, channel: channel.id, thread: null };
}

const page = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()).nullish() })
          .nullish(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

async function searchMark(web: Web, where: Where, mark: string): Promise<string | null> {
  let cursor: string | undefined;
  for (let turn = 0; turn < MOST_PAGES; turn += 1) {
    const { messages, response_metadata } = answer(page, await readPage(web, where, cursor));
    const found = messages.find(
      ({ metadata }) => metadata?.event_type === MARK_EVENT && metadata.event_payload?.['mark'] === mark,
    );
    if (found) return found.ts;
    cursor = response_metadata?.next_cursor || undefined;
    if (!cursor) return null;
  }
  return null;
}

function readPage(web: Web, where: Where, cursor: string | undefined): Promise<unknown> {
  const { team, channel, thread } = where;
  const query = { channel, limit: PAGE, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
  return web.call<unknown>(team, (client: WebClient) =>
    thread ? client.conversations.replies({ ...query, ts: thread }) : client.conversations.history(query),
  );
}

/** What we stored ourselves; anything else is a mistake of ours and nothing Slack could answer. */
function known<T>(schema: z.ZodType<T>, value: Json): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConnectorError('rejected', 'This is not a Slack address of ours');
}
