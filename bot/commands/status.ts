import type { Grammar } from './grammar.ts';

/** How `status` is written and read. */
export const status: Grammar = {
  noun: 'status',
  usage: 'status',
  summary: 'Shows modes, stops, connections and what is open.',
  read(words) {
    return words.length === 0 ? { noun: 'status' } : { sentence: 'status takes no further words.' };
  },
};
