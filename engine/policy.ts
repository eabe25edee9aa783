/** What the policies say about a Plan: a pure function of facts and settings. Enforcement is the gateway's. */
import type { Assurance, Effect, Origin, Risk, Setting, Signer } from './domain.ts';

export interface ToolFacts {
  name: string;
  effect: Effect;
  risk: Risk;
  /** What it is set to before anyone chose. */
  default: Setting;
  needsVerifiedRequester: boolean;
}

export interface StepFacts {
  tool: ToolFacts;
  subjects: { name: string; privileged: boolean; roles: string[] }[];
  origins: Record<string, Origin>;
}

export interface PolicyRow {
  setting: Setting;
  manager: boolean;
}

/** By tool name. A Client's row replaces the Msp's whole; the Msp's `disabled` stands. */
export interface PolicySettings {
  msp: Record<string, PolicyRow>;
  client: Record<string, PolicyRow>;
}

export interface PolicyInput {
  steps: StepFacts[];
  settings: PolicySettings;
  requester: { assurance: Assurance };
}

export type Outcome = 'auto' | 'ask' | 'refuse';

export interface StepVerdict {
  outcome: Outcome;
  signers: Signer[];
  why: string[];
}

export interface Verdict {
  outcome: Outcome;
  /** Everybody who must sign; empty unless `outcome` is `ask`. */
  signers: Signer[];
  steps: StepVerdict[];
}

/** The row in force for a tool, and where it comes from. */
export function effectivePolicy(
  tool: Pick<ToolFacts, 'name' | 'default'>,
  settings: PolicySettings,
): PolicyRow & { from: 'msp' | 'client' | 'default' } {
  const msp = settings.msp[tool.name];
  if (msp?.setting === 'disabled') return { ...msp, from: 'msp' };
  const client = settings.client[tool.name];
  if (client) return { ...client, from: 'client' };
  if (msp) return { ...msp, from: 'msp' };
  return { setting: tool.default, manager: false, from: 'default' };
}

export function decideVerdict(input: PolicyInput): Verdict {
  const steps = input.steps.map((step) => stepVerdict(step, input));
  if (steps.some((step) => step.outcome === 'refuse')) return { outcome: 'refuse', signers: [], steps };
  const signers = (['technician', 'manager'] as const).filter((signer) =>
    steps.some((step) => step.signers.includes(signer)),
  );
  return { outcome: signers.length > 0 ? 'ask' : 'auto', signers, steps };
}

const where = {
  default: '(the default)',
  msp: '(set for all clients)',
  client: '(set for this client)',
};

function stepVerdict(step: StepFacts, input: PolicyInput): StepVerdict {
  const policy = effectivePolicy(step.tool, input.settings);
  if (policy.setting === 'disabled')
    return refuse(`${step.tool.name} is switched off ${where[policy.from]}.`);
  const claimed = input.requester.assurance === 'claimed';
  if (claimed && step.tool.needsVerifiedRequester)
    return refuse(`${step.tool.name} needs a requester whose identity is verified.`);

  const why: string[] = [];
  if (policy.setting === 'approval_needed')
    why.push(`${step.tool.name} needs approval ${where[policy.from]}.`);
  if (step.tool.effect !== 'read') {
    if (step.tool.risk !== 'low')
      why.push(`${step.tool.name} is ${step.tool.risk} risk and never runs by itself.`);
    if (claimed) why.push('The requester is not verified.');
    if (Object.values(step.origins).includes('text'))
      why.push('A value comes only from text that somebody wrote.');
  }
  const privileged = step.tool.effect === 'read' ? [] : step.subjects.filter((subject) => subject.privileged);
  for (const subject of privileged)
    why.push(
      `${subject.name} is privileged (${subject.roles.join(', ') || 'role-assignable'}): both signatures are needed.`,
    );

  const needsManager = (policy.setting === 'approval_needed' && policy.manager) || privileged.length > 0;
  if (policy.manager && policy.setting === 'approval_needed')
    why.push("The requester's manager must sign too.");
  if (why.length === 0)
    return {
      outcome: 'auto',
      signers: [],
      why: [`${step.tool.name} may run by itself ${where[policy.from]}.`],
    };
  return { outcome: 'ask', signers: needsManager ? ['technician', 'manager'] : ['technician'], why };
}

function refuse(why: string): StepVerdict {
  return { outcome: 'refuse', signers: [], why: [why] };
}
