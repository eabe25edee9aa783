/**
 * Hudu's articles for one company at a time. The API key sees every company, so the wall is here: whatever
 * Hudu answers, only articles of that company or for all get through. Passwords are never asked for.
 */
import { ConnectorError, type Article } from '../contract.ts';
import type { Http } from '../http.ts';
import { plainText } from './plain-text.ts';
import { ApiInfo, ArticleAnswer, ArticlesAnswer, type ArticleWire } from './schema.ts';

const PAGE_SIZE = 25;
/** Hudu cannot be asked for articles for all alone, so other companies' are paged past, up to here. */
const MOST_PAGES = 6;
const MOST_HITS = 10;
const MOST_WORDS = 4;
const LONGEST_TEXT = 20_000;
const LONGEST_QUESTION = 200;

/** Words that say nothing about which article is meant. */
const fillers = new Set(
  'the and for with how can you does what when where why who are was has have had not please help need want get got set use about from into this that there here will would could should our your his her its'.split(
    ' ',
  ),
);

export interface HuduApi {
  checkKey(): Promise<void>;
  /** At most 10, best first, without drafts and archived ones. */
  search(companyId: string, words: string, signal?: AbortSignal): Promise<Article[]>;
  /** `null` when there is none, or it is another company's, a draft or archived. */
  find(companyId: string, articleId: string, signal?: AbortSignal): Promise<Article | null>;
}

export function openHudu(http: Http, serverUrl: string): HuduApi {
  const shown = (wire: ArticleWire) => articleOf(wire, serverUrl);

  async function page(query: Record<string, string | number>, signal?: AbortSignal): Promise<ArticleWire[]> {
    const answer = await http.send('GET', 'articles', {
      query: { ...query, page_size: PAGE_SIZE },
      answer: ArticlesAnswer,
      signal,
    });
    return answer.articles;
  }

  async function hits(companyId: string, words: string, signal?: AbortSignal): Promise<ArticleWire[]> {
    const own = await page({ search: words, company_id: companyId, page: 1 }, signal);
    const found = new Map(own.map((wire) => [wire.id, wire]));
    for (let number = 1; number <= MOST_PAGES; number += 1) {
      const wires = await page({ search: words, page: number }, signal);
      for (const wire of wires) found.set(wire.id, wire);
      if (wires.length < PAGE_SIZE) break;
    }
    return [...found.values()].filter((wire) => isVisible(wire, companyId));
  }

  return {
    async checkKey() {
      await http.send('GET', 'api_info', { answer: ApiInfo });
    },
    async search(companyId, words, signal) {
      const company = numberOf(companyId);
      const question = words.trim().slice(0, LONGEST_QUESTION);
      if (question === '') return [];
      const whole = await hits(company, question, signal);
      if (whole.length > 0) return whole.slice(0, MOST_HITS).map(shown);
      const single = tellingWords(question);
      const perWord = await Promise.all(single.map((word) => hits(company, word, signal)));
      return byHits(perWord.flat()).slice(0, MOST_HITS).map(shown);
    },
    async find(companyId, articleId, signal) {
      const company = numberOf(companyId);
      const answer = await http.find(`articles/${encodeURIComponent(numberOf(articleId))}`, {
        answer: ArticleAnswer,
        signal,
      });
      const wire = answer?.article;
      return wire && isVisible(wire, company) ? shown(wire) : null;
    },
  };
}

function isVisible(wire: ArticleWire, companyId: string): boolean {
  if (wire.draft || wire.archived) return false;
  return wire.company_id === null || String(wire.company_id) === companyId;
}

/** Words worth a search of their own when the whole question finds nothing. */
function tellingWords(question: string): string[] {
  const words = question.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}-]{2,}/gu) ?? [];
  const telling = [...new Set(words)].filter((word) => !fillers.has(word));
  return telling.length === 1 && telling[0] === question.toLowerCase() ? [] : telling.slice(0, MOST_WORDS);
}

/** Those found by most of the words first. */
function byHits(found: ArticleWire[]): ArticleWire[] {
  const counts = new Map<number, { wire: ArticleWire; hits: number }>();
  for (const wire of found) counts.set(wire.id, { wire, hits: (counts.get(wire.id)?.hits ?? 0) + 1 });
  return [...counts.values()].sort((one, other) => other.hits - one.hits).map(({ wire }) => wire);
}

function articleOf(wire: ArticleWire, serverUrl: string): Article {
  const text = plainText(wire.content ?? '');
  return {
    id: String(wire.id),
    title: plainText(wire.name),
    text: text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`,
    url: linkOf(wire.url ?? '', serverUrl),
  };
}

/** Hudu gives a path or a whole address; anything but http(s) becomes the server's own address. */
function linkOf(url: string, serverUrl: string): string {
  const link = URL.parse(url, serverUrl);
  return link && /^https?:$/.test(link.protocol) ? link.href : serverUrl;
}

function numberOf(id: string): string {
  if (!/^\d{1,15}$/.test(id)) throw new ConnectorError('rejected', 'Hudu ids are numbers');
  return id;
}
