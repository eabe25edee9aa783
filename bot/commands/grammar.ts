import type { ClientMode, Mode, Setting } from '../../engine/domain.ts';

/**
 * What an admin or technician asked for, in words only: nothing is looked up. A `client` is as it was written,
 * in lower case; null means the whole Msp. `set` null means to show and not to change.
 */
export type Command =
  | { noun: 'help'; about: Noun | null }
  | { noun: 'status' }
  | { noun: 'claim'; code: string }
  | { noun: 'mode'; client: null; set: Mode | null }
  | { noun: 'mode'; client: string; set: ClientMode | null }
  | { noun: 'policy'; client: string | null; tool: null; set: null }
  | { noun: 'policy'; client: string | null; tool: string; set: Setting | 'inherit' | null }
  | { noun: 'approvals' }
  | { noun: 'activity'; client: string | null }
  | { noun: 'stop'; client: string | null }
  | { noun: 'resume'; client: string | null; reason: string };

export const nouns = [
  'help',
  'status',
  'claim',
  'mode',
  'policy',
  'approvals',
  'activity',
  'stop',
  'resume',
] as const;
export type Noun = (typeof nouns)[number];

/** How one noun is used; `read` gets the words after it as written and the names of the Clients, lower case. */
export interface Grammar {
  noun: Noun;
  usage: string;
  /** What it does, as one line of the help. */
  summary: string;
  read(words: string[], clients: readonly string[]): Command | Unread;
}

/** Why the words were not understood, as a sentence, and the word that was perhaps meant. */
export interface Unread {
  sentence: string;
  nearest?: string;
}
