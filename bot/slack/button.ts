/** What travels in a button's value and comes back with the click. Only ever a claim. */
import { z } from 'zod';
import type { CardAction } from '../card.ts';
import { clean, cut } from './mrkdwn.ts';

const LONGEST_VALUE = 2000;
/** Slack's own bound for what a person can type into one input. */
const LONGEST_INPUT = 3000;

const ask = z.object({
  title: z.string(),
  submit: z.string(),
  fields: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      placeholder: z.string().optional(),
      required: z.boolean(),
      multiline: z.boolean(),
      maxLength: z.number(),
    }),
  ),
});

/** The questions of a modal that opens on a click. */
export type Ask = z.infer<typeof ask>;

const value = z.object({ $ask: ask.optional() }).catchall(z.string());

/**
 * The value of a button: JSON of the action's data, with the modal's questions under `$ask`, since a click
 * brings back nothing else of the card. Null when it cannot fit into Slack's 2000 characters.
 */
export function buttonValue(action: CardAction): string | null {
  const full = JSON.stringify({ ...action.data, ...(action.ask ? { $ask: trim(action.ask) } : {}) });
  if (full.length <= LONGEST_VALUE) return full;
  if (!action.ask) return null;
  const fields = trim(action.ask).fields.map((field) => ({
    ...field,
    placeholder: undefined,
    label: cut(field.label, 40),
  }));
  const short = JSON.stringify({ ...action.data, $ask: { ...trim(action.ask), fields } });
  return short.length <= LONGEST_VALUE ? short : null;
}

/** The inverse of `buttonValue`; null when it is not one of ours. */
export function readButtonValue(
  text: string | undefined,
): { data: Record<string, string>; ask: Ask | null } | null {
  const parsed = value.safeParse(parseJson(text ?? '{}'));
  if (!parsed.success) return null;
  const { $ask, ...data } = parsed.data;
  return { data, ask: $ask ?? null };
}

/** JSON or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function trim(questions: NonNullable<CardAction['ask']>): Ask {
  return {
    title: cut(clean(questions.title), 24),
    submit: cut(clean(questions.submit), 24),
    fields: questions.fields.map((field) => ({
      ...field,
      label: cut(clean(field.label), 100),
      placeholder: field.placeholder ? cut(clean(field.placeholder), 150) : undefined,
      maxLength: Math.max(1, Math.min(field.maxLength, LONGEST_INPUT)),
    })),
  };
}
