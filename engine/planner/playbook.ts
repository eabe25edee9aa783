/** What a playbook is to this planner, and what passes between matching and proposing. */
import type { Proposal } from './port.ts';
import type { Room } from './reading.ts';

export const playbookIds = [
  'access_to_app',
  'blocked_sign_in',
  'remove_from_group',
  'sign_out_everywhere',
  'how_do_i',
] as const;
export type PlaybookId = (typeof playbookIds)[number];

/** A thing the employee named. `asGroup` when they called it a group, list or team. */
export interface Slot {
  name: string;
  asGroup: boolean;
  /** Named beside something surer, in words that may mean anything: only an app's very name counts. */
  vague?: boolean;
}

/** What a playbook recognised in one clause. Never more than words: ids come from the directory alone. */
export interface Found {
  slots: Slot[];
  /** False when a person should confirm, or the directory must agree exactly, before it counts. */
  sure: boolean;
  /** "How do I ...": they may want to know, not to have it done. */
  howTo?: boolean;
}

export interface Ask extends Found {
  playbook: PlaybookId;
  /** The clause it was found in. */
  clause: string;
  /** They pressed or wrote yes to our own question. */
  confirmed: boolean;
}

/** One kind of request. `recognise` sees one clause; `propose` may read and must not do anything else. */
export interface Playbook {
  id: PlaybookId;
  /** On a button, when we ask which of two things comes first. */
  label: string;
  recognise(clause: string): Found | null;
  propose(ask: Ask, room: Room): Promise<Proposal>;
}

/** A reason, for technicians, why this request goes to a person. Thrown anywhere while proposing. */
export class HandOff extends Error {}
