import type { Grammar } from './grammar.ts';

/** How `approvals` is written and read. */
export const approvals: Grammar = {
  noun: 'approvals',
  usage: 'approvals',
  summary: 'Lists the approvals that wait for an answer.',
  read(words) {
    return words.length === 0 ? { noun: 'approvals' } : { sentence: 'approvals takes no further words.' };
  },
};
