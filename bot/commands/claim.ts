import type { Grammar } from './grammar.ts';

/** How `claim` is written and read. */
export const claim: Grammar = {
  noun: 'claim',
  usage: 'claim <code>',
  summary: 'Makes you the first admin, with the code printed at the first start.',
  read([code, ...rest]) {
    if (code === undefined) return { sentence: 'claim needs the code that was printed at the first start.' };
    return rest.length === 0
      ? { noun: 'claim', code }
      : { sentence: 'claim takes one code and nothing else.' };
  },
};
