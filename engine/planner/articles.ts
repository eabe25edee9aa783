/** Reading the documentation for a person: which article fits a question, and what of it may be shown. */
import { z } from 'zod';
import { words } from './groups.ts';
import { Article, flat, has, note, read, type Room } from './reading.ts';
import { searchArticles } from './tools.ts';
import { typos, typosAllowed } from './words.ts';

const longestExtract = 600;
const mostSearches = 3;
const empty = new Set(
  (
    'a an and are as at be by can could do does for from get gets go have help how i if in into is it me my need of on or our please ' +
    'set setup should show steps tell that the their them there this to up use using want was we what when where which who why will with would you your way ' +
    'work working guide instructions instruction article documentation doc explain find start account new process procedure policy out cannot not about know ' +
    'any some setting works much very home connect configure install make change company computer laptop phone app'
  ).split(' '),
);
const instead: Record<string, string> = {
  onboarding: 'starter',
  joiner: 'starter',
  hire: 'starter',
  offboarding: 'leaver',
  offboard: 'leaver',
  leaving: 'leaver',
  leavers: 'leaver',
  starters: 'starter',
  lockouts: 'lockout',
  lockout: 'lockout',
};

/** The words that carry a question, for searching: without those that every question has. */
export function contentWords(text: string): string[] {
  const carried = words(text).map((word) => instead[word] ?? word);
  return [...new Set(carried.filter((word) => word.length > 1 && !empty.has(word)))];
}

/** Articles that hold a content word of the question; each word is searched by itself, for few sites search loosely. */
export async function findArticles(question: string, room: Room): Promise<Article[]> {
  const found = new Map<string, Article>();
  for (const query of contentWords(question).slice(0, mostSearches)) {
    for (const article of await read(room, searchArticles, { query }, z.array(Article)))
      found.set(String(article.id), article);
  }
  return [...found.values()];
}

/** The one article that a question is about, or null when none is, or two are alike. */
export function bestArticle(question: string, articles: Article[]): Article | null {
  const asked = contentWords(question);
  const fits = articles
    .map((article) => ({ article, score: fit(asked, article) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score);
  const [first, second] = fits;
  return first && (!second || second.score < first.score) ? first.article : null;
}

// The question must hold every telling word of the title, and the article most of the question's.
function fit(asked: string[], article: Article): number {
  const title = contentWords(article.title);
  if (asked.length === 0 || title.length === 0) return 0;
  const holds = (list: string[], word: string) =>
    list.some((one) => one === word || typos(one, word) <= typosAllowed(word.length));
  if (!title.every((word) => holds(asked, word))) return 0;
  const body = [...title, ...contentWords(article.text)];
  const covered = asked.filter((word) => holds(body, word)).length / asked.length;
  return covered >= 0.5 ? title.length + covered : 0;
}

/** Names the articles about these things for technicians. What they say is never acted on. */
export async function noteArticles(room: Room, names: string[]): Promise<void> {
  if (!has(room, searchArticles)) return;
  for (const name of names) {
    room.hands.signal.throwIfAborted();
    const answer = await room.hands.read(searchArticles, { query: name.slice(0, 100) });
    const articles = answer.ok ? z.array(Article).safeParse(answer.result) : null;
    if (!articles?.success) {
      note(room, `Documentation about ${name} could not be read.`);
      continue;
    }
    const about = articles.data.filter((article) =>
      words(name).every((word) => words(article.title).includes(word)),
    );
    for (const article of about.slice(0, 2)) note(room, `Article read: ${flat(article.title, 200)}`);
  }
}

const secret =
  /\b(?:pass(?:word|code|phrase|wd)?s?|pwd|pin|secrets?|api[- ]?keys?|token|(?:pre-?)?shared key|psk|licen[cs]e key|recovery key|product key|credentials?|key)\b[^.]{0,30}?(?:\bis\b|\bare\b|:|=)\s*\S/i;
const secretLooking =
  /(?=\S*\d)(?=\S*[A-Za-z])(?=\S*(?:[A-Z]\S*[a-z]|[a-z]\S*[A-Z]|[!#$%^&*?@]))[\w!#$%^&*?@~+/=-]{8,}|\b[A-Fa-f0-9]{20,}\b|\b[A-Za-z0-9+/]{32,}={0,2}/;
const toMachines =
  /\b(?:ignore|disregard|override|forget|bypass)\b.*\b(?:rules?|instructions?|polic(?:y|ies)|prompts?|previous|above|safety)\b|\b(?:system prompt|as an ai|you are an? (?:ai|assistant|agent|bot)|assistant:|<\/?\w+>)/i;

/** The first plain sentences, without links, markup, or anything that looks like a secret or an order to a machine. */
export function extractOf(article: Article, most: number = longestExtract): string {
  const text = article.text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>/g, ' ')
    .replace(/(?:https?:\/\/|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\/\S*/gi, 'the link in the article')
    .replace(/^[#>*\s-]+/gm, '')
    .replace(/[*_`]{1,3}/g, '');
  const sentences = text.split(/(?<=[.!?])\s+|\n+/).map((sentence) => flat(sentence, longestExtract));
  const shown: string[] = [];
  for (const sentence of sentences) {
    if (sentence === '' || secret.test(sentence) || secretLooking.test(sentence) || toMachines.test(sentence))
      continue;
    if ([...shown, sentence].join(' ').length > most) break;
    shown.push(/[.!?:]$/.test(sentence) ? sentence : `${sentence}.`);
  }
  return shown.join(' ').slice(0, most);
}
