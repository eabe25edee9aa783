/**
 * Card -> what Slack shows, within Slack's documented limits: long text is cut with a visible sign, never
 * refused. Source: https://docs.slack.dev/reference/block-kit/blocks
 */
import type { Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import {
  isPlainMessage,
  type Card,
  type CardAction,
  type CardBlock,
  type CardStep,
  type Tone,
} from '../card.ts';
import { buttonValue } from './button.ts';
import { bold, clean, cut, CUT_SIGN, cutLines, inert, link } from './mrkdwn.ts';

const MOST_BLOCKS = 50;
const LONGEST_SECTION = 3000;
const LONGEST_HEADER = 150;
const LONGEST_CONTEXT = 2000;
/** `chat.update` refuses more, so a message that may be edited later must not be posted longer. */
const LONGEST_TEXT = 4000;
const MOST_FIELDS = 10;
const MOST_BUTTONS = 25;
/** Slack refuses about 13,000 as `msg_blocks_too_long` (undocumented: https://github.com/slackapi/bolt-js/issues/2509). */
const LARGEST_MESSAGE_BYTES = 12_000;
const LARGEST_BUTTONS_BYTES = 4_000;
const LARGEST_FACTS_BYTES = 3_000;
const LONGEST_NAME = 80;
const LONGEST_TITLE = 200;

/** Ready for chat.postMessage and chat.update; no `blocks` means an ordinary message. */
export interface SlackMessage {
  text: string;
  blocks?: KnownBlock[];
}

/** Renders any Card; the answer is within every limit whatever the Card holds. */
export function renderCard(card: Card): SlackMessage {
  const text = cut(inert(card.push).trim() || inert(card.title).trim() || '…', LONGEST_TEXT);
  if (isPlainMessage(card)) return { text };
  const blocks = fit([...titleBlocks(card), ...card.blocks.flatMap(renderBlock)], card.actions);
  return blocks.length > 0 ? { text, blocks } : { text };
}

const signs: Record<Tone, string> = { plain: '', good: '✅', warning: '⚠️', danger: '🛑' };
const toneWords: Record<Exclude<Tone, 'plain'>, string> = {
  good: 'Good',
  warning: 'Careful',
  danger: 'Danger',
};

function titleBlocks(card: Card): KnownBlock[] {
  const title = clean(card.title).replaceAll('\n', ' ').trim();
  if (!title) return [];
  const sign = signs[card.tone] ? `${signs[card.tone]} ` : '';
  const header = `${sign}${title}`;
  if (header.length > LONGEST_HEADER) return section(`${sign}${bold(title)}`);
  return [{ type: 'header', text: { type: 'plain_text', text: header, emoji: true } }];
}

function renderBlock(block: CardBlock): KnownBlock[] {
  switch (block.type) {
    case 'text':
      return textBlocks(block.text, block.look ?? 'normal');
    case 'mark':
      return section(mark(block));
    case 'facts':
      return factBlocks(block.facts);
    case 'steps':
      return [
        ...section(bold(block.title)),
        ...block.steps.flatMap((step, index) => section(stepText(step, index + 1))),
      ];
    case 'quote':
      return section(`${block.from.trim() ? `${bold(block.from)}\n` : ''}${quoted(block.text)}`);
    case 'links':
      return section(
        cutLines(
          block.links.map((one) => `• ${link(one.url, cut(one.title, LONGEST_TITLE))}`),
          LONGEST_SECTION,
        ),
      );
  }
}

function textBlocks(text: string, look: 'normal' | 'strong' | 'subtle'): KnownBlock[] {
  if (look === 'subtle') return context(inert(text));
  const strong = look === 'strong' ? bold(text) : '';
  // Cutting a bold line would leave a lone asterisk.
  return section(strong && strong.length <= LONGEST_SECTION ? strong : inert(text));
}

function mark(one: { tone: Exclude<Tone, 'plain'>; text: string }): string {
  return `${signs[one.tone]} *${toneWords[one.tone]}:* ${inert(one.text)}`;
}

function stepText(step: CardStep, number: number): string {
  return [
    `*${number}.* ${inert(step.text)}`,
    ...step.details.map((detail) => `• ${inert(detail)}`),
    ...step.marks.map(mark),
    ...(step.outcome ? [`${signs[step.outcome.tone] || '▫️'} ${inert(step.outcome.text)}`] : []),
  ].join('\n');
}

function quoted(text: string): string {
  return inert(text)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

function factBlocks(facts: { name: string; value: string; url?: string | null }[]): KnownBlock[] {
  const texts = facts
    .map((fact) => `${bold(cut(fact.name, LONGEST_NAME))}\n${link(fact.url, fact.value)}`)
    .filter((text) => text.trim() !== '');
  const sections: SectionBlock[] = [];
  let last: NonNullable<SectionBlock['fields']> = [];
  for (const text of texts) {
    const field = { type: 'mrkdwn' as const, text, verbatim: true };
    if (
      sections.length === 0 ||
      last.length === MOST_FIELDS ||
      bytes(last) + bytes(field) > LARGEST_FACTS_BYTES
    ) {
      last = [];
      sections.push({ type: 'section', fields: last });
    }
    last.push(field);
  }
  return sections;
}

/** `expand` keeps Slack from folding what a technician must read before signing. */
function section(text: string): KnownBlock[] {
  if (text.trim() === '') return [];
  return [
    {
      type: 'section',
      text: { type: 'mrkdwn', text: cut(text, LONGEST_SECTION), verbatim: true },
      expand: true,
    },
  ];
}

function context(text: string): ContextBlock[] {
  if (text.trim() === '') return [];
  return [
    { type: 'context', elements: [{ type: 'mrkdwn', text: cut(text, LONGEST_CONTEXT), verbatim: true }] },
  ];
}

function actionBlocks(actions: CardAction[]): KnownBlock[] {
  const buttons: Button[] = [];
  for (const [index, action] of actions.entries()) {
    const value = buttonValue(action);
    if (value === null || buttons.length === MOST_BUTTONS) continue;
    const button = renderButton(
      action,
      value,
      buttons.some((one) => one.action_id === action.verb) ? index : null,
    );
    if (bytes([...buttons, button]) <= LARGEST_BUTTONS_BYTES) buttons.push(button);
  }
  const missing = actions.length - buttons.length;
  return [
    ...(missing > 0
      ? context(`${CUT_SIGN} ${missing} more to choose from did not fit here; please answer in words.`)
      : []),
    ...(buttons.length > 0 ? [{ type: 'actions' as const, elements: buttons }] : []),
  ];
}

/** Slack wants an action id to be unique within its block, so the second of a verb carries its place. */
function renderButton(action: CardAction, value: string, place: number | null): Button {
  const label = cut(clean(action.label).replaceAll('\n', ' ').trim() || action.verb, 75);
  return {
    type: 'button',
    text: { type: 'plain_text', text: label, emoji: true },
    action_id: place === null ? action.verb : `${action.verb}:${place}`,
    value,
    ...(action.style === 'positive' ? { style: 'primary' as const } : {}),
    ...(action.style === 'destructive' ? { style: 'danger' as const } : {}),
  };
}

/** Buttons stay, but for those that need the whole card; what does not fit before them is left out from the first part that is too much. */
function fit(parts: KnownBlock[], actions: CardAction[]): KnownBlock[] {
  const all = [...parts, ...actionBlocks(actions)];
  if (all.length <= MOST_BLOCKS && bytes(all) <= LARGEST_MESSAGE_BYTES) return all;
  const notice = context(
    `${CUT_SIGN} This is longer than one Slack message can be; the rest is left out here.`,
  );
  const ending = actionBlocks(actions.filter((action) => !action.whole));
  let room = LARGEST_MESSAGE_BYTES - bytes([...notice, ...ending]);
  const most = MOST_BLOCKS - notice.length - ending.length;
  const end = parts.findIndex((part, index) => index >= most || (room -= bytes(part) + 1) < 0);
  return [...parts.slice(0, end < 0 ? parts.length : end), ...notice, ...ending];
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
