/** The channel-neutral view of a Notice: plain data, a small closed union. Each renderer escapes for itself. */

export type Tone = 'plain' | 'good' | 'warning' | 'danger';

export type CardBlock =
  | { type: 'text'; text: string; look?: 'normal' | 'strong' | 'subtle' }
  /** Stands out in words as well as colour: privileged, irreversible, from untrusted text. */
  | { type: 'mark'; tone: Exclude<Tone, 'plain'>; text: string }
  | { type: 'facts'; facts: { name: string; value: string; url?: string | null }[] }
  | { type: 'steps'; title: string; steps: CardStep[] }
  | { type: 'quote'; text: string; from: string }
  | { type: 'links'; links: { title: string; url: string }[] };

export interface CardStep {
  text: string;
  /** "member of App - Zendesk: no -> yes", "Can be undone: ...". */
  details: string[];
  marks: { tone: Exclude<Tone, 'plain'>; text: string }[];
  /** Shown once it ran: "Done", "Failed: ...". */
  outcome?: { tone: Tone; text: string };
}

export interface CardField {
  id: string;
  label: string;
  placeholder?: string;
  required: boolean;
  multiline: boolean;
  maxLength: number;
}

/**
 * An intent, not a widget. `ask` is a modal in Slack and inputs in the card in Teams; `data` travels with the
 * click and is only ever a claim.
 */
export interface CardAction {
  verb: string;
  label: string;
  style: 'default' | 'positive' | 'destructive';
  data: Record<string, string>;
  /** Offered only where the whole card is shown: nobody signs what they were not shown. */
  whole?: true;
  ask?: { title: string; submit: string; fields: CardField[] };
}

export interface Card {
  /** One sentence at the top; empty for plain messages. */
  title: string;
  tone: Tone;
  blocks: CardBlock[];
  actions: CardAction[];
  /** The push text: says who, what and for whom all by itself. For plain messages, the whole message. */
  push: string;
}

/** A card that is only words is sent as an ordinary message. */
export function isPlainMessage(card: Card): boolean {
  return (
    card.title === '' && card.actions.length === 0 && card.blocks.every((block) => block.type === 'text')
  );
}
