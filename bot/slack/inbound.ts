/** Slack's payloads -> Inbound, as pure functions. Who sent them is only named here and looked up elsewhere. */
import { z } from 'zod';
import { actionVerbs, type ActionVerb, type Address, type InboundMessage } from '../../engine/domain.ts';
import { readButtonValue, type Ask } from './button.ts';
import { readModalContext, type Clicked } from './modal.ts';

/** A user as a payload names them: `team` is where the app is installed, `claimed` the teams said to be theirs. */
export interface Named {
  team: string;
  userId: string;
  claimed: string[];
}

/** An address of ours in Slack; `thread` is the first message's ts, null outside of a thread. */
export const whereSchema = z.object({ team: z.string(), channel: z.string(), thread: z.string().nullable() });
export type Where = z.infer<typeof whereSchema>;

/** A message without its sender, who still has to be looked up. */
export type Heard = Omit<InboundMessage, 'sender'> & { from: Named; where: Where; isDm: boolean };

const text = z.string();
const maybe = text.nullish();

const eventEnvelope = z.object({
  team_id: maybe,
  context_team_id: maybe,
  authorizations: z
    .array(z.object({ team_id: maybe, user_id: maybe, is_bot: z.boolean().nullish() }))
    .nullish(),
  event: z.object({
    type: z.enum(['message', 'app_mention']),
    subtype: maybe,
    bot_id: maybe,
    hidden: z.boolean().nullish(),
    user: text,
    channel: text,
    channel_type: maybe,
    ts: text,
    thread_ts: maybe,
    text: maybe,
    team: maybe,
    user_team: maybe,
    source_team: maybe,
    files: z.array(z.unknown()).nullish(),
  }),
});
type Envelope = z.infer<typeof eventEnvelope>;

/** Subtypes that are still somebody's own new words; edits, deletions, joins and bots are not. */
const spokenSubtypes = ['file_share', 'thread_broadcast', 'me_message'];

const mentions = /<@([A-Z0-9]+)(?:\|[^>]*)?>/g;

/** The team whose token answers an event, and our own user id there when the event tells it. */
export function installedFor(body: unknown): { team: string; botUserId: string | null } | null {
  const envelope = eventEnvelope.safeParse(body).data;
  const team = envelope ? teamOf(envelope) : null;
  if (!envelope || !team) return null;
  const bot = envelope.authorizations?.find((one) => one.is_bot && one.user_id);
  return { team, botUserId: bot?.user_id ?? null };
}

/**
 * A message to us: a DM, a mention, or a reply in a thread of a channel. `addressed` is false only for the last:
 * whether that thread is ours is not known here. Null for everything else.
 */
export function readMessage(body: unknown, botUserId: string): Heard | null {
  const envelope = eventEnvelope.safeParse(body).data;
  const team = envelope ? teamOf(envelope) : null;
  if (!envelope || !team) return null;
  const { event } = envelope;
  if (event.bot_id || event.hidden || event.user === botUserId) return null;
  if (event.subtype && !spokenSubtypes.includes(event.subtype)) return null;

  const isDm = event.channel_type === 'im' || event.channel.startsWith('D');
  const raw = event.text ?? '';
  const words = plainText(raw.replace(mentions, (all, userId: string) => (userId === botUserId ? ' ' : all)));
  const mentioned =
    event.type === 'app_mention' || [...raw.matchAll(mentions)].some(([, userId]) => userId === botUserId);
  if (!isDm && !mentioned && !event.thread_ts) return null;

  const thread = isDm ? (event.thread_ts ?? null) : (event.thread_ts ?? event.ts);
  const where: Where = { team, channel: event.channel, thread };
  return {
    key: `slack:${envelope.team_id ?? team}:${event.channel}:${event.ts}`,
    conversation: ['slack', team, event.channel, ...(thread ? [thread] : [])].join(':'),
    address: addressOf(where),
    direct: isDm,
    addressed: isDm || mentioned,
    text: words || (event.files?.length ? '(a file, without words)' : ''),
    from: { team, userId: event.user, claimed: present([event.user_team, event.source_team, event.team]) },
    where,
    isDm,
  };
}

/** Our Address for a place in Slack. */
export function addressOf(where: Where): Address {
  return { channel: 'slack', where: { ...where } };
}

const person = z.object({ id: text, team_id: maybe });
const team = z.object({ id: text }).nullish();

const blockActions = z.object({
  type: z.literal('block_actions'),
  team,
  user: person,
  trigger_id: maybe,
  response_url: maybe,
  channel: z.object({ id: text }).nullish(),
  message: z.object({ thread_ts: maybe }).nullish(),
  container: z.object({ channel_id: maybe, thread_ts: maybe, is_ephemeral: z.boolean().nullish() }).nullish(),
  actions: z.array(z.object({ action_id: text, value: maybe })).min(1),
});

/** A click on a button of ours; with `ask`, a modal has to be answered first. */
export interface Click {
  from: Named;
  verb: ActionVerb;
  data: Record<string, string>;
  ask: Ask | null;
  triggerId: string | null;
  at: Clicked;
}

/** Null when the button is none of ours. */
export function readClick(body: unknown): Click | null {
  const payload = blockActions.safeParse(body).data;
  const button = payload?.actions[0];
  const from = payload ? named(payload.team?.id, payload.user) : null;
  if (!payload || !button || !from) return null;
  const verb = actionVerbs.find((one) => one === button.action_id.split(':')[0]);
  const value = readButtonValue(button.value ?? undefined);
  const channel = payload.channel?.id ?? payload.container?.channel_id;
  if (!verb || !value || !channel) return null;
  const at: Clicked = {
    team: from.team,
    channel,
    thread: payload.message?.thread_ts ?? payload.container?.thread_ts ?? null,
    replaceUrl: payload.container?.is_ephemeral ? (payload.response_url ?? null) : null,
  };
  return { from, verb, ...value, triggerId: payload.trigger_id ?? null, at };
}

const viewSubmission = z.object({
  type: z.literal('view_submission'),
  team,
  user: person,
  view: z.object({
    private_metadata: text,
    app_installed_team_id: maybe,
    state: z.object({ values: z.record(text, z.record(text, z.object({ value: maybe }))) }),
  }),
});

/** A modal sent off; `missing` are the required fields without words, and then nothing may happen. */
export interface Submission {
  from: Named;
  verb: ActionVerb;
  data: Record<string, string>;
  missing: string[];
  at: Clicked;
}

/** Null when the modal is none of ours. Empty optional fields are left out of `data`. */
export function readSubmission(body: unknown): Submission | null {
  const payload = viewSubmission.safeParse(body).data;
  const context = payload ? readModalContext(payload.view.private_metadata) : null;
  const from = payload ? named(payload.view.app_installed_team_id ?? payload.team?.id, payload.user) : null;
  if (!payload || !context || !from) return null;
  const answers: Record<string, string> = {};
  for (const [id, inputs] of Object.entries(payload.view.state.values)) {
    const words = Object.values(inputs)[0]?.value?.trim();
    if (words) answers[id] = words;
  }
  return {
    from,
    verb: context.verb,
    data: { ...answers, ...context.data },
    missing: context.required.filter((id) => !answers[id]),
    at: context.at,
  };
}

const slashCommand = z.object({ team_id: text, user_id: text, text: text.default('') });

/** `/countersign ...`: who wrote it and the words after it. */
export function readSlash(body: unknown): { from: Named; line: string } | null {
  const payload = slashCommand.safeParse(body).data;
  if (!payload) return null;
  return {
    from: { team: payload.team_id, userId: payload.user_id, claimed: [] },
    line: plainText(payload.text),
  };
}

/** Slack's escaped text as a person would read it: links, mentions and entities undone. */
export function plainText(escaped: string): string {
  return escaped
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_all, target: string, label: string | undefined) =>
      spoken(target, label),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

function spoken(target: string, label: string | undefined): string {
  if (/^[@#]/.test(target)) return label ? `${target[0]}${label.replace(/^[@#]/, '')}` : target;
  if (target.startsWith('!')) return label ?? `@${target.slice(1).split('^')[0]}`;
  if (/^(mailto|tel):/.test(target)) return target.slice(target.indexOf(':') + 1);
  // Slack links bare domains by itself; those are words, not a link that somebody set.
  if (!label || target.replace(/^https?:\/\//, '').replace(/\/$/, '') === label.replace(/\/$/, ''))
    return label ?? target;
  return `${label} (${target})`;
}

function teamOf(envelope: Envelope): string | null {
  return envelope.authorizations?.[0]?.team_id ?? envelope.context_team_id ?? envelope.team_id ?? null;
}

function named(installed: string | null | undefined, user: z.infer<typeof person>): Named | null {
  const at = installed ?? user.team_id;
  return at ? { team: at, userId: user.id, claimed: present([user.team_id]) } : null;
}

function present(values: (string | null | undefined)[]): string[] {
  return values.filter((value): value is string => Boolean(value));
}
