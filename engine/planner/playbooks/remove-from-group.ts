/** Leaving a group or giving an app back. */
import { z } from 'zod';
import { refuseBlocked } from '../choose-group.ts';
import { findGroup, hasPlainName, isApp, labelsFor, shortName } from '../groups.ts';
import { HandOff, type Ask, type Found, type Playbook, type Slot } from '../playbook.ts';
import type { Proposal } from '../port.ts';
import { whichGroup, whichOne } from '../questions.ts';
import {
  answer,
  flat,
  Group,
  has,
  Membership,
  need,
  note,
  question,
  read,
  requesterId,
  who,
  type Room,
} from '../reading.ts';
import { slotFrom } from '../slots.ts';
import { listUserGroups, removeMember, searchGroups } from '../tools.ts';

const away = '(?:off(?: of)?|from|out of|out from)';
const shapes: RegExp[] = [
  /\b(?:want|need|like)(?: to be| to get)? (?:off|out of)\b(?<x>.+)$/,
  /\bmy (?<x>.+?) (?:access|membership|licen[cs]e|seat|permissions?) (?:should|can|could|must|needs? to|has to|may) be (?:removed|revoked|cancelled|taken away|deleted|ended)\b/,
  /^(?<x>\S+(?: \S+){0,3}?),? (?:remove|take|unsubscribe) me(?: off| out)?$/,
  new RegExp(
    `\\b(?:remove|take|drop|unsubscribe|delete|pull|get|kick|cut|exclude|unenrol|unenroll|strike|boot|move|opt) (?:me|myself|my account|my name|my user|my email)(?: back)? ${away}\\b(?<x>.*)$`,
  ),
  new RegExp(
    `\\b(?:be|get|like|want|need|get me|have me|have myself)(?: to be)? (?:removed|taken|unsubscribed|dropped|removing|deleted)(?: myself)? ${away}\\b(?<x>.*)$`,
  ),
  /\b(?:want|like|need|how (?:do|can) i|can i|could i|may i|let me|wish) (?:to )?(?:leave|quit|exit|opt out of|get out of|get off|unsubscribe from|come off|drop out of)\b(?<x>.*)$/,
  /^(?:unsubscribe(?: me)?(?: from)?|leave|quit)\b(?<x>.*)$/,
  /\b(?:do not|not|no longer) (?:need|want|require|wish)(?: to)? (?:be |being |have |get )*(?:in|on|part of|a member of)\b(?<x>.*)$/,
  /\b(?:should|must) (?:not|no longer) be (?:in|on|part of|a member of)\b(?<x>.*)$/,
  /\b(?:do not|no longer) belong (?:in|on|to)\b(?<x>.*)$/,
  /\b(?:do not|not|no longer) (?:need|want|require|use)(?: to have| having)?(?: my| the| any)? access (?:to|for|on)\b(?<x>.*)$/,
  /\b(?:do not|not|no longer) (?:need|want|require)(?: my| the)?(?<x> .+?) (?:access|licen[cs]e|account|seat)\b/,
  /\b(?:revoke|remove|cancel|take away|take back|withdraw|drop|delete|end|strip|terminate) my(?: own)? (?:access|membership|permissions?|rights|subscription|licen[cs]e)(?: (?:to|of|from|in|for|on))?\b(?<x>.*)$/,
  /\b(?:revoke|remove|cancel|take away|take back|withdraw|drop|give back|return|give up) my(?<x> .+?) (?:access|membership|permissions?|rights|subscription|licen[cs]e|seat)\b/,
];

function recognise(clause: string): Found | null {
  if (/\b(?:do not|never|not to) (?:remove|take|drop|unsubscribe|delete|revoke|cancel)\b/.test(clause))
    return null;
  for (const shape of shapes) {
    const named = shape.exec(clause)?.groups?.['x'];
    if (named === undefined) continue;
    const slot = slotFrom(named);
    if (slot && /^(?:all|every)\b/.test(slot.name))
      return { slots: [{ name: 'all', asGroup: true }], sure: true };
    if (/^leave|^quit/.test(clause) && !/\b(?:group|list|team)\b/.test(clause)) return null;
    // "take me off it" leaves open which; "quit this account" means no group at all.
    if (
      !slot &&
      !/^(?:\s*(?:a|the|this|that|one|some|my|it|them|those|these|of|groups?|lists?|teams?|mailing|distribution))*$/.test(
        named,
      )
    )
      return null;
    return { slots: slot ? [slot] : [], sure: true };
  }
  return null;
}

async function propose(ask: Ask, room: Room): Promise<Proposal> {
  need(room, removeMember, listUserGroups);
  const userId = requesterId(room);
  const mine = await read(room, listUserGroups, { userId }, z.array(Membership));
  note(
    room,
    `${who(room)} is in ${mine.length === 0 ? 'no groups' : mine.map((group) => flat(group.name, 60)).join(', ')}.`,
  );
  if (mine.length === 0)
    return answer(room, "You're not in any group, so there is nothing to take you out of.");
  if (ask.slots.length > 1) throw new HandOff('Asks to leave several groups at once.');
  const [slot] = ask.slots;
  if (!slot) return question(room, whichGroup, labelsFor(mine.filter(hasPlainName).slice(0, 5)) ?? []);
  return leave(slot, mine, userId, room);
}

async function leave(slot: Slot, mine: Membership[], userId: string, room: Room): Promise<Proposal> {
  const match = findGroup(slot, mine);
  const said = flat(slot.name, 80);
  if (/^all$|,|&| and | or /.test(slot.name) && match.kind !== 'sure')
    throw new HandOff('Asks to leave several groups at once.');
  if (match.kind === 'none') return notIn(slot, room);
  if (match.kind === 'maybe') {
    const labels = labelsFor(match.groups);
    if (!labels)
      throw new HandOff(`Several groups have the same name, so which one "${said}" means cannot be told.`);
    return question(room, whichOne, labels);
  }
  await refuseUnchangeable(match.group, room);
  const person = flat(room.input.requester.name, 80);
  const name = shortName(match.group);
  return {
    kind: 'steps',
    title: flat(
      isApp(match.group) ? `Take ${name} access away from ${person}` : `Remove ${person} from ${name}`,
      200,
    ),
    diagnosis: room.diagnosis,
    done: isApp(match.group)
      ? `Your ${name} access is removed. It may take 15 minutes to show.`
      : `You're no longer in ${name}. It may take 15 minutes to show.`,
    steps: [
      {
        tool: removeMember,
        args: { userId, groupId: match.group.id },
        origins: { userId: 'requester', groupId: 'directory' },
      },
    ],
  };
}

// "Take me off the invoice" is no group: only a group that exists, or that they call one, is answered.
async function notIn(slot: Slot, room: Room): Promise<Proposal> {
  const groups = has(room, searchGroups)
    ? await read(room, searchGroups, { query: slot.name.slice(0, 100) }, z.array(Group))
    : [];
  const match = findGroup(slot, groups);
  const name =
    match.kind === 'sure'
      ? shortName(match.group)
      : slot.asGroup
        ? `a group called "${flat(slot.name, 80)}"`
        : null;
  if (name === null)
    throw new HandOff(`Asks to be taken out of "${flat(slot.name, 80)}", and no group has a name like that.`);
  return answer(room, `You're not in ${name}, so there is nothing to take you out of.`);
}

async function refuseUnchangeable(group: Membership, room: Room): Promise<void> {
  if (!has(room, searchGroups)) return note(room, 'What kind of group it is could not be read.');
  const found = await read(room, searchGroups, { query: group.name.slice(0, 100) }, z.array(Group));
  const same = found.find((one) => one.id === group.id);
  if (same) return refuseBlocked(same);
  note(room, 'What kind of group it is could not be read.');
}

/** Matches asks to leave and reads the Requester's own groups; proposes `m365.remove_group_member`. */
export const removeFromGroup: Playbook = {
  id: 'remove_from_group',
  label: 'Leaving a group',
  recognise,
  propose,
};
