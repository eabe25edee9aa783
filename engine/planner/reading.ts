/** Typed reading for playbooks: every result is parsed, every failure becomes a reason to hand off. */
import { z } from 'zod';
import type { Json } from '../domain.ts';
import { HandOff } from './playbook.ts';
import type { PlannerHands, PlannerInput, Proposal } from './port.ts';

const id = z.string().min(1).max(200);
const name = z.string().max(1_000);

/** `kind` as the directory has it: security, mail, Microsoft 365. */
export const Group = z.object({
  id,
  name,
  kind: z.string(),
  privileged: z.boolean(),
  synced: z.boolean(),
  dynamic: z.boolean(),
});
export type Group = z.infer<typeof Group>;
export const Membership = z.object({ id, name });
export type Membership = z.infer<typeof Membership>;
export const SignInState = z.object({
  enabled: z.boolean(),
  synced: z.boolean(),
  blockedBy: z.string().nullish(),
  blockedAt: z.string().nullish(),
  lastSignInAt: z.string().nullish(),
});
export type SignInState = z.infer<typeof SignInState>;
export const Article = z.object({
  id: z.union([z.string(), z.number()]),
  title: name,
  text: z.string(),
  url: z.string().nullish(),
});
export type Article = z.infer<typeof Article>;

/** One conversation being planned: the input, the lines found so far, and how to read. */
export interface Room {
  input: PlannerInput;
  hands: PlannerHands;
  /** For technicians; grows as things are read. */
  diagnosis: string[];
}

/** Adds one line for technicians, flattened and cut so that the proposal always parses. */
export function note(room: Room, line: string): void {
  if (room.diagnosis.length < 20) room.diagnosis.push(flat(line, 500));
}

/** One line of at most `most` characters, with a sign where it was cut. */
export function flat(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 3).trimEnd()}...`;
}

export function has(room: Room, tool: string): boolean {
  return room.input.tools.some((one) => one.name === tool);
}

/** Throws a HandOff when a tool that this kind of request needs is absent or disabled. */
export function need(room: Room, ...tools: string[]): void {
  const missing = tools.filter((tool) => !has(room, tool));
  if (missing.length === 0) return;
  throw new HandOff(
    `This kind of request is switched off for ${room.input.client.name}: ${missing.join(', ')} is disabled or not connected.`,
  );
}

/** Throws a HandOff when the read fails or answers in a shape we do not know. */
export async function read<T>(
  room: Room,
  tool: string,
  args: Record<string, Json>,
  shape: z.ZodType<T>,
): Promise<T> {
  need(room, tool);
  room.hands.signal.throwIfAborted();
  const answer = await room.hands.read(tool, args);
  if (!answer.ok) throw new HandOff(`${tool} could not be read: ${flat(answer.why, 300)}`);
  const parsed = shape.safeParse(answer.result);
  if (parsed.success) return parsed.data;
  throw new HandOff(`${tool} answered in a shape that is not known, so nothing was planned from it.`);
}

/** The Requester's id in the directory; throws a HandOff when they were not found there. */
export function requesterId(room: Room): string {
  const { directoryId, name: who } = room.input.requester;
  if (directoryId !== null) return directoryId;
  throw new HandOff(
    `${flat(who, 80)} was not found in the directory of ${room.input.client.name}, so there is no account to act on.`,
  );
}

/** "Maya Lopez (maya@acme.example)". */
export function who(room: Room): string {
  const { name: full, mail } = room.input.requester;
  return mail ? `${flat(full, 80)} (${flat(mail, 120)})` : flat(full, 80);
}

export function question(room: Room, text: string, choices: string[]): Proposal {
  return { kind: 'question', text, choices: choices.slice(0, 5), diagnosis: room.diagnosis };
}

export function answer(room: Room, text: string, sources: { title: string; url: string }[] = []): Proposal {
  return { kind: 'answer', text, sources, diagnosis: room.diagnosis };
}
