/** What a message asks for, as playbooks see it clause by clause, and what speaks against acting on it. */
import { compromise, elsewhere, level, otherWork, passwordTrouble } from './lexicon.ts';
import { namesSomebodyElse, unclearForWhom, withSelf } from './others.ts';
import { type Ask, type Playbook, type Slot } from './playbook.ts';
import { playbooks } from './playbooks/index.ts';
import type { PlannerInput } from './port.ts';
import { clausesOf, longestClause, longestText, withoutMarkup } from './words.ts';

export interface Understood {
  asks: Ask[];
  /** Why nothing should be done by itself, in words for technicians; null when nothing speaks against it. */
  against: string | null;
  /** Nothing is asked: a greeting, thanks, or an empty message. */
  smallTalk: boolean;
  /** "for ..." may name a person or a purpose. */
  unclearForWhom: boolean;
}

type Requester = Pick<PlannerInput['requester'], 'name' | 'givenName' | 'mail'>;

const informational =
  /^(?:and |so |but |ok )*(?:why|when|who|what|which|how (?:many|much|long|often|come)|did|does|do|is|are|has|have|was|were|am|had|if|in case|suppose|imagine|unless)\b/;
const stillAsks =
  /^(?:why\b.*\b(?:cannot|locked|blocked|disabled|deactivated|denied|nolet)|(?:and |so |but )?(?:when|whenever|if|as soon as|once|every time) i (?:try|go|click|open|enter|attempt|signin|type|start)|who (?:do|can|should|could) |what do i (?:need|have) to do|what is the (?:way|process)|is (?:my|there)|did (?:you|someone)|has my|have i been|am i (?:locked|blocked))/;
const negated =
  /\b(?:do not|never|not to|no need to|please not|not want you to|not asking (?:you )?to|rather not|without) (?:\w+ ){0,2}?(?:add|give|grant|put|sign|signout|unlock|enable|unblock|reactivate|kick|want|get me|let me|set me)\b|\bnot (?:want|wish|like) (?:to )?(?:have|get|be|be given|be added|access)\b|\bnot (?:need|require|asking for|requesting)\b(?!.* to (?:do|reset))/;
const smallTalk =
  /^(?:(?:how are you|how is it going|how is everything|you there|are you (?:there|a bot|real|human|an ai)|is (?:anyone|anybody|someone) (?:there|here)|who are you|what are you|what(?: can you)? do|what do you do|what is your name|what can i ask(?: you)?|test|testing|ping|help(?: me)?|i need (?:some )?help|can you help(?: me)?|ok|okay|k|great|perfect|cool|nice|awesome|super|lovely|brilliant|sure|yes|no|bye|goodbye|see you|see ya|have a (?:nice|good|great) (?:day|weekend|evening|one)|that worked|it worked|works|it works|all good|all fixed|that is (?:all|great|perfect|it)|you are (?:great|the best|awesome)|doing today|today|what is up|sup|got it|will do|no worries|lol|haha|countersign|bot|there|team|question|i have a question|hello there|you|morning|evening|afternoon|good night)(?: (?:today|there|doing|you|bot))?[ ,]*)+$/;
const settled =
  /\b(?:is|it|all|that|everything|got|been|now|is all|been) (?:works|working|fine|fixed|sorted|resolved|solved|good)\b(?!.*\b(?:not|except|but)\b)/;

const tooLong = 'The message is too long to be sure what it asks.';

/** Reads a message. Pure: the same words are always understood alike. */
export function understand(text: string, requester: Requester): Understood {
  const own = withSelf(withoutMarkup(text), requester);
  const clauses = clausesOf(own);
  if (clauses.every((clause) => smallTalk.test(clause)))
    return { asks: [], against: null, smallTalk: true, unclearForWhom: false };
  const asks = merge(clauses.flatMap(asksIn));
  // One word is not yet a request: "printer", "helo".
  const oneWord = asks.length === 0 && clauses.join(' ').split(' ').length === 1;
  return {
    asks,
    against: text.length > longestText ? tooLong : against(asks, clauses, own),
    smallTalk: oneWord,
    unclearForWhom: asks.some(isWrite) && unclearForWhom(clauses),
  };
}

export function isWrite(ask: Ask): boolean {
  return ask.playbook !== 'how_do_i';
}

function asksIn(clause: string): Ask[] {
  const found = playbooks.flatMap((playbook) => recognised(playbook, clause));
  const leaving = found.filter((ask) => ask.playbook === 'remove_from_group');
  if (leaving.length > 0) return leaving;
  const writes = found.filter(isWrite);
  const blocked =
    negated.test(clause) || (informational.test(clause) && !stillAsks.test(clause)) || settled.test(clause);
  if (blocked) return found.filter((ask) => !isWrite(ask));
  const firm = writes.filter((ask) => ask.sure || ask.playbook !== 'access_to_app');
  // "someone disabled my account" may read as an app called by those words: the other playbooks say more.
  const others = firm.filter((ask) => ask.playbook !== 'access_to_app');
  if (others.length > 0) return others;
  if (firm.length > 0) return firm;
  const questions = found.filter((ask) => !isWrite(ask));
  return questions.length > 0 ? questions : writes;
}

function recognised(playbook: Playbook, clause: string): Ask[] {
  const found = playbook.recognise(clause);
  return found ? [{ ...found, playbook: playbook.id, clause, confirmed: false }] : [];
}

// One ask per playbook. A question beside a real ask is its context; a vague ask beside a sure one likewise.
function merge(all: Ask[]): Ask[] {
  const merged = new Map<string, Ask>();
  for (const ask of all) {
    const before = merged.get(ask.playbook);
    merged.set(ask.playbook, before ? together(before, ask) : ask);
  }
  const asks = [...merged.values()];
  const writes = asks.filter(isWrite);
  const sure = writes.filter((ask) => ask.sure);
  return sure.length > 0 ? sure : writes.length > 0 ? writes : asks;
}

function together(one: Ask, other: Ask): Ask {
  const slots = new Map<string, Slot>(
    // Of two alike the last stays, and that must be the surer one.
    [...slotsOf(one), ...slotsOf(other)]
      .sort((a, b) => Number(b.vague ?? false) - Number(a.vague ?? false))
      .map((slot) => [slot.name.replace(/\W/g, ''), slot]),
  );
  return {
    ...one,
    slots: [...slots.values()],
    sure: one.sure || other.sure,
    clause: `${one.clause}. ${other.clause}`,
  };
}

function slotsOf(ask: Ask): Slot[] {
  return ask.slots.map((slot) => ({ ...slot, vague: slot.vague || !ask.sure }));
}

function against(asks: Ask[], clauses: string[], text: string): string | null {
  if (clauses.some((clause) => clause.length >= longestClause)) return tooLong;
  const all = clauses.join('. ');
  const signsOut = asks.some((ask) => ask.playbook === 'sign_out_everywhere');
  const onlyAsksToKnow = asks.length > 0 && !asks.some(isWrite);
  if (!onlyAsksToKnow && namesSomebodyElse(clauses, text))
    return "It seems to be about somebody else's account. A person decides about those, unless the requester is that person's manager.";
  if (!signsOut && compromise.some((sign) => sign.test(all)))
    return 'Someone should look at this now: possible compromise or a lost device.';
  // An app or a group is found in the directory or not; its name may well speak of cards or payments.
  if (!asks.every(namesAGroup) && elsewhere.test(all)) return 'It does not seem to be about work IT.';
  if (asks.some((ask) => ask.playbook === 'access_to_app' && level.test(ask.clause)))
    return 'Asks for a level of rights that the name of a group does not tell.';
  if (
    passwordTrouble.test(all) &&
    !asks.some((ask) => ask.playbook === 'blocked_sign_in' || ask.playbook === 'how_do_i')
  )
    return 'Speaks of a password. Passwords cannot be reset here.';
  if (asks.some(isWrite) && clauses.some((clause) => asksMore(clause, asks)))
    return 'Asks for more than one thing, and only a part of it is known here.';
  return null;
}

function namesAGroup(ask: Ask): boolean {
  return ask.playbook === 'access_to_app' || ask.playbook === 'remove_from_group';
}

function asksMore(clause: string, asks: Ask[]): boolean {
  return otherWork.test(clause) && !asks.some((ask) => ask.clause.includes(clause));
}
