/**
 * Card -> what Teams shows. Pure. Adaptive Cards 1.5, one column, everything wraps: made for a phone.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
 */
import {
  isPlainMessage,
  type Card,
  type CardAction,
  type CardBlock,
  type CardStep,
  type Tone,
} from '../card.ts';
import { cut, link, plain } from './markdown.ts';

/** Kept well under what Teams refuses. */
const LARGEST_CARD_BYTES = 25_000;
/** Teams shows this many buttons in a row of actions. */
const BUTTONS_IN_A_ROW = 6;
const PUSH_LENGTH = 300;
const LABEL_LENGTH = 60;
const MESSAGE_LENGTH = 12_000;

type Element = Record<string, unknown> & { type: string };
export interface AdaptiveCard {
  type: 'AdaptiveCard';
  version: '1.5';
  [more: string]: unknown;
}
/** Text or one card, never both: Teams would make two messages of it and name neither. */
export type MessageContent =
  | { type: 'message'; text: string; textFormat: 'plain' }
  | {
      type: 'message';
      /** The push text. */
      summary: string;
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; content: AdaptiveCard }];
    };

/** How much of each text, and how many items of each list, are shown. */
interface Room {
  text: number;
  items: number;
}
const rooms: Room[] = [
  { text: 4_000, items: 50 },
  { text: 1_500, items: 40 },
  { text: 600, items: 25 },
  { text: 300, items: 15 },
  { text: 150, items: 8 },
  { text: 60, items: 3 },
];

/** The message for a Card: ordinary text when it is only words, else a card with its push text. */
export function renderMessage(card: Card): MessageContent {
  if (isPlainMessage(card)) {
    const words = card.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []));
    return {
      type: 'message',
      text: cut(words.join('\n\n') || card.push, MESSAGE_LENGTH),
      textFormat: 'plain',
    };
  }
  const content = renderCard(card);
  return {
    type: 'message',
    summary: cut(card.push, PUSH_LENGTH),
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}

/** The Adaptive Card for a Card; what does not fit is cut with a sign that it was. */
export function renderCard(card: Card): AdaptiveCard {
  let rendered = build({ ...card, actions: [] }, { text: 0, items: 0 });
  for (const [place, room] of rooms.entries()) {
    const actions = place === 0 ? card.actions : card.actions.filter((action) => !action.whole);
    rendered = build({ ...card, actions }, room);
    if (Buffer.byteLength(JSON.stringify(rendered)) <= LARGEST_CARD_BYTES) return rendered;
  }
  return rendered;
}

/** The card with `sentence` on top, unless it says so already. */
export function withSentence(card: Card, sentence: string): Card {
  const shown = [
    card.title,
    ...card.blocks.map((block) => ('text' in block ? block.text : JSON.stringify(block))),
  ];
  if (sentence === '' || shown.some((text) => text.includes(sentence))) return card;
  return { ...card, blocks: [{ type: 'text', text: sentence, look: 'strong' }, ...card.blocks] };
}

function build(card: Card, room: Room): AdaptiveCard {
  const rows = inRows(card.actions.map((action) => renderAction(action, room)));
  const body = [
    ...renderTitle(card, room),
    ...some(card.blocks, room, (block) => renderBlock(block, room)),
    ...rows.slice(0, -1).map((actions) => ({ type: 'ActionSet', actions })),
  ];
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    fallbackText: cut(card.push, PUSH_LENGTH),
    body: body.length > 0 ? body : [words(card.push, room)],
    actions: rows.at(-1) ?? [],
  };
}

function renderTitle(card: Card, room: Room): Element[] {
  if (card.title === '') return [];
  const title = words(card.title, room, { size: 'Medium', weight: 'Bolder', style: 'heading' });
  if (card.tone === 'plain') return [title];
  return [{ type: 'Container', style: styles[card.tone], items: [title] }];
}

function renderBlock(block: CardBlock, room: Room): Element[] {
  switch (block.type) {
    case 'text':
      return [words(block.text, room, looks[block.look ?? 'normal'])];
    case 'mark':
      return [renderMark(block, room)];
    case 'facts':
      return renderFacts(block.facts, room);
    case 'steps':
      return [
        ...(block.title ? [words(block.title, room, { weight: 'Bolder', separator: true })] : []),
        ...some(block.steps, room, (step, at) => [renderStep(step, at + 1, room)]),
      ];
    case 'quote': {
      const from = block.from ? [words(block.from, room, { isSubtle: true, size: 'Small' })] : [];
      return [{ type: 'Container', style: 'emphasis', items: [...from, words(block.text, room)] }];
    }
    case 'links':
      return some(block.links, room, ({ title, url }) => [
        { type: 'TextBlock', wrap: true, text: link(title || url, url, room.text) || '–' },
      ]);
  }
}

function renderFacts(facts: { name: string; value: string; url?: string | null }[], room: Room): Element[] {
  if (facts.length === 0) return [];
  const shown = facts.slice(0, room.items).map(({ name, value, url }) => ({
    title: plain(name, Math.min(room.text, 80)) || '–',
    value: link(value, url, room.text) || '–',
  }));
  return [{ type: 'FactSet', facts: shown }, ...cutSign(facts.length - shown.length)];
}

function renderStep(step: CardStep, number: number, room: Room): Element {
  const tone = step.outcome ? colours[step.outcome.tone] : undefined;
  return {
    type: 'Container',
    separator: number > 1,
    items: [
      { type: 'TextBlock', wrap: true, text: `**${number}** · ${plain(step.text, room.text) || '–'}` },
      ...some(step.marks, room, (mark) => [renderMark(mark, room)]),
      ...some(step.details, room, (detail) => [words(detail, room, { isSubtle: true, spacing: 'Small' })]),
      ...(step.outcome
        ? [words(step.outcome.text, room, { weight: 'Bolder', spacing: 'Small', color: tone })]
        : []),
    ],
  };
}

function renderMark(mark: { tone: Exclude<Tone, 'plain'>; text: string }, room: Room): Element {
  return {
    type: 'Container',
    style: styles[mark.tone],
    items: [words(mark.text, room, { weight: 'Bolder' })],
  };
}

/** A question's fields open below the button; only its own submit reads them. */
function renderAction(action: CardAction, room: Room): Element {
  const { verb, data, style, ask } = action;
  const label = cut(action.label, LABEL_LENGTH) || '…';
  if (!ask) return { type: 'Action.Execute', title: label, verb, data, style, associatedInputs: 'none' };
  const inputs = ask.fields.map((field) => ({
    type: 'Input.Text',
    id: field.id,
    label: cut(field.label, 200) || '…',
    placeholder: cut(field.placeholder ?? '', 200),
    isRequired: field.required,
    errorMessage: `${cut(field.label, 200) || 'This'}: please fill this in`,
    isMultiline: field.multiline,
    maxLength: field.maxLength,
  }));
  const submit = {
    type: 'Action.Execute',
    title: cut(ask.submit, LABEL_LENGTH) || '…',
    verb,
    data,
    style,
    associatedInputs: 'auto',
  };
  return {
    type: 'Action.ShowCard',
    title: label.endsWith('…') ? label : `${label}…`,
    style,
    card: {
      type: 'AdaptiveCard',
      body: [...(ask.title ? [words(ask.title, room, { weight: 'Bolder' })] : []), ...inputs],
      actions: [submit],
    },
  };
}

const styles: Record<Exclude<Tone, 'plain'>, string> = {
  good: 'good',
  warning: 'warning',
  danger: 'attention',
};
const colours: Record<Tone, string> = {
  plain: 'default',
  good: 'good',
  warning: 'warning',
  danger: 'attention',
};
const looks = { normal: {}, strong: { weight: 'Bolder' }, subtle: { isSubtle: true, size: 'Small' } };

function words(text: string, room: Room, look: Record<string, unknown> = {}): Element {
  return { type: 'TextBlock', wrap: true, text: plain(text, room.text) || '–', ...look };
}

function some<T>(all: T[], room: Room, show: (item: T, at: number) => Element[]): Element[] {
  return [...all.slice(0, room.items).flatMap(show), ...cutSign(all.length - room.items)];
}

function cutSign(left: number): Element[] {
  return left > 0 ? [{ type: 'TextBlock', wrap: true, isSubtle: true, text: `… (cut: ${left} more)` }] : [];
}

function inRows(actions: Element[]): Element[][] {
  const count = Math.ceil(actions.length / BUTTONS_IN_A_ROW);
  return Array.from({ length: count }, (_, row) =>
    actions.slice(row * BUTTONS_IN_A_ROW, (row + 1) * BUTTONS_IN_A_ROW),
  );
}
