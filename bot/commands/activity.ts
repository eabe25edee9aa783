import type { Grammar } from './grammar.ts';
import { clientNamed } from './words.ts';

/** How `activity` is written and read. */
export const activity: Grammar = {
  noun: 'activity',
  usage: 'activity [client]',
  summary: 'Shows who did what, newest first.',
  read(words) {
    return { noun: 'activity', client: clientNamed(words) };
  },
};
