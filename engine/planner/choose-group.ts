/** From the words of a slot to groups of the directory, or to the one question that settles it. */
import { z } from 'zod';
import { findGroup, hasPlainName, isApp, labelsFor, shortName, words, type Match } from './groups.ts';
import { sharedThing } from './lexicon.ts';
import { HandOff, type Slot } from './playbook.ts';
import type { Proposal } from './port.ts';
import { whichOne } from './questions.ts';
import { flat, Group, note, question, read, type Room } from './reading.ts';
import { searchGroups } from './tools.ts';

const groupsShape = z.array(Group);
const allApps = 'App';
// So many letters of a misspelt name are likely right, and the directory searches by the start of words.
const startLetters = 3;

export type Choice = { groups: Group[] } | { proposal: Proposal };

/**
 * The groups a slot names. When `sure` is false the words were vague, so only an app by its very name counts.
 * Throws a HandOff when there is none, or none that can be told from another.
 */
export async function chooseGroups(slot: Slot, sure: boolean, room: Room): Promise<Choice> {
  const match = await look(slot, room);
  if (match.kind === 'sure')
    return sure || isApp(match.group) ? { groups: [match.group] } : ask(slot, [match.group], room);
  const parts = slot.name
    .split(/\s*(?:,|&|\/|\band\b|\bplus\b|\bas well as\b)\s*/)
    .filter((part) => part !== '');
  if (parts.length > 1) return chooseEach(parts, slot.asGroup, room);
  if (!sure || match.kind === 'none')
    throw new HandOff(`There is no group named like "${flat(slot.name, 80)}".`);
  if (sharedThing.test(slot.name))
    throw new HandOff(
      `"${flat(slot.name, 80)}" may be something shared by its own permissions; no group has just that name.`,
    );
  return ask(slot, match.groups, room);
}

/** The app of just that name, or none: for words beside a surer ask, which may be no ask at all. */
export async function appIfNamed(slot: Slot, room: Room): Promise<Choice> {
  const found = findGroup(
    slot,
    await read(room, searchGroups, { query: slot.name.slice(0, 100) }, groupsShape),
  );
  return { groups: found.kind === 'sure' && isApp(found.group) ? [found.group] : [] };
}

async function chooseEach(parts: string[], asGroup: boolean, room: Room): Promise<Choice> {
  const groups: Group[] = [];
  for (const name of parts.slice(0, 5)) {
    const match = await look({ name, asGroup }, room);
    if (match.kind !== 'sure')
      throw new HandOff(`Asks for several things, and no one group is named like "${flat(name, 80)}".`);
    groups.push(match.group);
  }
  return { groups };
}

async function look(slot: Slot, room: Room): Promise<Match<Group>> {
  const found = await read(room, searchGroups, { query: slot.name.slice(0, 100) }, groupsShape);
  const match = findGroup(slot, found);
  if (match.kind === 'sure') return match;
  const wider = [...found];
  for (const query of [slot.name.slice(0, startLetters).trim(), allApps]) {
    wider.push(...(await read(room, searchGroups, { query }, groupsShape)));
  }
  return findGroup(slot, wider);
}

function ask(slot: Slot, groups: Group[], room: Room): Choice {
  const labels = labelsFor(groups);
  const said = flat(slot.name, 80);
  if (!labels)
    throw new HandOff(`Several groups have the same name, so which one "${said}" means cannot be told.`);
  note(room, `Groups named like "${said}": ${groups.map((group) => group.name).join(', ')}.`);
  return { proposal: question(room, whichOne, labels) };
}

/** Names of up to five apps that have a group, in order of the alphabet. */
export async function appNames(room: Room): Promise<string[]> {
  const found = await read(room, searchGroups, { query: allApps }, groupsShape);
  const names = found
    .filter((group) => isApp(group) && hasPlainName(group) && blockerOf(group) === null)
    .map(shortName);
  return [...new Set(names)].sort().slice(0, 5);
}

/** The apps whose name stands, word for word, in what was asked: "I still haven't got my Zendesk access". */
export async function appsNamedIn(clause: string, room: Room): Promise<Slot[]> {
  const said = ` ${words(clause).join(' ')} `;
  const found = await read(room, searchGroups, { query: allApps }, groupsShape);
  const named = found.filter(
    (group) => isApp(group) && hasPlainName(group) && said.includes(` ${words(shortName(group)).join(' ')} `),
  );
  return [...new Set(named.map(shortName))].map((name) => ({ name, asGroup: false }));
}

/** Throws a HandOff for a group whose members are not ours to change. */
export function refuseBlocked(group: Group): void {
  const blocker = blockerOf(group);
  if (blocker) throw new HandOff(`${flat(group.name, 100)} ${blocker}`);
}

function blockerOf(group: Group): string | null {
  if (group.privileged) return 'can carry directory roles, so a person decides about its members.';
  if (group.synced) return 'is synced from an on-premises directory and must be changed there.';
  if (group.dynamic) return 'takes its members from a rule.';
  if (group.kind !== 'security' && group.kind !== 'microsoft365')
    return 'is a mail group or of a kind that cannot be changed here.';
  return null;
}
