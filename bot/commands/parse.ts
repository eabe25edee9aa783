/** The admin grammar, the same in Slack and Teams: a line of words -> a Command. Pure; nothing is looked up or run. */
import { closest } from 'fastest-levenshtein';
import { oneLine } from '../views/words.ts';
import { activity } from './activity.ts';
import { approvals } from './approvals.ts';
import { claim } from './claim.ts';
import { nouns, type Command, type Grammar, type Noun } from './grammar.ts';
import { help } from './help.ts';
import { mode } from './mode.ts';
import { policy } from './policy.ts';
import { resume } from './resume.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { meant } from './words.ts';

export type { Command, Noun } from './grammar.ts';

/** `sentence` says what is wrong, `usage` how it is written, `nearest` the word that was perhaps meant. */
export type Parsed =
  { ok: true; command: Command } | { ok: false; sentence: string; usage: string; nearest?: string };

const grammars: Record<Noun, Grammar> = {
  help,
  status,
  claim,
  mode,
  policy,
  approvals,
  activity,
  stop,
  resume,
};

/** Every command with how it is written and what it does, in the order of the help. */
export const usages: { noun: Noun; usage: string; summary: string }[] = nouns.map((noun) => {
  const { usage, summary } = grammars[noun];
  return { noun, usage, summary };
});

/**
 * Reads one line; an empty one asks for help. `clients` are the slugs and names of the Msp's Clients: with them
 * `resume <reason>` without a client is understood, and a name that looks like a setting is still a name.
 */
export function parse(line: string, clients: readonly string[] = []): Parsed {
  const [first, ...words] = wordsOf(line);
  if (first === undefined) return { ok: true, command: { noun: 'help', about: null } };
  const noun = nounOf(first);
  const known = nouns.find((each) => each === noun);
  if (known === undefined) return unknownWord(first, noun);
  const grammar = grammars[known];
  const read = grammar.read(
    words,
    clients.map((client) => client.toLowerCase()),
  );
  return 'noun' in read ? { ok: true, command: read } : { ok: false, usage: grammar.usage, ...read };
}

/** Whether a message was meant as a command: its first word is one, or almost. */
export function looksLikeCommand(line: string): boolean {
  const first = wordsOf(line)[0];
  return first !== undefined && meant(nounOf(first), nouns) !== null;
}

function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

function nounOf(first: string): string {
  return first.toLowerCase().replace(/[.,:;!?]+$/, '');
}

function unknownWord(written: string, noun: string): Parsed {
  const nearest = closest(noun, nouns) as Noun;
  const sentence = `I don't know "${oneLine(written, 40)}". Did you mean ${nearest}?`;
  return { ok: false, sentence, usage: grammars[nearest].usage, nearest };
}
