/** Whether a message asks something for, or about the account of, anybody but the one who writes it. */

const self =
  'me|myself|my|mine|i|the|a|an|this|that|it|access|account|signin|up|out|off|in|into|back|all|every|everything|any|other|some|you|to|on|for|there|here|please|away|care|down|over';
const things =
  'i|it|this|that|account|signin|profile|system|computer|laptop|pc|phone|outlook|teams|email|windows|office|app|site|website|page|screen|portal|which|there|what|who|message|error|access|everything|something|nothing|user|device|session|password|vpn|internet|wifi|network|cannot|but|and|so|now|then|still|nolet|get|been|am|have|was|why|how|when|if|or|also|since|after|because|everyone|everybody|someone|somebody|people|others';
const people =
  '(?:new )?(?:colleague|coworker|co-worker|co worker|teammate|team mate|boss|manager|assistant|intern|starter|hire|joiner|employee|guy|girl|person|contractor|temp|director|ceo|wife|husband|son|daughter|kid|kids|mum|mom|dad|friend|partner|client|customer|staff|member|members|report|reports|team|department|group of us)';

const signs: RegExp[] = [
  /\b(?:he|she|they) (?:need|cannot|want|is|are|has|have|should|require|get|got|was|were|nolet|do|does|can|could)/,
  /\b(?:him|them|his|their)\b/,
  /\bher\b(?! e)/,
  /\b(?:for|let|give|get|add|put|remove|sign|help|unlock|invite) (?:us|everyone|everybody|all of us|anyone|people|users)\b/,
  /\beach of us\b|\bboth of us\b|\ball of us\b|\bus (?:all|both)\b|\band i (?:need|cannot|want|both|are)\b/,
  /\bwe (?:all |both |\w+ )?(?:need|cannot|want|require|are locked|have been locked|nolet)\b/,
  /\bon behalf of\b|\bin (?:the|his|her) name of\b/,
  /\b(?:everyone|everybody|all users|all staff|every user|the (?:whole|entire) (?:team|company|department))\b(?! (?:else|out|off|except|but))/,
  /\b(?:same|copy|mirror|match|clone)\b.*\b(?:access|rights|permissions|groups|setup|as)\b.*\b(?:as|of|like|to|from)\b/,
  new RegExp(
    `\\bfor (?:my|our|the|a|one of (?:my|our|the)|another) ${people}(?=$|[,.]| (?:who|and|needs?|as|that|too|in|on|at|\\w+ing)\\b)`,
  ),
  new RegExp(
    `\\b(?:my|our|the|a|one of (?:my|our|the)) ${people}(?: \\w+){0,2} (?:cannot|needs?|is|has|wants?|requires?|was|got|and i)\\b`,
  ),
  new RegExp(`\\b(?:a|my|our) ${people}(?:'s|s')? (?:account|access|signin|laptop|computer|password)\\b`),
  new RegExp(
    `\\b(?:add|put|remove|take|invite|let|drop|move|assign) (?!(?:${self})\\b)[\\w'.-]+(?: [\\w'.-]+){0,2} (?:to|from|off|in|into|on|onto|out|as)\\b(?! my\\b| me\\b)`,
  ),
  new RegExp(
    `\\b(?:give|grant|provide) (?!(?:${self})\\b)[\\w'.-]+(?: [\\w'.-]+){0,2} access (?:to|for|on)\\b`,
  ),
  new RegExp(
    `\\b(?!.* for me\\b)(?:unlock|unblock|enable|reenable|reactivate|signout|sign|kick|log) (?!(?:${self}|windows|office|work|company|microsoft|of|from|everywhere|everyone|everybody|others|another|computer|sessions?|devices?|email|user|anyone|someone|outlook|teams|for|at|on|with|by|when|there|before|after|properly)\\b)[\\w'.-]+(?:$| (?!account|signin))`,
  ),
  new RegExp(
    `^(?!(?:${things}|my|the|your|our|in|when|if|since|because|after|every|each|not|no|need|want|please|ok|yes)\\b)[\\w'-]+(?: (?!(?:${things})\\b)[\\w'-]+)? (?:cannot|needs|wants|requires|(?:is|has been|was|got|keeps getting) (?:locked|blocked|disabled|suspended)|should (?:have|be|get))\\b`,
  ),
  /\b(?:can|could|may|should|does|will|would|did) (?!(?:i|you|we|it|this|that|there|my|someone|somebody|anyone|the|a|not|have|be|any|give|grant|add|help|sort|put|set|sign|let|unlock|get|please|need|want|like|love|no|never|still|also|appreciate)\b)[\w'-]+(?: (?!you|i)[\w'-]+)? (?:get|have|be|access|join|signin)\b/,
  /\b(?!(?:it|that|this|what|who|where|how|there|here|today|tomorrow|yesterday|let|everyone|company|week|month|year)')[a-z]{2,}(?:'s|s') (?:\w+ )?(?:account|access|signin|password|laptop|computer|mailbox|profile|user|email|devices?|sessions?|phone|groups?|membership)\b/,
  /\b(?:account|signin|profile|user|sessions?|devices?|access)(?: \w+)? (?:of|belonging to) (?!(?:mine|my|the|me|all|our)\b)/,
];

const purposes =
  /^(?:me|myself|my|work|the|a|an|this|our|your|that|these|those|today|tomorrow|now|next|some|all|any|it|doing|using|\w+ing)\b|\b(?:customer|customers|client|clients|support|sales|tickets?|work|training|project|projects|role|job|task|tasks|reporting|reports|marketing|hr|accounting|invoices|orders|onboarding|review|meeting|demo|deadline|business|access|week|month|quarter|day|days|hours?|weeks|months|monday|tuesday|wednesday|thursday|friday|purposes|reasons|deals|leads|accounts|salesforce)\b/;

const mailAddress = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}/gu;

/** The text with the writer's own full name and mail read as themselves: "Maya Lopez needs" is "I need". */
export function withSelf(
  text: string,
  { name, givenName, mail }: { name: string; givenName: string; mail: string | null },
): string {
  const unsigned = withoutSignature(text, givenName);
  const spoken = mail ? unsigned.replace(new RegExp(literal(mail), 'gi'), ' ') : unsigned;
  const full = literal(name.trim()).replace(/\s+/g, '\\s+');
  if (!full.includes('\\s+')) return spoken;
  return spoken
    .replace(new RegExp(`\\b${full}\\s+(need|want|require)s\\b`, 'gi'), 'I $1')
    .replace(new RegExp(`\\b${full}\\s+(?=(?:is|has|cannot|can't|cant|can not)\\b)`, 'gi'), 'I ')
    .replace(new RegExp(`\\b${full}['\u2019]s\\b`, 'gi'), 'my')
    .replace(new RegExp(`\\b${full}\\b`, 'gi'), 'me');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// "..., Maya" at the very end is a signature.
function withoutSignature(text: string, givenName: string): string {
  const name = givenName.trim();
  return name === '' ? text : text.replace(new RegExp(`[,.!?\\n-]+\\s*${literal(name)}[\\s.!]*$`, 'i'), '');
}

/** True when a clause or a mail address in the text points to somebody else. */
export function namesSomebodyElse(clauses: string[], text: string): boolean {
  if ((text.match(mailAddress) ?? []).length > 0) return true;
  return clauses.some(
    (clause) => signs.some((sign) => sign.test(clause)) || namedAfterFor(clause) === 'person',
  );
}

/** True when "for ..." may be a person or a purpose: worth one question. */
export function unclearForWhom(clauses: string[]): boolean {
  return clauses.some((clause) => namedAfterFor(clause) === 'unclear');
}

function namedAfterFor(clause: string): 'person' | 'unclear' | 'none' {
  const match =
    /\b(?:access|signin|licen[cs]e|seat|account|group|list|add|need|unlock|unblock|signout)\b.* for ([\w'-]+(?: [\w'-]+)?)$/.exec(
      clause,
    );
  const who = match?.[1] ?? '';
  if (who === '' || purposes.test(who)) return 'none';
  if (/^(?:him|her|them|us|everyone|everybody)\b/.test(who)) return 'person';
  // "access for zendesk": right after a bare noun of access stands the app, not a person.
  const bare =
    /\b(?:need|get|want|have|request|an?|the|some|me|grant|give|new) (?:access|signin|licen[cs]e|seat|account|permissions?|rights) for [\w' -]+$/;
  return bare.test(clause) || /^(?:access|account|licen[cs]e|signin) for /.test(clause) ? 'none' : 'unclear';
}
