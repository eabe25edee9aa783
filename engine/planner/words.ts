/** From what people type to plain clauses that patterns can read: spelling, contractions, courtesy, markup. */
import { distance } from 'fastest-levenshtein';
import { ordinaryWords, vocabulary } from './lexicon.ts';

const known = new Set([...vocabulary, ...ordinaryWords]);
/** Longer messages and clauses are cut before they are read, so what they ask is not surely known. */
export const longestText = 4_000;
export const longestClause = 400;

/** Edits between two words, where two swapped neighbours ("acecss") count as one. */
export function typos(one: string, other: string): number {
  const plain = distance(one, other);
  if (plain !== 2 || one.length !== other.length) return plain;
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  return one[at] === other[at + 1] && one[at + 1] === other[at] ? 1 : plain;
}

/** How many typos a word of this length may hold and still surely be that word. */
export function typosAllowed(length: number): number {
  if (length < 5) return 0;
  return length < 9 ? 1 : 2;
}

function repair(word: string): string {
  if (word.length < 5 || known.has(word)) return word;
  let best = word;
  let least = Infinity;
  for (const candidate of vocabulary) {
    if (candidate[0] !== word[0]) continue;
    const count = typos(word, candidate);
    if (count <= typosAllowed(candidate.length) && count < least) [best, least] = [candidate, count];
  }
  return best;
}

/** Chat markup, links, quoted mail and signatures away; what the person wrote stays. */
export function withoutMarkup(text: string): string {
  return text
    .slice(0, longestText)
    .normalize('NFKC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2018\u2019\u02bc`´]/g, "'")
    .replace(/[\u201c\u201d"«»]/g, ' ')
    .replace(/[\u2013\u2014]/g, ' - ')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/<at>.*?<\/at>/gi, ' ')
    .replace(/<@[^>]*>/g, ' ')
    .replace(/<mailto:([^|>]+)[^>]*>/gi, ' $1 ')
    .replace(/<https?:[^|>]*\|([^>]*)>/gi, ' $1 ')
    .replace(/<?https?:\/\/\S+/gi, ' ')
    .replace(/(?<=^|\s):[a-z0-9_+-]+:/gi, ' ')
    .replace(/^\s*>.*$/gm, '')
    .replace(/\n--\s*\n[\s\S]*$/, '')
    .replace(/\n(?:sent from my|get outlook for|from:|on .{5,80} wrote:)[\s\S]*$/i, '')
    .replace(
      /(?:^|\n|[.!?,]\s+)(?:(?:many |kind |best |warm )?(?:thanks|regards|cheers|best|wishes|sincerely|thank you|thx|ty)(?: in advance| so much)?)[,.!\s]*\n[\s\S]{0,200}$/i,
      '\n',
    )
    .replace(/[*~]/g, ' ')
    .trim();
}

const spelledOut: [RegExp, string][] = [
  [/\b(?:can't|cant|can not|cannot|couldn't|couldnt|could not|carnt|can ?;t|cannt)\b/g, 'cannot'],
  [/\b(?:won't|wont)\b/g, 'will not'],
  [/\b(do|does|did|is|was|has|have|had|should|would|are)(?:n't|nt)\b/g, '$1 not'],
  [/\b(?:i'm|im)\b/g, 'i am'],
  [/\b(?:i've|ive)\b/g, 'i have'],
  [/\bi'd\b/g, 'i would'],
  [/\bi'll\b/g, 'i will'],
  [/\b(it|that|what|who|where|how|there|he|she)'s\b/g, '$1 is'],
  [/\b(we|they|you)'re\b/g, '$1 are'],
  [/\b(we|they|you)'ve\b/g, '$1 have'],
  [/'s been\b/g, ' has been'],
  [/\bcan no longer\b/g, 'cannot'],
  [/\b(?:gimme|gimmie)\b/g, 'give me'],
  [/\b(?:lemme)\b/g, 'let me'],
  [/\b(?:wanna)\b/g, 'want to'],
  [/\b(?:gotta)\b/g, 'need to'],
  [/\b(?:u|ya)\b/g, 'you'],
  [/\brm\b/g, 'remove'],
  [/\b(?:acct|acc)\b/g, 'account'],
  [/\b(?:pwd|passwd|pw)\b/g, 'password'],
  [/\be-mails?\b/g, 'email'],
  [/\b(?:nead|ned|neeed)\b/g, 'need'],
  [/\b(?:evrywhere|everwhere|every where)\b/g, 'everywhere'],
];

const sameMeaning: [RegExp, string][] = [
  [/\b(me|access|signin|login|permission) 2 (?=\p{L})/gu, '$1 to '],
  [/\bnothing (?:lets|allows) me(?: to)?\b/g, 'it nolet me'],
  [/\b(?:am|are|is|was|been|being|were)? ?(?:unable|not able|failing) to\b/g, ' cannot'],
  [/\b(?:struggling|struggle|having a hard time|fail|failed) to\b/g, ' cannot'],
  [
    /\b(?:have|having|had|got) (?:some |a )?(?:trouble|problems?|issues?|difficult(?:y|ies))(?: with| in)? (?=\w+ing\b)/g,
    'cannot ',
  ],
  [/\btrouble (?=(?:getting|signing|logging|accessing))/g, 'cannot '],
  [/\bno (?:luck|way) (?=(?:getting|signing|logging) )/g, 'cannot '],
  [/\bmind (?:signing|logging) me (?:out|off)\b/g, 'signout me'],
  [/\bmind (add|grant|unlock|unblock|kick)ing\b/g, '$1'],
  [/\bmind (giv|remov|tak|enabl)ing\b/g, '$1e'],
  [/\bmind (let|get|set|put)ting\b/g, '$1'],
  [/\b(?:log|sign)(?:ging|ning|ged|ned|ing|ed|s)? ?-?(?:in|on)(?:to)?s?\b/g, 'signin'],
  [/\b(?:log|sign) (me |myself |my account |my user )?(?:out|off)\b/g, 'signout $1'],
  [/\b(?:logout|signout|logoff|log-out|sign-out|log-off)\b/g, 'signout'],
  [/\b(?:logged|signed|logging|signing|logs|signs) (me |myself )?-?(?:out|off)\b/g, 'signedout'],
  [/\bcannot getting\b/g, 'cannot get'],
  [/\bcannot accessing\b/g, 'cannot access'],
  [/\bcannot opening\b/g, 'cannot open'],
  [/\b(?:will|does|is|would|did|do|are) not (?:let(?:ting)?|allow(?:ing)?) me(?: to)?\b/g, 'nolet me'],
  [
    /\b(?:refus\w+ to let|not letting|stopped letting|never lets|will no longer let) me(?: to)?\b/g,
    'nolet me',
  ],
  [/\bback in(?:to| to)\b/g, 'into'],
  [/\bin to\b/g, 'into'],
  [/\b(?:any more|any longer)\b/g, 'anymore'],
  [
    /\b(?:would like|would love|would appreciate|wish|am looking|was hoping|am hoping)(?: to have)?(?: for)?\b/g,
    'want',
  ],
  [/\bre-?(enable|activate|instate)\b/g, 're$1'],
];

const courtesy: RegExp[] = [
  /\b(?:hi|hello|hey|hiya|howdy|greetings|dear)(?: (?:there|all|team|guys|folks|support|it|it team|help ?desk|everyone|countersign))?\b/g,
  /\bgood (?:morning|afternoon|evening|day)\b/g,
  /\b(?:i )?hope (?:you are|all is|this finds you|you had|everyone is)[^.!?,\n]*/g,
  /\b(?:please+|pl+e*a*s+e*|pl+[sz]+|plx|kindly|pretty)\b/g,
  /\b(?:thanks|thank you|thx|ty|cheers|many thanks|much appreciated)\b(?: (?:so much|a lot|in advance|a million|very much|you))?/g,
  /\b(?:sorry|apologies)(?: (?:to|for) (?:bother|trouble|disturb|the)[^.!?,\n]*)?/g,
  /\b(?:as soon as possible|asap|urgent(?:ly)?|right away|immediately|right now|straight away|at your earliest convenience|when you (?:can|get a chance|have a (?:minute|moment|second)))\b/g,
  /\b(?:quick (?:one|question|ask|favou?r)|one more thing|by the way|btw|fyi|also|just|really|actually|basically|somehow|suddenly|all of a sudden|apparently|literally|currently|simply|kinda|still|again|anyway|well|now|um|uh|ok so|okay so|yo|man|mate)\b/g,
  /\b(?:can|could|would|will) (?:you|u|someone|somebody|anyone|the team|it|support|one of you) (?:guys )?(?:be able to |be so kind (?:as )?to |help me )?(?=\w)/g,
  /\b(?:is it|would it be|if it is|if it were) possible (?:to|for you to|that you)\b/g,
  /\b(?:i was|i am|was|am)? ?wondering (?:if|whether) (?:you|someone) (?:can|could|would|might)\b/g,
  /\bi was wondering (?:if|whether)\b/g,
  /\b(?:are you able to|do you think you could|any chance you (?:can|could)|i want you to|i need you to|i need someone to|would you|help me to|help me get(?= access))\b/g,
  /\bdo you (?=(?:give|add|grant|remove|take|put|let|get|set|enable|unlock|unblock|kick|signout) (?:me|my)\b)/g,
  /\bis (?:someone|somebody|anyone|anybody) able to\b/g,
  /\b(?:is there|any|is there any) (?:a |any )?(?:way|chance) (?:to|of|i can|i could|you can|you could)\b/g,
  /\bi (?:think|guess|believe|suppose|reckon)\b/g,
  /\b(?:my (?:manager|boss|lead|supervisor|team lead)(?: \w+)? (?:said|says|told me|asked me|wants me) (?:that )?(?:to )?)/g,
];

const nextAsk =
  '(?:i|please|can|could|would|my|it|add|give|grant|put|remove|take|sign|log|unlock|enable|unblock|kick|also|then|need|want|get me|let me|set me)';
const clauseEnd = new RegExp(
  `[.!?;]+(?=\\s|$)|\\n+|\\s-\\s|:\\s+(?=(?:i|my|can|could)\\b)|,\\s*(?:and |but |so |because |as |since |then |or )?(?=${nextAsk}\\b)|\\s(?:and|plus)\\s(?:also |then )?(?=${nextAsk}\\b)|\\s(?:but(?! (?:i |it )?(?:just |keep |keeps |only )*(?:get|getting|says?|shows?|gives) )|because|although|however)\\s`,
);

function applyAll(text: string, table: [RegExp, string][]): string {
  return table.reduce((result, [pattern, to]) => result.replace(pattern, to), text);
}

/** The message in lower-case clauses with words repaired and courtesy taken away; empty when only courtesy. */
export function clausesOf(text: string): string[] {
  const lower = applyAll(withoutMarkup(text).toLowerCase(), spelledOut).replace(/[a-z]{5,}/g, repair);
  return lower
    .split(clauseEnd)
    .filter((part): part is string => Boolean(part) && !/^\s*(?:thanks|thank you|thx) for\b/.test(part))
    .map((part) =>
      tidy(courtesy.reduce((rest, pattern) => rest.replace(pattern, ' '), applyAll(part, sameMeaning))),
    )
    .filter((part) => part !== '')
    .map((part) => part.slice(0, longestClause));
}

function tidy(text: string): string {
  return text
    .replace(/[()[\]{}|]/g, ' ')
    .replace(/[^\p{L}\p{N}'@&+/.#, _-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s,.'-]+|[\s,.'-]+$/g, '');
}
