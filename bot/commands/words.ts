import { closest, distance } from 'fastest-levenshtein';
import type { Unread } from './grammar.ts';

/** The known word that a mistyped one was meant to be: one slip in a short word, two in a longer one; else null. */
export function meant(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const near = closest(word, known);
  return distance(word, near) <= (near.length > 5 ? 2 : 1) ? near : null;
}

/** Several words as the name of one Client, lower case; null when there are none. */
export function clientNamed(words: string[]): string | null {
  return words.length === 0 ? null : words.join(' ').toLowerCase();
}

/** A setting at the end of the line: split off, absent, or perhaps mistyped. */
export function splitSetting<S extends string>(
  words: string[],
  settings: readonly S[],
  clients: readonly string[],
): { before: string[]; set: S | null } | Unread {
  const last = (words.at(-1) ?? '').toLowerCase().replaceAll('-', '_');
  const set = settings.find((setting) => setting === last) ?? null;
  if (set !== null) return { before: words.slice(0, -1), set };
  // An only word may be a Client that is called almost like a setting; unless we know better, it stays a name.
  const slip = (words.length > 1 || clients.length > 0) && !isClient(words, clients);
  const nearest = slip ? meant(last, settings) : null;
  return nearest === null ? { before: words, set } : { sentence: `Did you mean ${nearest}?`, nearest };
}

function isClient(words: string[], clients: readonly string[]): boolean {
  return clients.includes(words.join(' ').toLowerCase());
}
