import type { Grammar } from './grammar.ts';
import { clientNamed, splitSetting } from './words.ts';

const modes = ['plan', 'execute', 'inherit'] as const;

/** How `mode` is written and read. */
export const mode: Grammar = {
  noun: 'mode',
  usage: 'mode [client] [plan|execute|inherit]',
  summary: 'Shows or sets whether plans are only written or also run.',
  read(words, clients) {
    const split = splitSetting(words, modes, clients);
    if ('sentence' in split) return split;
    const client = clientNamed(split.before);
    if (client !== null) return { noun: 'mode', client, set: split.set };
    if (split.set === 'inherit') return { sentence: 'Only a client can inherit its mode: name the client.' };
    return { noun: 'mode', client, set: split.set };
  },
};
