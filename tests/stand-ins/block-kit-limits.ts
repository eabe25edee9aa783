/**
 * Slack's documented limits as a checker, since there is no official schema of Block Kit.
 * Sources: https://docs.slack.dev/reference/block-kit, the comments of @slack/types, and for the size of a
 * whole message https://github.com/slackapi/bolt-js/issues/2509.
 */
import { z } from 'zod';

export interface Problem {
  /** What Slack answers. */
  error: 'invalid_blocks' | 'msg_too_long' | 'msg_blocks_too_long' | 'no_text' | 'invalid_arguments';
  where: string;
  what: string;
}

const MOST_MESSAGE_BLOCKS = 50;
const MOST_VIEW_BLOCKS = 100;
const LARGEST_BLOCKS_BYTES = 13_000;
const LONGEST_TEXT = 4_000;

function words(kind: 'plain_text' | 'any', max: number) {
  const type = kind === 'plain_text' ? z.literal('plain_text') : z.enum(['plain_text', 'mrkdwn']);
  return z
    .strictObject({
      type,
      text: z.string().max(max),
      emoji: z.boolean().optional(),
      verbatim: z.boolean().optional(),
    })
    .superRefine((value, issues) => {
      if (value.text.trim() === '')
        issues.addIssue({ code: 'custom', message: 'must be more than 0 characters' });
      if (value.type === 'mrkdwn' && value.emoji !== undefined)
        issues.addIssue({ code: 'custom', message: 'emoji is for plain_text' });
      if (value.type === 'plain_text' && value.verbatim !== undefined) {
        issues.addIssue({ code: 'custom', message: 'verbatim is for mrkdwn' });
      }
      if (!value.text.isWellFormed()) issues.addIssue({ code: 'custom', message: 'broken surrogate' });
      if (value.type === 'mrkdwn')
        for (const message of markupProblems(value.text)) issues.addIssue({ code: 'custom', message });
    });
}

/** What mrkdwn may hold of angle brackets and ampersands: entities, and links to the web. Nothing that pings. */
export function markupProblems(text: string): string[] {
  const problems: string[] = [];
  const bare = text.replace(/<([^<>]*)>/g, (_all, inside: string) => {
    if (!/^https?:\/\/[^\s|]+(\|[^|]*)?$/.test(inside))
      problems.push(`not a web link: <${inside.slice(0, 40)}>`);
    return '';
  });
  // A raw ">" is a quote at the start of a line and stray anywhere else.
  if (/</.test(bare) || /^(?!> ?).*>/m.test(bare.replace(/^> ?/gm, ''))) problems.push('stray angle bracket');
  if (/&(?!amp;|lt;|gt;)/.test(bare)) problems.push('stray ampersand');
  if ((text.match(/```/g) ?? []).length % 2 === 1) problems.push('open code fence');
  return problems;
}

const id = z.string().min(1).max(255);
const button = z.strictObject({
  type: z.literal('button'),
  text: words('plain_text', 75),
  action_id: id,
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});
const input = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: id,
  multiline: z.boolean().optional(),
  max_length: z.number().int().min(1).max(3000).optional(),
  placeholder: words('plain_text', 150).optional(),
});
const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), block_id: id.optional(), text: words('plain_text', 150) }),
  z.strictObject({ type: z.literal('divider'), block_id: id.optional() }),
  z
    .strictObject({
      type: z.literal('section'),
      block_id: id.optional(),
      text: words('any', 3000).optional(),
      fields: z.array(words('any', 2000)).min(1).max(10).optional(),
      expand: z.boolean().optional(),
    })
    .refine((section) => section.text ?? section.fields, 'a section needs text or fields'),
  z.strictObject({
    type: z.literal('context'),
    block_id: id.optional(),
    elements: z.array(words('any', 2000)).min(1).max(10),
  }),
  z
    .strictObject({
      type: z.literal('actions'),
      block_id: id.optional(),
      elements: z.array(button).min(1).max(25),
    })
    .refine((actions) => unique(actions.elements.map((one) => one.action_id)), 'action_id is used twice'),
  z.strictObject({
    type: z.literal('input'),
    block_id: id.optional(),
    label: words('plain_text', 2000),
    element: input,
    optional: z.boolean().optional(),
  }),
]);
const view = z.strictObject({
  type: z.literal('modal'),
  callback_id: id.optional(),
  private_metadata: z.string().max(3000).optional(),
  title: words('plain_text', 24),
  submit: words('plain_text', 24).optional(),
  close: words('plain_text', 24).optional(),
  blocks: z.array(block).min(1).max(MOST_VIEW_BLOCKS),
});

/** Why Slack would refuse this message, empty when it would take it. */
export function messageProblems(message: { text?: unknown; blocks?: unknown }): Problem[] {
  const problems: Problem[] = [];
  const text = typeof message.text === 'string' ? message.text : '';
  if (!text.trim() && !message.blocks)
    problems.push({ error: 'no_text', where: 'text', what: 'nothing to say' });
  if (text.length > LONGEST_TEXT)
    problems.push({ error: 'msg_too_long', where: 'text', what: `${text.length} characters` });
  for (const what of markupProblems(text)) problems.push({ error: 'invalid_arguments', where: 'text', what });
  if (message.blocks === undefined) return problems;
  const blocks = z.array(block).min(1).max(MOST_MESSAGE_BLOCKS);
  problems.push(...shapeProblems(blocks, message.blocks), ...blockIdProblems(message.blocks));
  const size = Buffer.byteLength(JSON.stringify(message.blocks));
  if (size > LARGEST_BLOCKS_BYTES)
    problems.push({ error: 'msg_blocks_too_long', where: 'blocks', what: `${size} bytes` });
  return problems;
}

/** Why Slack would refuse this modal, empty when it would take it. */
export function viewProblems(value: unknown): Problem[] {
  const blocks = z.object({ blocks: z.unknown() }).safeParse(value).data?.blocks;
  return [
    ...shapeProblems(view, value).map((one) => ({ ...one, error: 'invalid_arguments' as const })),
    ...blockIdProblems(blocks),
  ];
}

function shapeProblems(schema: z.ZodType, value: unknown): Problem[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.map((issue) => ({
    error: 'invalid_blocks',
    where: issue.path.join('/'),
    what: issue.message,
  }));
}

function blockIdProblems(blocks: unknown): Problem[] {
  const ids = z.array(z.object({ block_id: z.string().optional() })).safeParse(blocks).data ?? [];
  const set = ids.map((one) => one.block_id).filter((one) => one !== undefined);
  return unique(set) ? [] : [{ error: 'invalid_blocks', where: 'block_id', what: 'is used twice' }];
}

function unique(values: string[]): boolean {
  return new Set(values).size === values.length;
}
