/** Access to an app or a group, by membership of the one group that gives it. */
import { z } from 'zod';
import { noteArticles } from '../articles.ts';
import { appIfNamed, appNames, appsNamedIn, chooseGroups, refuseBlocked } from '../choose-group.ts';
import { isApp, joinNames, shortName } from '../groups.ts';
import type { Ask, Found, Playbook, Slot } from '../playbook.ts';
import type { Proposal } from '../port.ts';
import { whichApp } from '../questions.ts';
import {
  answer,
  flat,
  Membership,
  need,
  note,
  question,
  read,
  requesterId,
  who,
  type Group,
  type Room,
} from '../reading.ts';
import { isOwnSignIn, purposeVerbs, slotFrom } from '../slots.ts';
import { addMember, listUserGroups, searchGroups } from '../tools.ts';
import { troubleIn, type Trouble } from '../trouble.ts';

const noun = '(?:access|permissions?|rights|signin|licen[cs]es?|seat|account|entry|subscription)';
const plainLead = '(?:(?:a|an|my|the|some|any|new|own|have|get|got|be|given|granted|me|to|with|us|up) )*';

const nouns: RegExp[] = [
  new RegExp(
    `\\b(?:need|want|require|get|getting|give me|grant me|issue me|provision me|assign me|sort me out with|provide|provide me|arrange|sort|sort out|approve|organi[sz]e|missing|request|requesting|order|create|have|without|lost|no|not have|for|with) ${plainLead}(?<x>[\\w.&+'-]+(?: [\\w.&+'-]+){0,3}?) ${noun}\\b(?! (?:to|on|in|into) (?!${purposeVerbs}\\b))`,
  ),
  new RegExp(`\\b${noun} (?:to|for|on|in|into|at|with)\\b(?! ${purposeVerbs}\\b)(?<x>.+)$`),
  /\b(?:grant|request|need|give me|provide) (?:me )?access (?<x>[\w.&+'-]+)$/,
];
const wishes: RegExp[] = [
  new RegExp(
    `\\b(?:add|put|get|include|enrol|enroll|invite|join|sign|set|bring|let|assign|connect|onboard|provision|hook|stick|pop|chuck|sort) (?:me|myself|my account|my user|my name)(?: as a member| up| back| out)? (?:to|in|into|on|onto|with|for|of|as a member of|through to)\\b(?<x>.+)$`,
  ),
  /\b(?:be|get|getting|me|want|need|have me) (?:added|put|included|enrolled|invited|adding|assigned|set up|setup)(?: back)? (?:to|in|into|on|onto)\b(?<x>.+)$/,
  /\b(?:want|need|like|how (?:do|can) i|can i|could i|may i|should|let me) (?:to )?(?:join|be (?:in|on|part of|a member of)|become (?:a member|part) of)\b(?<x>.+)$/,
  /\b(?:enable|activate|open up|open|set up|setup|turn on|switch on|provision) (?<x>.+?)(?: up)? for me\b/,
  /\b(?:can|could|may|might) i (?:get|be let|come)(?: back)? (?:into|in|on|onto)\b(?<x>.+)$/,
];
const wanting =
  /\b(?:need|needed|want|require|arrange|approve|had|not got|get|getting|give|given|granted|grant|request|requesting|ask|asking|missing|lost|like|provide|set up|setup|set me up|sort me out|sort|provision|issue|assign|create|order|add|no|without|lack|lacking|(?:can|could|may|should|please|to|do not|not|did not)(?: i)? have|who (?:do|can) i|how (?:do|can|to))\b|^(?:access|permissions?|rights|licen[cs]e) /;
// Words that no name begins with: the pattern caught a piece of a sentence.
const sentence =
  /^(?:to|be|is|are|was|get|have|do|does|help|know|how|not|no|lost|up|out|need|want|require|request|give|grant|can|could|cannot|add|ask|why|when|who|what|my account|account|nothing|off|still|i|you|it|of)\b/;
const bare = new RegExp(
  `^(?:for |about )?(?<x>[\\w.&+'-]+(?: [\\w.&+'-]+){0,2}?) (?:access|signin|licen[cs]e|account|seat|permissions?)(?: (?:request|requested|needed|required|missing|denied|(?:is|has|have|was|got|went) (?:missing|gone|disappeared|vanished|lost)))?(?: for me)?$`,
);
const noSlot =
  /\b(?:need|want|get|have|request|require|give me|grant me|missing|no|lost)\b.*\b(?:access|permissions?)\b(?: (?:to|for) (?:an? |some |the |my |this |another |one of our )?(?:new )?(?:apps?|applications?|something|software|tools?|systems?|programs?|group|thing))?$|\b(?:add|put) me (?:to|in) (?:a|an|the|some) (?:group|list|app|team)$/;
const refused: RegExp[] = [
  /\b(?:open|opening|use|using|access|accessing|signin to|start|starting|load|loading|click|clicking on|visit|launch)(?<x> .+?),? (?:but|and|then)? ?(?:i |it |just |keep |keeps |only )*(?:get|getting|says?|shows?|gives|see|receive|tells?|is telling)\b.*\b(?:access (?:is )?denied|permission denied|not authori[sz]ed|no (?:access|permission)|not have (?:access|permission)|not allowed)\b/,
  /^(?<x>[\w .&+'-]+?)(?: (?:will|does|is|would) not \w+,?)?(?: and| it| just)* (?:says?|said|tells me|told me|shows?|gives me|keeps saying|keeps telling me|is telling me|is saying)\b.*\b(?:not have (?:access|permission|a licen[cs]e|rights)|no (?:access|permission|licen[cs]e)|need (?:access|permission|a licen[cs]e)|access (?:is )?denied|permission denied|not authori[sz]ed|unauthori[sz]ed|not allowed)\b/,
  /\b(?:access (?:is )?denied|permission denied|denied access|not authori[sz]ed|no permission|not allowed)(?: (?:to|on|in|for|when|trying|while|opening|from|by|with|at|i|try|open|access|use|signin|get|into))*(?<x> .+)$/,
];
const plainNeed =
  /\b(?:need|want|require|missing|do not have|not got|lack)(?: to be able)?(?: to (?:use|have|be on|get on|get onto|get into|get in|work in|work with|signin))?\b(?! to\b)(?<x>.+)$|\b(?:give|get) me(?<x2> .+)$/;

function recognise(clause: string): Found | null {
  const wish = firstSlot(clause, wishes);
  if (wish) return { slots: [wish], sure: true };
  const denied = firstSlot(clause, refused);
  if (denied) return isOwnSignIn(denied.name) ? null : { slots: [denied], sure: true };
  const trouble = troubleIn(clause);
  if (trouble) return byTrouble(trouble);
  const noun = wanting.test(clause) ? firstSlot(clause, nouns) : null;
  if (noun)
    return isOwnSignIn(noun.name) && /\baccount\b/.test(clause) ? null : { slots: [noun], sure: true };
  const named = bare.exec(clause)?.groups?.['x'] ?? '';
  const slot = isOwnSignIn(named) || sentence.test(named) ? null : slotFrom(named);
  if (slot) return { slots: [slot], sure: true };
  return noSlot.test(clause) ? { slots: [], sure: true } : plainly(clause);
}

function byTrouble({ into, how }: Trouble): Found | null {
  const slot = isOwnSignIn(into) ? null : slotFrom(into);
  return slot ? { slots: [slot], sure: how !== 'use' } : null;
}

function firstSlot(clause: string, shapes: RegExp[]): Slot | null {
  for (const shape of shapes) {
    const named = shape.exec(clause)?.groups?.['x'];
    const slot = named === undefined ? null : slotFrom(named);
    if (slot && !sentence.test(slot.name)) return slot;
  }
  return null;
}

function plainly(clause: string): Found | null {
  const groups = plainNeed.exec(clause)?.groups;
  const slot = slotFrom(groups?.['x'] ?? groups?.['x2'] ?? '');
  return slot && slot.name.split(' ').length <= 3 && !isOwnSignIn(slot.name)
    ? { slots: [slot], sure: false }
    : null;
}

async function propose(ask: Ask, room: Room): Promise<Proposal> {
  need(room, addMember, searchGroups, listUserGroups);
  const userId = requesterId(room);
  const slots = ask.slots.length > 0 ? ask.slots : await appsNamedIn(ask.clause, room);
  // Two apps named where none was asked for by name: they may only be mentioned.
  if (ask.slots.length === 0 && slots.length > 1) return question(room, whichApp, await appNames(room));
  const chosen: Group[] = [];
  for (const slot of slots) {
    const aside = ask.sure && slot.vague === true;
    const choice = aside ? await appIfNamed(slot, room) : await chooseGroups(slot, ask.sure, room);
    if ('proposal' in choice) return choice.proposal;
    chosen.push(...choice.groups);
  }
  if (chosen.length === 0) return question(room, whichApp, await appNames(room));
  return give(room, userId, [...new Map(chosen.map((group) => [group.id, group])).values()]);
}

async function give(room: Room, userId: string, groups: Group[]): Promise<Proposal> {
  const mine = await read(room, listUserGroups, { userId }, z.array(Membership));
  const missing = groups.filter((group) => !mine.some((one) => one.id === group.id));
  noteMemberships(room, mine, groups);
  await noteArticles(room, groups.map(shortName));
  const names = joinNames((missing.length > 0 ? missing : groups).map(shortName));
  const apps = groups.every(isApp);
  if (missing.length === 0) return answer(room, already(names, apps));
  for (const group of missing) refuseBlocked(group);
  const person = flat(room.input.requester.name, 80);
  const done = apps ? `You have ${names} access.` : `You're in ${names} now.`;
  return {
    kind: 'steps',
    title: flat(apps ? `Give ${person} access to ${names}` : `Add ${person} to ${names}`, 200),
    diagnosis: room.diagnosis,
    done: `${done} It may take 15 minutes; sign out and in once.`,
    steps: missing.map((group) => ({
      tool: addMember,
      args: { userId, groupId: group.id },
      origins: { userId: 'requester', groupId: 'directory' },
    })),
  };
}

function already(names: string, apps: boolean): string {
  const so = apps ? `You already have ${names} access.` : `You're already in ${names}.`;
  return `${so} Sign out and in once; if it still doesn't work, write to us again and a person will look at it.`;
}

function noteMemberships(room: Room, mine: Membership[], groups: Group[]): void {
  const listed =
    mine.length === 0
      ? 'no groups'
      : `${mine.length} ${mine.length === 1 ? 'group' : 'groups'}: ${joinNames(mine.map((one) => flat(one.name, 60)).slice(0, 5))}${mine.length > 5 ? ' and more' : ''}`;
  const outside = groups.filter((group) => !mine.some((one) => one.id === group.id));
  const rest = outside.length > 0 ? `; not in ${joinNames(outside.map((group) => group.name))}` : '';
  note(room, `${who(room)} is in ${listed}${rest}.`);
}

/** Matches asks for access and reads who is in what; proposes `m365.add_group_member` for the Requester alone. */
export const accessToApp: Playbook = {
  id: 'access_to_app',
  label: 'Access to an app or group',
  recognise,
  propose,
};
