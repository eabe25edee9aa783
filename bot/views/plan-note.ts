import type { Mode, Notice, PlanNote } from '../../engine/domain.ts';
import type { Card, CardBlock } from '../card.ts';
import { grantZendesk } from './example-steps.ts';
import { stepCard } from './step-card.ts';
import { howVerified, linksTo, manyLines, oneLine, paragraph } from './words.ts';

type PlanNoteNotice = Extract<Notice, { kind: 'plan_note' }>;

const headings: Record<PlanNote['result'], string> = {
  steps: 'Plan',
  answer: 'Answered from the documentation',
  question: 'Asked the employee',
  hand_off: 'Needs a person',
};
const outcomes: Record<PlanNote['result'], Record<Mode, string>> = {
  steps: { execute: 'Expected outcome', plan: 'Expected outcome' },
  answer: { execute: 'Answer', plan: 'The answer that would have been given' },
  question: { execute: 'Question', plan: 'The question that would have been asked' },
  hand_off: { execute: 'Why a person', plan: 'Why a person would have got this' },
};

/** The internal note with the full diagnosis and plan; the only face of plan mode. */
export function planNote(notice: PlanNoteNotice): Card {
  const plan = notice.plan;
  const planOnly = plan.mode === 'plan';
  const name = oneLine(plan.requester.name, 80);
  const what = headingOf(plan);
  const title = planOnly ? 'Plan only: nothing was or will be run' : what;
  return {
    title,
    tone: 'plain',
    blocks: [
      ...(planOnly && plan.result === 'steps' ? [paragraph(what)] : []),
      {
        type: 'facts',
        facts: [
          { name: 'Client', value: oneLine(plan.client, 100) },
          { name: 'Requester', value: name },
          { name: 'How verified', value: howVerified(plan.requester) },
        ],
      },
      { type: 'quote', text: manyLines(plan.ask, 2_000), from: name },
      ...section('Diagnosis', plan.diagnosis),
      ...stepsOf(plan),
      ...section(outcomes[plan.result][plan.mode], [plan.outcome]),
      ...linksTo(plan.sources),
      ...section('Verdict', plan.verdict),
      { type: 'facts', facts: madeBy(plan) },
    ],
    actions: [],
    push: `${title} · ${oneLine(plan.client, 100)} · asked by ${name}: ${oneLine(plan.ask, 100)}`,
  };
}

function headingOf({ result, title, sources }: PlanNote): string {
  if (result === 'steps') return `Plan: ${oneLine(title, 140)}`;
  return result === 'answer' && sources.length === 0 ? 'Answered' : headings[result];
}

function stepsOf(plan: PlanNote): CardBlock[] {
  if (plan.steps.length === 0) return [];
  const steps = plan.steps.map((step) => stepCard(step, { ended: false, withTool: true, withUndo: true }));
  return [{ type: 'steps', title: 'Steps, in order', steps }];
}

function section(heading: string, lines: string[]): CardBlock[] {
  const said = lines.map((line) => manyLines(line, 2_000)).filter((line) => line !== '');
  return said.length === 0 ? [] : [{ type: 'text', text: heading, look: 'strong' }, ...said.map(paragraph)];
}

function madeBy(plan: PlanNote): { name: string; value: string }[] {
  const planner = { name: 'Planner', value: oneLine(plan.planner, 100) };
  return plan.code === null ? [planner] : [{ name: 'Plan code', value: plan.code }, planner];
}

const zendesk: PlanNote = {
  mode: 'execute',
  result: 'steps',
  title: 'Give Maya Lopez access to Zendesk',
  client: 'Acme Corp',
  requester: { name: 'Maya Lopez', assurance: 'verified', how: "Teams account in Acme Corp's own tenant" },
  ask: 'I need access to Zendesk',
  diagnosis: [
    'The article "Zendesk access" names the group App - Zendesk.',
    'Maya Lopez is not a member of App - Zendesk.',
  ],
  steps: [grantZendesk],
  outcome: 'You have Zendesk access. It may take 15 minutes; sign out and in once.',
  sources: [{ title: 'Zendesk access', url: 'https://docs.acme.example/articles/zendesk-access' }],
  verdict: ["Waits for a technician's signature."],
  code: '7F3K-22QX',
  planner: 'embedded playbooks 1',
};
const bare = { ...zendesk, diagnosis: [], steps: [], code: null, verdict: [], sources: [] };

/** Samples of this kind, for tests and for looking at. */
export const examples: PlanNoteNotice[] = [
  { kind: 'plan_note', plan: zendesk },
  { kind: 'plan_note', plan: { ...zendesk, mode: 'plan', code: null } },
  {
    kind: 'plan_note',
    plan: {
      ...bare,
      result: 'answer',
      title: 'Answered from the documentation',
      ask: 'how do I set up the vpn',
      diagnosis: ['The article "VPN setup" answers this.'],
      sources: [{ title: 'VPN setup', url: 'https://docs.acme.example/articles/vpn-setup' }],
      outcome: 'From the article "VPN setup": open Settings, choose Network, then VPN.',
    },
  },
  {
    kind: 'plan_note',
    plan: {
      ...bare,
      result: 'question',
      title: 'A question to the employee',
      ask: 'I need access',
      diagnosis: ['Two apps have an access group: Zendesk and Salesforce.'],
      outcome: 'Which app do you need?',
    },
  },
  {
    kind: 'plan_note',
    plan: {
      ...bare,
      mode: 'plan',
      result: 'hand_off',
      title: 'This needs a person',
      ask: 'the coffee machine is on fire',
      outcome: 'No playbook matches what was asked.',
    },
  },
];
