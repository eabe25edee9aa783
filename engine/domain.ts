/**
 * The vocabulary as types.
 *
 * Msp: the paying tenant. Client: a company it serves. Person: a human being; Identity: one verified way we
 * know them. Request: one ask, from first message to outcome. Ticket, Note: the PSA's record of it, text on it.
 * Plan: frozen, digested list of Steps. Tool: one thing a Connector can do. Policy: the setting of a Tool.
 * Verdict: what the policies say about a Plan. Approval: the open question; Decision: one person's answer.
 * Delivery: one thing to be put somewhere outside. Notice: a fact the engine wants told.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Channel = 'teams' | 'slack' | 'psa' | 'voice';
export type Role = 'msp_admin' | 'msp_technician';
export type Mode = 'plan' | 'execute';
export type ClientMode = Mode | 'inherit';
export type ClientStatus = 'pending' | 'provisioning' | 'active' | 'error' | 'archived';
export type Assurance = 'verified' | 'claimed';
export type Setting = 'auto' | 'approval_needed' | 'disabled';
export type Risk = 'low' | 'high' | 'critical';
export type Effect = 'read' | 'repeatable' | 'once';

export const requestStates = [
  'received',
  'diagnosing',
  'asking',
  'waiting',
  'verifying',
  'executing',
  'observed',
  'done',
  'failed',
  'denied',
  'expired',
  'handed_off',
  'cancelled',
] as const;
export type RequestState = (typeof requestStates)[number];
/** States in which a Request still moves, or waits for somebody who can see it. */
export const openStates: RequestState[] = [
  'received',
  'diagnosing',
  'asking',
  'waiting',
  'verifying',
  'executing',
];

export type PlanState =
  'open' | 'authorized' | 'running' | 'done' | 'failed' | 'denied' | 'expired' | 'stale' | 'observed';
export type ApprovalState = 'open' | 'approved' | 'denied' | 'expired' | 'superseded';
export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'unknown' | 'skipped';
export type Signer = 'technician' | 'manager';

/** Who did something in a channel, as the channel itself proved it. Never taken from text. */
export interface Sender {
  channel: Channel;
  /** Entra tenant id or Slack team id that vouches for the user. */
  workspace: string;
  /** Entra object id or Slack user id. */
  userId: string;
  name: string | null;
  /** As the channel's own directory has it; null when it gave none. */
  mail: string | null;
  /** True for a guest, a bot, or somebody from another workspace in a shared channel. */
  outsider: boolean;
}

/** A room where we talk. `where` is the channel's own and opaque to the engine. */
export interface Address {
  channel: Channel;
  where: Json;
}

/** A message that a person wrote. `key` is the channel's own id of it, the same for every redelivery. */
export interface InboundMessage {
  key: string;
  sender: Sender;
  /** Stable id of the conversation (thread) within the channel. */
  conversation: string;
  address: Address;
  direct: boolean;
  /** False for a reply in a thread that does not mention us: it can only continue a Request. */
  addressed?: boolean;
  text: string;
}

/** A click on something we sent. `data` comes from the client and is only ever a claim. */
export interface InboundAction {
  sender: Sender;
  verb: ActionVerb;
  data: Record<string, string>;
}
export const actionVerbs = ['approve', 'deny', 'choose', 'talk_to_person', 'ask_again'] as const;
export type ActionVerb = (typeof actionVerbs)[number];

/** What the person who clicked sees at once; `notice` replaces the card that was clicked. */
export interface ActionResult {
  sentence: string;
  notice: Notice | null;
}

/** Where an arg's value came from. Only the first three may name a person, group or device. */
export type Origin = 'requester' | 'directory' | 'settings' | 'documentation' | 'text';

export interface StepView {
  /** The sentence from the tool's own `describe`. */
  text: string;
  tool: string;
  before: string | null;
  after: string | null;
  /** How it can be taken back; null when it cannot. */
  undo: string | null;
  remarks: string[];
  /** In words: "Privileged: Omar Haddad is Global Administrator", "From the employee's text: ...". */
  warnings: string[];
  risk: Risk;
  state: StepState;
  /** After it ran: what came of it, in words. */
  outcome: string | null;
}

/** Everything the approval card shows, as it is right now. */
export interface ApprovalView {
  approvalId: string;
  digest: string;
  /** Short code people see of the digest. */
  code: string;
  signer: Signer;
  state: ApprovalState;
  planState: PlanState;
  title: string;
  client: string;
  requester: { name: string; mail: string | null; assurance: Assurance; how: string };
  ticket: { number: string; url: string | null } | null;
  ask: string;
  diagnosis: string[];
  steps: StepView[];
  /** Why it asks: the policy and who else must sign. */
  why: string[];
  /** Local time words: "Sun 22 Nov, 09:02". */
  expiresAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  /** The internal reason of a denial; only ever shown inside the Msp. */
  reason: string | null;
  outcome: string | null;
}

export interface PlanNote {
  mode: Mode;
  result: 'steps' | 'answer' | 'question' | 'hand_off';
  title: string;
  client: string;
  requester: { name: string; assurance: Assurance; how: string };
  ask: string;
  diagnosis: string[];
  steps: StepView[];
  /** What will be so afterwards, or the answer, question or reason for a hand-off. */
  outcome: string;
  sources: { title: string; url: string }[];
  /** "Runs by itself", "Waits for a technician's signature", ... */
  verdict: string[];
  code: string | null;
  planner: string;
}

/** A fact the engine wants told. The bot turns it into a Card; the engine knows no widget. */
export type Notice =
  // To the employee.
  | { kind: 'received'; name: string; ticket: string | null }
  | { kind: 'waiting'; asked: string; signers: Signer[] }
  | { kind: 'done'; text: string; ticket: string | null }
  | { kind: 'answer'; text: string; sources: { title: string; url: string }[]; requestId: string }
  | { kind: 'question'; text: string; choices: string[]; requestId: string }
  | { kind: 'denied'; ticket: string | null; message: string | null; by: Signer; requestId: string }
  | { kind: 'expired'; requestId: string }
  | { kind: 'handed_off'; ticket: string | null }
  | { kind: 'failed'; ticket: string | null }
  | { kind: 'delayed'; ticket: string | null }
  | { kind: 'not_served' }
  // To technicians, admins and managers.
  | { kind: 'approval'; approval: ApprovalView }
  | {
      kind: 'alert';
      /** Whom it is about, among all that the Msp serves. */
      client: string | null;
      title: string;
      lines: string[];
      tone: 'warning' | 'danger' | 'plain';
      ticket: { number: string; url: string | null } | null;
    }
  // To the Ticket.
  | {
      kind: 'ticket';
      ask: string;
      requester: { name: string; mail: string | null; assurance: Assurance; how: string };
      channel: Channel;
    }
  | { kind: 'plan_note'; plan: PlanNote }
  | {
      kind: 'outcome_note';
      result: 'done' | 'failed' | 'denied' | 'expired' | 'stopped' | 'handed_off' | 'stale';
      lines: string[];
      steps: StepView[];
      code: string | null;
      decidedBy: string | null;
      reason: string | null;
    };

export type NoticeKind = Notice['kind'];

/** Where a Delivery goes: a conversation we were spoken to in, or a Person's own DM. */
export interface Destination {
  channel: 'teams' | 'slack';
  workspace: string;
  /** For a DM; null when `address` is a conversation. */
  userId: string | null;
  address: Address | null;
  /** For a DM without an address: where somebody of the same workspace, or else the same Msp, was met last. */
  near?: Address | null;
}

/** What a channel gives back for a sent message, so that it can be edited; opaque to the engine. */
export interface Sent {
  ref: Json;
  /** The DM's address when sending made or found one. */
  address?: Address;
}
