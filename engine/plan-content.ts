/** What a Plan's canonical text holds: everything that was shown and everything that matters. */
import { z } from 'zod';
import { digestOf } from './digest.ts';

const origin = z.enum(['requester', 'directory', 'settings', 'documentation', 'text']);
const subject = z.object({
  kind: z.enum(['user', 'group', 'other']),
  id: z.string(),
  name: z.string(),
  mail: z.string().optional(),
  privileged: z.boolean(),
  roles: z.array(z.string()),
});
const change = z.object({
  key: z.string(),
  what: z.string(),
  before: z.string(),
  after: z.string(),
  undo: z.string().nullable(),
  remarks: z.array(z.string()),
});

export const PlanStep = z.object({
  id: z.string(),
  tool: z.string(),
  toolVersion: z.number(),
  connectionId: z.string(),
  /** The Client's id in that Connection. */
  scope: z.string(),
  args: z.record(z.string(), z.json()),
  origins: z.record(z.string(), origin),
  /** The sentence people signed, from the tool's `describe`. */
  text: z.string(),
  effect: z.enum(['repeatable', 'once']),
  risk: z.enum(['low', 'high', 'critical']),
  subjects: z.array(subject),
  change: change.nullable(),
  /** Directory id of the one person a secret would be shown to. */
  secretFor: z.string().nullable(),
});
export type PlanStep = z.infer<typeof PlanStep>;

export const PlanContent = z.object({
  format: z.literal(1),
  mspId: z.string(),
  clientId: z.string(),
  requestId: z.string(),
  version: z.number(),
  planner: z.string(),
  requester: z.object({
    personId: z.string().nullable(),
    name: z.string(),
    mail: z.string().nullable(),
    directoryId: z.string().nullable(),
    assurance: z.enum(['verified', 'claimed']),
    how: z.string(),
  }),
  ask: z.string(),
  title: z.string(),
  diagnosis: z.array(z.string()),
  /** What the employee is told once every Step is verified. */
  done: z.string(),
  steps: z.array(PlanStep).min(1),
  /** ISO instant at which the access ends, and when the Plan may run; null for no end, and at once. */
  grantEndsAt: z.string().nullable(),
  window: z.object({ from: z.string(), to: z.string() }).nullable(),
});
export type PlanContent = z.infer<typeof PlanContent>;

/** A Plan as it was frozen; null when its text is not what its digest says, and so is nobody's plan. */
export function contentOf(plan: { canonical: string; digest: string }): PlanContent | null {
  return digestOf(plan.canonical) === plan.digest ? PlanContent.parse(JSON.parse(plan.canonical)) : null;
}
