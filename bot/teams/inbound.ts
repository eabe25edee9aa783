/**
 * Bot Framework activity ("inbound") -> what the engine understands. Pure.
 * Shapes: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 */
import { z } from 'zod';
import {
  actionVerbs,
  type Address,
  type InboundAction,
  type InboundMessage,
  type Sender,
} from '../../engine/domain.ts';

const text = z.string().nullish();

/** The part of an activity that is used; everything else passes through for the library. */
export const inboundActivity = z.looseObject({
  type: z.string().min(1),
  id: text,
  name: text,
  action: text,
  channelId: z.string().min(1),
  serviceUrl: z.string().min(1),
  from: z.looseObject({
    id: z.string().min(1),
    name: text,
    aadObjectId: text,
    role: text,
    userRole: text,
    tenantId: text,
  }),
  recipient: z.looseObject({ id: z.string().min(1), name: text }),
  conversation: z.looseObject({
    id: z.string().min(1),
    conversationType: text,
    tenantId: text,
    isGroup: z.boolean().nullish(),
  }),
  text,
  textFormat: text,
  entities: z.array(z.looseObject({ type: text })).nullish(),
  attachments: z.array(z.looseObject({ contentType: text })).nullish(),
  channelData: z.looseObject({ tenant: z.looseObject({ id: text }).nullish() }).nullish(),
  value: z.unknown().optional(),
});
export type InboundActivity = z.infer<typeof inboundActivity>;

/** `Address.where` of this channel: a conversation reference; `conversation.id` names the reply thread too. */
export const teamsAddress = z.object({
  serviceUrl: z.string().min(1),
  conversation: z.object({
    id: z.string().min(1),
    conversationType: z.string().optional(),
    tenantId: z.string().optional(),
  }),
  bot: z.object({ id: z.string(), name: z.string().optional() }),
  user: z.object({ id: z.string(), aadObjectId: z.string().optional() }).optional(),
});
export type TeamsAddress = z.infer<typeof teamsAddress>;

/**
 * Who sent it, by the sender's own tenant. Anyone without an Entra object id, from another tenant than the
 * conversation's, a guest, an anonymous visitor or a bot is an outsider.
 */
export function senderOf(activity: InboundActivity): Sender {
  const { from, conversation, channelData } = activity;
  const tenants = [from.tenantId, conversation.tenantId, channelData?.tenant?.id].flatMap((id) =>
    id ? [id.toLowerCase()] : [],
  );
  const strange = ['guest', 'anonymous'].includes(from.userRole?.toLowerCase() ?? '');
  const machine = from.id.startsWith('28:') || ['bot', 'skill'].includes(from.role?.toLowerCase() ?? '');
  return {
    channel: 'teams',
    workspace: tenants[0] ?? '',
    userId: from.aadObjectId?.toLowerCase() || from.id,
    name: from.name || null,
    mail: null,
    outsider: !from.aadObjectId || new Set(tenants).size !== 1 || strange || machine,
  };
}

/** True for the one-to-one chat with the bot. */
export function isPersonal({ conversation }: InboundActivity): boolean {
  return conversation.conversationType ? conversation.conversationType === 'personal' : !conversation.isGroup;
}

/** Where an answer to this activity goes. */
export function addressOf(activity: InboundActivity): Address {
  const { from, recipient, conversation, channelData } = activity;
  const where: TeamsAddress = {
    serviceUrl: activity.serviceUrl,
    conversation: {
      id: threadOf(activity),
      conversationType: conversation.conversationType ?? (isPersonal(activity) ? 'personal' : 'groupChat'),
      tenantId: conversation.tenantId ?? channelData?.tenant?.id ?? undefined,
    },
    bot: { id: recipient.id, name: recipient.name ?? undefined },
    user: { id: from.id, aadObjectId: from.aadObjectId ?? undefined },
  };
  // Only what is there: the engine keeps addresses as JSON and compares them.
  return { channel: 'teams', where: JSON.parse(JSON.stringify(where)) as Address['where'] };
}

/** A message for us, or null when there is nothing in it or it did not call us. */
export function messageOf(activity: InboundActivity): InboundMessage | null {
  const direct = isPersonal(activity);
  if (!activity.id || (!direct && !mentions(activity).length)) return null;
  const words = wordsOf(activity);
  if (words === '') return null;
  return {
    key: `${activity.conversation.id}/${activity.id}`,
    sender: senderOf(activity),
    conversation: threadOf(activity),
    address: addressOf(activity),
    direct,
    text: words,
  };
}

const execute = z.looseObject({
  action: z.looseObject({
    type: z.literal('Action.Execute').optional(),
    verb: z.enum(actionVerbs),
    data: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** A click, or null when it is not one of ours. Only plain values of its data are kept, as strings. */
export function actionOf(activity: InboundActivity): InboundAction | null {
  const parsed = execute.safeParse(activity.value);
  if (!parsed.success) return null;
  const { verb, data } = parsed.data.action;
  const plain = Object.entries(data ?? {}).flatMap(([key, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[key, String(value)]] : [],
  );
  return { sender: senderOf(activity), verb, data: Object.fromEntries(plain) as Record<string, string> };
}

/** A channel's first post starts its own thread, which Teams names by that post. */
function threadOf({ id, conversation }: InboundActivity): string {
  const isRoot = conversation.conversationType === 'channel' && !conversation.id.includes(';messageid=');
  return isRoot && id ? `${conversation.id};messageid=${id}` : conversation.id;
}

const mention = z.looseObject({ mentioned: z.looseObject({ id: z.string() }), text: z.string().nullish() });

function mentions(activity: InboundActivity): string[] {
  return (activity.entities ?? []).flatMap((entity) => {
    if (entity.type?.toLowerCase() !== 'mention') return [];
    const parsed = mention.safeParse(entity);
    return parsed.success && parsed.data.mentioned.id === activity.recipient.id
      ? [parsed.data.text ?? '']
      : [];
  });
}

function wordsOf(activity: InboundActivity): string {
  const withoutUs = mentions(activity)
    .filter((spelling) => spelling !== '')
    .reduce((words, spelling) => words.replaceAll(spelling, ' '), activity.text ?? '');
  const withoutTags = withoutUs.replace(/<\/?at(?:\s[^<>]*)?>/gi, '');
  const plain = activity.textFormat === 'xml' ? withoutMarkup(withoutTags) : withoutTags;
  const words = decodeEntities(plain)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
  if (words !== '') return words;
  // Teams adds an HTML twin of the text to every message; anything else is something the person sent.
  const hasFile = activity.attachments?.some(({ contentType }) => contentType && contentType !== 'text/html');
  return hasFile ? '(a picture or file, without words)' : '';
}

function withoutMarkup(words: string): string {
  return words.replace(/<(?:br|\/p|\/div|\/li)\b[^<>]*>/gi, '\n').replace(/<\/?[a-z][^<>]*>/gi, '');
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Once only: what decodes to "&lt;" was written so. */
function decodeEntities(words: string): string {
  return words.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return named[String(name).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
