import { nouns, type Grammar } from './grammar.ts';

/** How `help` is written and read. */
export const help: Grammar = {
  noun: 'help',
  usage: 'help [command]',
  summary: 'Shows what you can write here.',
  read(words) {
    const asked = words[0]?.toLowerCase();
    return { noun: 'help', about: nouns.find((noun) => noun === asked) ?? null };
  },
};
