import type { Grammar } from './grammar.ts';
import { clientNamed, splitSetting } from './words.ts';

const settings = ['auto', 'approval_needed', 'disabled', 'inherit'] as const;

/** How `policy` is written and read. */
export const policy: Grammar = {
  noun: 'policy',
  usage: 'policy [client] [tool] [auto|approval_needed|disabled|inherit]',
  summary: 'Shows or sets what a tool may do by itself.',
  read(words, clients) {
    const split = splitSetting(words, settings, clients);
    if ('sentence' in split) return split;
    const tools = split.before.filter(isTool);
    const client = clientNamed(split.before.filter((word) => !isTool(word)));
    const tool = tools[0]?.toLowerCase();
    if (tools.length > 1) return { sentence: 'policy takes one tool at a time.' };
    if (tool !== undefined) return { noun: 'policy', client, tool, set: split.set };
    if (split.set === null) return { noun: 'policy', client, tool: null, set: null };
    return { sentence: `Say which tool should be ${split.set}: a tool looks like m365.add_group_member.` };
  },
};

/** A Client called "st. john" has a full stop too, but nothing behind it. */
function isTool(word: string): boolean {
  return /^[^.]+\.[^.]+$/.test(word);
}
