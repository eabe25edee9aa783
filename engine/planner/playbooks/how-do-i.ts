/** Questions that the documentation answers. */
import { bestArticle, extractOf, findArticles } from '../articles.ts';
import { HandOff, type Ask, type Found, type Playbook } from '../playbook.ts';
import type { Proposal } from '../port.ts';
import { answer, flat, need, note, type Room } from '../reading.ts';
import { searchArticles } from '../tools.ts';

const asking: RegExp[] = [
  /\bhow (?:do|can|would|should|does|to|might|could|am|is|are)\b/,
  /\bwhere (?:do|can|is|are|should|would)\b/,
  /\bwhat (?:is the|are the|do i|should i|steps)\b/,
  /\b(?:instructions?|guide|manual|documentation|article|steps|walkthrough|tutorial|how-to|howto|docs|procedure|process|checklist)\b/,
  /\b(?:walk me through|show me|tell me how|tell me about|explain|teach me|point me to)\b/,
  /\b(?:help|assistance|hand|advice)\b.*\b(?:with|on|for|setting|set|using|configur|connect|installing|about)/,
  /\b(?:setting up|set up|setup|configure|configuring|connect to|connecting to)\b/,
];

function recognise(clause: string): Found | null {
  return asking.some((shape) => shape.test(clause))
    ? { slots: [{ name: clause, asGroup: false }], sure: false, howTo: true }
    : null;
}

async function propose(ask: Ask, room: Room): Promise<Proposal> {
  need(room, searchArticles);
  const question = ask.slots.map((slot) => slot.name).join(' ');
  const article = bestArticle(question, await findArticles(question, room));
  if (!article) throw new HandOff('No article of the documentation answers this.');
  const title = flat(article.title.replace(/["“”]/g, "'"), 100);
  note(room, `Article read: ${title}`);
  const extract = extractOf(article);
  if (extract === '')
    throw new HandOff(`The article "${title}" has nothing that can be shown to an employee.`);
  const url = /^https?:\/\//.test(article.url ?? '') ? (article.url ?? '').slice(0, 2_000) : '';
  return answer(room, `From "${title}": ${extract}`, [{ title, url }]);
}

/** Matches questions and answers from the one article that is about them; never proposes a step. */
export const howDoI: Playbook = { id: 'how_do_i', label: 'An answer to a question', recognise, propose };
