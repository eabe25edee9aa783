import type { Grammar } from './grammar.ts';
import { clientNamed } from './words.ts';

/** How `stop` is written and read. */
export const stop: Grammar = {
  noun: 'stop',
  usage: 'stop [client]',
  summary: 'Halts all further steps at once, for one client or for everybody.',
  read(words) {
    const client = clientNamed(words);
    return { noun: 'stop', client: client === 'all' ? null : client };
  },
};
