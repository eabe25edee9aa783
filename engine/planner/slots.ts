/** Filling slots from words: the thing somebody named, and short replies to our questions. */
import { ownSignInWords } from './lexicon.ts';
import type { Slot } from './playbook.ts';
import { typos, typosAllowed } from './words.ts';

/** What people do with an app: "access to answer tickets" names a purpose and no app. */
export const purposeVerbs =
  '(?:do|work|help|see|use|check|answer|start|be|handle|manage|finish|complete|view|run|log|get|reply|respond|process|look|open|close|update|track|follow|add|make|support|serve|create|edit|review|approve|test|learn|read|write|send)';
const tail = new RegExp(
  ` (?:${[
    'for|so|because|since|after|during|despite|even|says|saying|somehow|by|before|until|till|when|while|if|in order|with|via|using|which|that|who|starting|needed',
    'either|too|though|today|tomorrow|tonight|anymore|at all|yet|please|thanks|back|again|ever|as i|as it|as we|as soon',
    'on my|in my|from my|at my|over here|on this|from home|and i|and it|and also|and then|but|or something|or whatever|any ideas|i (?:am|have|need|was)',
    `to ${purposeVerbs}`,
    'this (?:morning|week|afternoon|month)|by (?:noon|friday|monday)|it (?:says|keeps|is|just)|and my',
  ].join('|')})\\b.*$`,
);
const head =
  /^(?:the|a|an|my|our|your|this|that|new|some|any|to|into|in|on|onto|of|from|for|at|company|work|is|be|being|called|named|use|using|user|having|own|tool called|app called|group called|list called) /;
const lead = /^(?:(?:the|that|this|a|an|my|our|to|into|in|on|onto|of|from|for|at|me) )+/;
const headNoun =
  /^(?:app|application|software|tool|program|system|platform|group|list|team|distribution list|mailing list) (?=\S)/;
const tailNoun =
  / (?:app|apps|application|applications|software|tool|system|platform|program|programme|site|website|portal|account|accounts|access|signin|licen[cs]e|seat|subscription|page|itself|user|permissions?|here|environment|instance|product)$/;
const tailGroup = / (?:groups?|list|team|dl|distribution|mailing|email|security|membership|channel list)$/;
const nothing =
  /^(?:access|an?|the|app|apps|application|applications|software|tool|tools|system|systems|something|stuff|things?|it|this|that|one|group|groups|list|lists|team|program|platform|account|signin|permissions?|licen[cs]e|me|my|new|some|more|help|them|these|those|everything|anything|few things|couple of things|some apps|certain app|few apps|website|site|different things|mailing|distribution|mailing list)?$/;

/** "the zendesk app for my new role" -> Zendesk's words; null when nothing is named. */
export function slotFrom(raw: string): Slot | null {
  const started = raw
    .trim()
    .replace(lead, '')
    .replace(/,? (?:help|help me|help out|sort|sort it|fix|fix it)$/, '');
  let name = ` ${started}`
    .replace(tail, '')
    .replace(/[.](?:\s.*)?$/, '')
    .trim();
  let asGroup = false;
  for (let before = ''; before !== name;) {
    before = name;
    name = name
      .replace(head, '')
      .replace(tailNoun, '')
      .replace(/^[-–:,]\s*|\s*[-–:,]$/g, '')
      .trim();
    if (tailGroup.test(name) || /^(?:group|list|team|distribution list|mailing list) \S/.test(name))
      asGroup = true;
    name = name.replace(tailGroup, '').replace(headNoun, '').trim();
  }
  if (name === '' || name.length > 80 || nothing.test(name)) return null;
  return { name, asGroup };
}

/** True for names of one's own work sign-in as a whole: "my laptop", "office 365". */
export function isOwnSignIn(raw: string): boolean {
  const name = ` ${raw}`
    .replace(tail, '')
    .replace(/^(?:\s*(?:to|into|in|on|onto|of|from|my|the|our|any of|all of|your|either))*(?=\s|$)/, '')
    .trim();
  return name.split(/\s*(?:,|\/|\bor\b|\band\b)\s*(?:my |the )?/).every((part) => {
    const bare = part.replace(/(?:^|\s+)(?:account|accounts|profile|signin)$/, '').trim();
    return bare === '' || ownSignInWords.includes(bare);
  });
}

const ordinals: [RegExp, number][] = [
  [/^(?:option |number |no |nr |choice |#)?1\b|\b(?:first|top|former)\b|^one$/, 0],
  [/^(?:option |number |no |nr |choice |#)?2\b|\bsecond\b|^two$/, 1],
  [/^(?:option |number |no |nr |choice |#)?3\b|\bthird\b|^three$/, 2],
  [/^(?:option |number |no |nr |choice |#)?4\b|\bfourth\b|^four$/, 3],
  [/^(?:option |number |no |nr |choice |#)?5\b|\bfifth\b|^five$/, 4],
];

/** Which of our choices a reply means: its words, its place, or a close spelling; null when unclear. */
export function pickChoice(reply: string, choices: string[]): string | null {
  const said = simple(reply);
  if (said === '') return null;
  const exact = choices.filter((choice) => simple(choice) === said);
  if (exact.length === 1) return exact[0]!;
  if (/\blast\b|\bbottom\b/.test(said) && choices.length > 0) return choices.at(-1)!;
  const place = said.split(' ').length <= 4 ? ordinals.find(([pattern]) => pattern.test(said)) : undefined;
  if (place) return choices[place[1]] ?? null;
  const within = choices.filter((choice) => ` ${said} `.includes(` ${simple(choice)} `));
  if (within.length === 1) return within[0]!;
  if (within.length > 1) return null;
  const around =
    said.length < 4 ? [] : choices.filter((choice) => ` ${simple(choice)} `.includes(` ${said} `));
  if (around.length === 1) return around[0]!;
  const close = choices.filter(
    (choice) => typos(simple(choice), said) <= typosAllowed(simple(choice).length),
  );
  return close.length === 1 ? close[0]! : null;
}

export function saysYes(reply: string): boolean {
  return /^(?:yes|yep|yeah|yup|ya|y|sure|ok|okay|correct|right|exactly|please do|do it|go ahead|that is it|that one|affirmative|indeed|of course|definitely|absolutely)\b(?!.*\b(?:but|not|no)\b)/.test(
    simple(reply),
  );
}

export function saysNo(reply: string): boolean {
  return /^(?:no|nope|nah|n|not|neither|none|something else|other|another|different)\b/.test(simple(reply));
}

/** They no longer want anything. */
export function saysNeverMind(reply: string): boolean {
  return /^(?:oh |ok |ah |actually |sorry )*(?:never ?mind|nvm|forget (?:it|that|about it)|cancel(?: (?:it|that|this|my request))?$|no longer needed|ignore (?:that|this|me)|do not bother|scratch that|it is fine|all good|leave it|stop)(?: .{0,40})?$/.test(
    simple(reply),
  );
}

function simple(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2019']/g, "'")
    .replace(/\bdon't\b/g, 'do not')
    .replace(/\bit's\b/g, 'it is')
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\b(?:please|thanks|thank you|the|just)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
