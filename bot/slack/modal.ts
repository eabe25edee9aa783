/** The modal that asks for more before an action goes through. Source: https://docs.slack.dev/surfaces/modals */
import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { actionVerbs, type ActionVerb } from '../../engine/domain.ts';
import { parseJson, type Ask } from './button.ts';

/** Where the click was, so that it can be answered beside. */
export const clicked = z.object({
  team: z.string(),
  channel: z.string(),
  thread: z.string().nullable(),
  /** Set for a message only the clicker sees; the only way to replace one. */
  replaceUrl: z.string().nullable(),
});
export type Clicked = z.infer<typeof clicked>;

const context = z.object({
  verb: z.enum(actionVerbs),
  data: z.record(z.string(), z.string()),
  required: z.array(z.string()),
  at: clicked,
});

export type ModalContext = z.infer<typeof context>;

/** The view for views.open; what the submission needs travels in `private_metadata`. */
export function modalView(verb: ActionVerb, data: Record<string, string>, ask: Ask, at: Clicked): ModalView {
  const required = ask.fields.filter((field) => field.required).map((field) => field.id);
  return {
    type: 'modal',
    callback_id: 'ask',
    private_metadata: JSON.stringify({ verb, data, required, at } satisfies ModalContext),
    title: plain(ask.title.trim() || 'Please confirm'),
    submit: plain(ask.submit.trim() || 'Send'),
    close: plain('Cancel'),
    blocks: ask.fields.map((field) => ({
      type: 'input',
      block_id: field.id,
      optional: !field.required,
      label: plain(field.label.trim() || field.id),
      element: {
        type: 'plain_text_input',
        action_id: 'value',
        multiline: field.multiline,
        max_length: field.maxLength,
        ...(field.placeholder?.trim() ? { placeholder: plain(field.placeholder) } : {}),
      },
    })),
  };
}

/** Reads back what `modalView` wrote; null when it is not ours. */
export function readModalContext(privateMetadata: string): ModalContext | null {
  return context.safeParse(parseJson(privateMetadata)).data ?? null;
}

function plain(text: string): { type: 'plain_text'; text: string; emoji: boolean } {
  return { type: 'plain_text', text, emoji: true };
}
