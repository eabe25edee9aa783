/** A sign-in that was blocked: letting the Requester sign in again, after a look at who blocked it. */
import { ownSignInWords, passwordTrouble, secondFactor } from '../lexicon.ts';
import { HandOff, type Ask, type Found, type Playbook } from '../playbook.ts';
import type { Proposal } from '../port.ts';
import { workSignIn, yesNo } from '../questions.ts';
import { flat, need, note, question, read, requesterId, SignInState, who, type Room } from '../reading.ts';
import { isOwnSignIn } from '../slots.ts';
import { enableSignIn, getSignInState } from '../tools.ts';
import { troubleIn } from '../trouble.ts';

const own = [...ownSignInWords].sort((one, other) => other.length - one.length).join('|');
const off =
  '(?:locked|blocked|disabled|deactivated|suspended|frozen|inactive|inactivated|restricted|turned off|switched off|shut off|not enabled|not active|inaccessible)';
const whose = '(?:my|the|your|this|our|an|users?|that)';

const states: RegExp[] = [
  new RegExp(
    `\\b(?:remove|take|lift|clear|undo) (?:the|that|this) (?<off>block|lock|restriction)(?: away)?(?: off| on| from| of)? my (?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|login)\\b`,
  ),
  new RegExp(
    `\\b(?:switch|turn) (?:my|the) (?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|login) (?:back )?(?<off>on)\\b`,
  ),
  new RegExp(
    `\\b(?:get|need|want|have|like) my (?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|profile)(?: back)? (?<off>unlocked|unblocked|enabled|reenabled|reactivated)`,
  ),
  new RegExp(
    `(?:.*\\b${whose} |^)(?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|profile|signin|user|login)s?\\b(?: \\w+){0,3}? (?<off>${off})\\b`,
  ),
  new RegExp(
    `\\b\\w+ (?<off>${off}) (?:me out of )?my (?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|profile|access)\\b`,
  ),
  new RegExp(
    `\\b(?<off>unlock|unblock|unlocked|unblocked|enable|reenable|reactivate|reinstate|unsuspend|unfreeze|enabled|reactivated|reenabled)(?: back)? (?:${whose} )?(?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|profile|login)(?: back)?(?:$| (?:so|because|for me|as|i|in|to signin|today|if|on)\\b)`,
  ),
  new RegExp(
    `(?:^|, |\\b(?:says|saying|said|error|message) )(?<of>)(?<what>account|signin|user)(?: (?:is|was|has|been|got|gets|getting|as)){0,3} (?<off>${off})`,
  ),
  new RegExp(
    `\\bmy (?<of>(?:[\\w&+-]+ ){0,3})(?<what>account|signin|profile|login)\\b.* (?:needs? to be|be|needs?|get|getting|it|needing)(?: \\w+)? (?<off>unlocked|unblocked|reenabled|enabled|reactivated|unlocking|unblocking)`,
  ),
];
const fromSigningIn =
  /\bblocked from (?:signin|work)|\bsignin (?:is |was |has been |got )?(?:blocked|disabled)/;
const meOff =
  /\bi (?:am|have been|was|got|seem to be|appear to be) (?:blocked|disabled|deactivated|suspended|locked|frozen)$|\blet me (?:back )?(?:in|into)$|(?<!no)\blet me signin\b/;

const asksToBlock = new RegExp(
  `\\b(?:needs? to be|should be|must be|has to be|want|need|please|get|have) (?:my account |it |to be )?${off}`,
);

// What a directory says of an account; "blocked", "frozen" or "restricted" is also what a bank says.
const plainlyOurs = /^(?:un|re)?(?:locked|lock|locking|disabled|deactivated|enabled?|activated?|on)$/;

function recognise(clause: string): Found | null {
  const state = stateIn(clause);
  if (state) return state;
  if (fromSigningIn.test(clause)) return { slots: [], sure: true };
  const trouble = troubleIn(clause);
  if (trouble && trouble.how !== 'use' && isOwnSignIn(trouble.into)) {
    return { slots: [], sure: trouble.how === 'signin' || !isVague(trouble.into) };
  }
  return meOff.test(clause) ? { slots: [], sure: /signin/.test(clause) } : null;
}

function stateIn(clause: string): Found | null {
  for (const shape of states) {
    const groups = shape.exec(clause)?.groups;
    if (!groups || asksToBlock.test(clause)) continue;
    const of = (groups['of'] ?? '')
      .replace(/\b(?:is|was|my|own|user|the|that|your|a|an|says|and)\b/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (of !== '' && !ofOneself(of)) return null;
    return {
      slots: [],
      sure:
        of !== '' ||
        groups['what'] !== 'account' ||
        plainlyOurs.test(groups['off'] ?? '') ||
        /\bcannot signin\b/.test(clause),
    };
  }
  return null;
}

function ofOneself(words: string): boolean {
  return new RegExp(`^(?:${own})(?: (?:${own}))*$`).test(words);
}

// "I can't get in", "can't access my account": a door, a bank, anything.
function isVague(into: string): boolean {
  return /^(?:(?:to|into|my|the|it|in)(?: |$))*(?:account|it|that|this)?(?:$|,|\s?(?:with|for|since|because|on|from|today|as|this)\b)/.test(
    into,
  );
}

async function propose(ask: Ask, room: Room): Promise<Proposal> {
  need(room, enableSignIn, getSignInState);
  const userId = requesterId(room);
  const state = await read(room, getSignInState, { userId }, SignInState.nullable());
  if (!state) throw new HandOff(`The directory no longer holds ${who(room)}.`);
  const last = whenSaid(state.lastSignInAt);
  note(
    room,
    `Sign-in of ${who(room)} is ${state.enabled ? 'not blocked' : 'blocked'}. ${last ? `Last sign-in: ${last}.` : 'Last sign-in is unknown.'}`,
  );
  if (state.enabled) {
    throw new HandOff(
      'Cannot sign in although the sign-in is not blocked: most likely a wrong password, a lockout after failed tries, or a second factor. Passwords cannot be reset here.',
    );
  }
  note(room, blockedBy(state));
  if (state.synced)
    throw new HandOff(
      'The sign-in is blocked, and the account is synced from an on-premises directory: it must be enabled there.',
    );
  const words = room.input.messages.join(' ').toLowerCase();
  if (passwordTrouble.test(words) || secondFactor.test(words))
    throw new HandOff(
      'The sign-in is blocked, and the message also speaks of a password or a second factor.',
    );
  if (!ask.sure && !ask.confirmed) return question(room, workSignIn, yesNo);
  note(room, 'A block can be deliberate: check why before signing.');
  return {
    kind: 'steps',
    title: flat(`Let ${flat(room.input.requester.name, 80)} sign in again`, 200),
    diagnosis: room.diagnosis,
    done: 'You can sign in again. Give it a few minutes, then use your usual password; if it still fails, write to us again.',
    steps: [{ tool: enableSignIn, args: { userId }, origins: { userId: 'requester' } }],
  };
}

function blockedBy({ blockedBy: by, blockedAt }: SignInState): string {
  const at = whenSaid(blockedAt);
  if (by && at) return `Blocked by ${flat(by, 120)} on ${at}.`;
  if (by) return `Blocked by ${flat(by, 120)}; when is unknown.`;
  return at ? `Blocked on ${at}; by whom is unknown.` : 'Who blocked it and when is unknown.';
}

function whenSaid(iso: string | null | undefined): string | null {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return null;
  const day = at.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** Matches closed sign-ins and reads their state; proposes `m365.enable_sign_in` for the Requester alone. */
export const blockedSignIn: Playbook = {
  id: 'blocked_sign_in',
  label: 'My blocked sign-in',
  recognise,
  propose,
};
