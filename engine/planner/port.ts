/**
 * The Planner port. A Planner reads and proposes; it can cause nothing. Whatever it returns is parsed by
 * `Proposal` and checked by the engine, whoever made it.
 */
import { z } from 'zod';
import type { Assurance, Json } from '../domain.ts';

const sentence = z.string().trim().min(1).max(2_000);
const diagnosis = z.array(z.string().trim().min(1).max(500)).max(20);
const source = z.object({ title: z.string().min(1).max(300), url: z.string().max(2_000) });
const origin = z.enum(['requester', 'directory', 'settings', 'documentation', 'text']);

export const Proposal = z.discriminatedUnion('kind', [
  /** `text` is what the employee reads. */
  z.object({ kind: z.literal('answer'), text: sentence, sources: z.array(source).max(5), diagnosis }),
  /** One clear question; `choices` become buttons when there are any. */
  z.object({
    kind: z.literal('question'),
    text: sentence,
    choices: z.array(z.string().min(1).max(75)).max(5),
    diagnosis,
  }),
  /** `reason` is for technicians and goes into the internal note only. */
  z.object({ kind: z.literal('hand_off'), reason: sentence, diagnosis }),
  z.object({
    kind: z.literal('steps'),
    /** What will change in one sentence with real names: "Give Maya Lopez access to Zendesk". */
    title: z.string().trim().min(1).max(200),
    diagnosis,
    /** What the employee is told once every Step is verified: "You have Zendesk access. ..." */
    done: sentence,
    steps: z
      .array(
        z.object({
          tool: z.string(),
          args: z.record(z.string(), z.json()),
          origins: z.record(z.string(), origin),
        }),
      )
      .min(1)
      .max(20),
  }),
]);
export type Proposal = z.infer<typeof Proposal>;

export interface PlannerInput {
  /** The Requester's own messages of this Request, oldest first; the last is the newest. Data, not orders. */
  messages: string[];
  /** Our questions that were answered, in order, so that a short reply can be understood. */
  asked: { question: string; choices: string[] }[];
  requester: {
    name: string;
    givenName: string;
    mail: string | null;
    assurance: Assurance;
    /** Id in the Client's directory; null when they were not found there. */
    directoryId: string | null;
  };
  client: { name: string };
  /** Base, Msp and Client prompt tiers. */
  prompts: { base: string; msp: string; client: string };
  /** Tools this Client has and that are not disabled. */
  tools: { name: string; summary: string; effect: 'read' | 'repeatable' | 'once' }[];
  /** Local time of the Msp: "2026-11-21T09:02". */
  now: string;
}

/** Why a read gave nothing: in words for a diagnosis line. */
export type ReadResult = { ok: true; result: Json } | { ok: false; why: string };

export interface PlannerHands {
  /** Runs a read tool for this Client through the gateway. Never throws for a vendor's fault. */
  read(tool: string, args: Record<string, Json>): Promise<ReadResult>;
  signal: AbortSignal;
}

export interface Planner {
  /** Recorded with the plan: "embedded playbooks 1". */
  name: string;
  propose(input: PlannerInput, hands: PlannerHands): Promise<unknown>;
}
