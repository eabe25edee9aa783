import { closest, distance } from 'fastest-levenshtein';
import type { Grammar } from './grammar.ts';

const needsReason = { sentence: 'resume needs a reason; it is kept with the activity.' };

/**
 * A reason and a Client are both free words. Where it is unclear which one the first word is, it is taken for
 * the Client or asked back: a slip must never resume everybody.
 */
export const resume: Grammar = {
  noun: 'resume',
  usage: 'resume [client] <reason...>',
  summary: 'Lets steps run again after a stop ("all" for everybody); admins only.',
  read(words, clients) {
    const first = words[0]?.toLowerCase();
    if (first === undefined) return needsReason;
    const named = first === 'all' ? 1 : wordsOfClient(words, clients);
    const reason = words.slice(named).join(' ');
    if (named > 0) {
      const client = first === 'all' ? null : words.slice(0, named).join(' ').toLowerCase();
      return reason === '' ? needsReason : { noun: 'resume', client, reason };
    }
    const nearest = clients.length > 0 ? closest(first, clients) : null;
    if (nearest !== null && distance(first, nearest) <= 2) {
      return {
        sentence: `Did you mean the client ${nearest}? For everybody, write "resume all <reason>".`,
        nearest,
      };
    }
    if (clients.length > 0) return { noun: 'resume', client: null, reason };
    return words.length < 2
      ? needsReason
      : { noun: 'resume', client: first, reason: words.slice(1).join(' ') };
  },
};

/** How many words at the start are the name of a Client; the longest name wins. */
function wordsOfClient(words: string[], clients: readonly string[]): number {
  const counts = words.map((_, index) => index + 1).toReversed();
  return counts.find((count) => clients.includes(words.slice(0, count).join(' ').toLowerCase())) ?? 0;
}
