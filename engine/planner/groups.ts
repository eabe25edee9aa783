/** Finding the one group that somebody named, among what the directory holds. Names are data: they are compared and shown, nothing more. */
import Fuse from 'fuse.js';
import type { Slot } from './playbook.ts';
import { typos, typosAllowed } from './words.ts';

export interface Named {
  id: string;
  name: string;
}

/** `sure`: this one and no other; `maybe`: worth asking; `none`. */
export type Match<T extends Named> =
  { kind: 'sure'; group: T } | { kind: 'maybe'; groups: T[] } | { kind: 'none' };

const appPrefix = /^\s*apps?\s*[-–:_|]\s*/i;
// More words than a name has are a sentence, and a sentence is never a target.
const plainName = /^[\p{L}\p{N}][\p{L}\p{N} &+().,'/_–|:#@-]{0,74}$/u;
// Words that do not tell one group from another, in names and around them.
const fillers = new Set(
  (
    'group groups list team users user all staff members access app the dl sg grp company people department dept ' +
    'is are was not no yet missing gone lost as discussed agreed mentioned promised needed required working up it says again got'
  ).split(' '),
);

export function isApp(group: Named): boolean {
  return appPrefix.test(group.name);
}

/** "App - Zendesk" -> "Zendesk". */
export function shortName(group: Named): string {
  return group.name.replace(appPrefix, '').trim();
}

/** False for a display name that reads like a sentence and not like a name. */
export function hasPlainName(group: Named): boolean {
  return (
    plainName.test(group.name) && words(shortName(group)).length <= 6 && words(shortName(group)).length > 0
  );
}

/** The group a slot names. Names that are not plain never match. */
export function findGroup<T extends Named>(slot: Slot, all: T[]): Match<T> {
  const groups = unique(all.filter(hasPlainName));
  const said = words(slot.name);
  if (said.length === 0) return { kind: 'none' };
  const whole = groups.filter((group) => joined(words(group.name)) === joined(said));
  const same = groups.filter((group) => joined(words(shortName(group))) === joined(said));
  const exact = preferred(slot, same.length > 0 ? same : whole);
  if (exact) return exact;
  const filled = preferred(
    slot,
    groups.filter((group) => sameButFillers(said, words(shortName(group)))),
  );
  if (filled) return filled;
  const misspelt = preferred(
    slot,
    groups.filter((group) => sameButTypos(said, words(shortName(group)))),
  );
  if (misspelt) return misspelt;
  const near = groups.filter((group) => overlaps(said, words(shortName(group))));
  if (near.length > 0) return { kind: 'maybe', groups: ordered(near) };
  return similar(slot.name, groups);
}

function preferred<T extends Named>(slot: Slot, groups: T[]): Match<T> | null {
  if (groups.length === 0) return null;
  const wanted = groups.filter((group) => isApp(group) !== slot.asGroup);
  const left = wanted.length > 0 ? wanted : groups;
  return left.length === 1 ? { kind: 'sure', group: left[0]! } : { kind: 'maybe', groups: ordered(left) };
}

function similar<T extends Named>(name: string, groups: T[]): Match<T> {
  const fuse = new Fuse(
    groups.map((group) => ({ group, short: shortName(group) })),
    {
      keys: ['short'],
      threshold: 0.3,
      minMatchCharLength: 3,
      ignoreLocation: false,
    },
  );
  const found = name.length < 4 ? [] : fuse.search(name).map((hit) => hit.item.group);
  return found.length > 0 ? { kind: 'maybe', groups: ordered(found) } : { kind: 'none' };
}

/** The words of a name: lower case, accents and signs away. */
export function words(name: string): string[] {
  return (
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function joined(parts: string[]): string {
  return parts.join('');
}

function sameButFillers(said: string[], name: string[]): boolean {
  const left = said.filter((word) => !fillers.has(word));
  const right = name.filter((word) => !fillers.has(word));
  return left.length > 0 && joined(left) === joined(right);
}

// A slip in a short name is another name ("Slack", "Black"): only longer ones are read through typos.
function sameButTypos(said: string[], name: string[]): boolean {
  const [left, right] = [joined(said), joined(name)];
  return right.length >= 6 && left[0] === right[0] && typos(left, right) <= typosAllowed(right.length);
}

function overlaps(said: string[], name: string[]): boolean {
  const mine = said.filter((word) => !fillers.has(word));
  const theirs = name.filter((word) => !fillers.has(word));
  if (mine.length === 0 || theirs.length === 0) return false;
  const alike = (one: string, other: string) =>
    one === other || (other.length >= 5 && typos(one, other) <= 1);
  const inside = (small: string[], large: string[]) =>
    small.every((word) => large.some((other) => alike(word, other)));
  return inside(mine, theirs) || inside(theirs, mine);
}

function unique<T extends Named>(groups: T[]): T[] {
  return [...new Map(groups.map((group) => [group.id, group])).values()];
}

function ordered<T extends Named>(groups: T[]): T[] {
  const key = (group: T) => `${group.name}\u0000${group.id}`;
  return [...groups].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Labels for buttons, all different; null when two groups bear the very same name. */
export function labelsFor(groups: Named[]): string[] | null {
  const shorts = groups.map(shortName);
  const labels = new Set(shorts).size === shorts.length ? shorts : groups.map((group) => group.name.trim());
  return new Set(labels).size === labels.length ? labels.map((label) => label.slice(0, 75)) : null;
}

/** "Zendesk", "Zendesk and Salesforce", "A, B and C". */
export function joinNames(names: string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
