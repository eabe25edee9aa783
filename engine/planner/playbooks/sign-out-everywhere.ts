/** Ending every session of the Requester. */
import { compromise } from '../lexicon.ts';
import type { Ask, Found, Playbook } from '../playbook.ts';
import type { Proposal } from '../port.ts';
import { signOutNow, yesNo } from '../questions.ts';
import { flat, need, note, question, requesterId, who, type Room } from '../reading.ts';
import { revokeSessions } from '../tools.ts';

const places =
  '(?:devices?|sessions?|phones?|computers?|laptops?|browsers?|signins?|places?|machines?|gadgets?|locations?|apps?|tablets?|pcs?)';
const every = '(?:everywhere|everything|all|every|each|any|other|others|rest)';

const clear: RegExp[] = [
  new RegExp(
    `\\b(?:want|need|have|get|like) (?:all|every|any)(?: of)?(?: my| the)?(?: other)? ${places} (?:to be )?signedout\\b`,
  ),
  /\b(?:want|need|have|get|like) (?:all|every|any)(?: of)?(?: my| the)?(?: \w+)? sessions? (?:closed|ended|killed|revoked|terminated|cancelled)\b/,
  new RegExp(`\\bsignout\\b.*\\b${every}\\b`),
  new RegExp(
    `\\b(?:kick|boot|throw|force|drop|disconnect|cut|chuck|push|sign|log|get|bounce|eject|shut) (?:out |off )?(?:of )?(?:my |the |these |those )?(?:all|every|everything|everyone|everybody|any|anyone|other|others) (?:(?:my|the|of|else|other|those|these) )*(?:\\w+ )?(?:${places}|out|off)\\b`,
  ),
  new RegExp(
    `\\b(?:kick|boot|disconnect|bounce|eject|throw|force) (?:off |out )?(?:all|every|everything|everyone|everybody)(?: of)? (?:my )?(?:\\w+ )?${places}\\b`,
  ),
  new RegExp(
    `\\b(?:kick|boot|throw|get|bounce|lock|force) (?:everyone|everybody|anyone|anybody|others)(?: else)? (?:out|off)(?: of)? my (?:\\w+ )?account\\b`,
  ),
  new RegExp(
    `\\b(?:end|kill|close|terminate|revoke|reset|invalidate|cancel|stop|expire|clear|drop|kick|finish) (?:(?:all|every|each|any|of|my|the|active|open|other|current|existing|work|office|microsoft|m365|365|signed) )+(?:in )?(?:sessions?|tokens?|signins?)\\b`,
  ),
  new RegExp(
    `\\b(?:want|need|get|make sure|like|have|be|got|getting)(?: to)?(?: be| me| i am| i)* signedout\\b.*\\b${every}\\b`,
  ),
];
const vague =
  /^signout(?: me)?(?: (?:of|from|on|out of))?(?: (?:my|the|that|this|old|lost|other|work|stolen|previous|account|phone|laptop|computer|device|pc|tablet|ipad|office|microsoft|365|email|outlook|teams))*$/;
const denied =
  /\b(?:do not|never|not to|without|stop|instead of|not want to be|keeps?|kept|why|got|was|were|been|hate|avoid) (?:\w+ ){0,2}(?:signout|signedout|kick|revoke|end|disconnect)\w*/;

const otherThings =
  /\b(?:bluetooth|usb|audio|smart|speakers?|headphones|monitors?|meetings?|tabs?|calls?|training|therapy|integrations?|api)\b/;

function recognise(clause: string): Found | null {
  if (denied.test(clause) || otherThings.test(clause)) return null;
  const howTo = /\bhow (?:do|can|to|would|should|does)\b|\bcan i\b|\bwhere (?:do|can)\b/.test(clause);
  if (clear.some((shape) => shape.test(clause))) return { slots: [], sure: !howTo, howTo };
  return vague.test(clause) ? { slots: [], sure: false } : null;
}

async function propose(ask: Ask, room: Room): Promise<Proposal> {
  need(room, revokeSessions);
  const userId = requesterId(room);
  const text = room.input.messages.join(' ').toLowerCase();
  note(room, `${who(room)} asks to be signed out on all devices.`);
  if (compromise.some((sign) => sign.test(text)))
    note(room, 'Someone should look at this: possible compromise.');
  if (!ask.sure && !ask.confirmed) return question(room, signOutNow, yesNo);
  return {
    kind: 'steps',
    title: flat(`Sign ${flat(room.input.requester.name, 80)} out everywhere`, 200),
    diagnosis: room.diagnosis,
    done: "You're signed out everywhere. Sign in again with your password; some apps may take up to an hour to ask for it.",
    steps: [{ tool: revokeSessions, args: { userId }, origins: { userId: 'requester' } }],
  };
}

/** Matches asks to end sessions; proposes `m365.revoke_sessions` for the Requester alone. */
export const signOutEverywhere: Playbook = {
  id: 'sign_out_everywhere',
  label: 'Signing out everywhere',
  recognise,
  propose,
};
