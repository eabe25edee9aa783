import type { Notice } from '../../engine/domain.ts';
import type { Card, CardBlock, Tone } from '../card.ts';
import { grantZendesk, signOutOmar } from './example-steps.ts';
import { stepCard } from './step-card.ts';
import { manyLines, oneLine, paragraph } from './words.ts';

type OutcomeNote = Extract<Notice, { kind: 'outcome_note' }>;

const headings: Record<OutcomeNote['result'], { title: string; tone: Tone }> = {
  done: { title: 'Outcome: done', tone: 'good' },
  failed: { title: 'Outcome: not finished, a person is needed', tone: 'danger' },
  denied: { title: 'Outcome: denied', tone: 'warning' },
  expired: { title: 'Outcome: expired, nobody decided in time', tone: 'warning' },
  stopped: { title: 'Outcome: stopped', tone: 'warning' },
  handed_off: { title: 'Outcome: passed to a person', tone: 'warning' },
  stale: { title: 'Outcome: stopped, the plan is out of date', tone: 'warning' },
};

/** The internal note that says what happened, who decided and why; holds the internal reason. */
export function outcomeNote(notice: OutcomeNote): Card {
  const { title, tone } = headings[notice.result];
  const lines = notice.lines.map((line) => manyLines(line, 2_000)).filter((line) => line !== '');
  return {
    title,
    tone,
    blocks: [...lines.map(paragraph), ...stepsOf(notice), ...decisionOf(notice)],
    actions: [],
    push: [title, oneLine(lines[0] ?? '', 200)].filter((part) => part !== '').join(' · '),
  };
}

function stepsOf(notice: OutcomeNote): CardBlock[] {
  if (notice.steps.length === 0) return [];
  const steps = notice.steps.map((step) => stepCard(step, { ended: true, withTool: true, withUndo: false }));
  const begun = notice.steps.some(({ state }) => state !== 'pending' && state !== 'skipped');
  return [{ type: 'steps', title: begun ? 'What happened, step by step' : 'What was planned', steps }];
}

function decisionOf(notice: OutcomeNote): CardBlock[] {
  const facts = [
    { name: 'Decided by', value: oneLine(notice.decidedBy ?? '', 150) },
    { name: 'Internal reason', value: oneLine(notice.reason ?? '', 1_000) },
    { name: 'Plan code', value: notice.code ?? '' },
  ].filter((fact) => fact.value !== '');
  return facts.length === 0 ? [] : [{ type: 'facts', facts }];
}

const nothing = { steps: [], code: null, decidedBy: null, reason: null };

/** Samples of this kind, for tests and for looking at. */
export const examples: OutcomeNote[] = [
  {
    kind: 'outcome_note',
    result: 'done',
    lines: ['Maya Lopez has Zendesk access.'],
    steps: [{ ...grantZendesk, state: 'done', outcome: 'Verified in Microsoft 365.' }],
    code: '7F3K-22QX',
    decidedBy: 'Tom Reed',
    reason: null,
  },
  {
    kind: 'outcome_note',
    result: 'failed',
    lines: ['Step 1 could not be settled, so the rest was not run.'],
    steps: [{ ...grantZendesk, state: 'unknown', outcome: 'Microsoft 365 did not answer' }, signOutOmar],
    code: '7F3K-22QX',
    decidedBy: 'Tom Reed',
    reason: null,
  },
  {
    kind: 'outcome_note',
    result: 'denied',
    lines: ['Nothing was run.'],
    steps: [grantZendesk],
    code: '7F3K-22QX',
    decidedBy: 'Tom Reed',
    reason: 'No free licence until Monday',
  },
  {
    kind: 'outcome_note',
    result: 'expired',
    lines: ['Nobody decided within 24 hours. Nothing was run.'],
    ...nothing,
  },
  { kind: 'outcome_note', result: 'stopped', lines: ['Acme Corp was stopped by Nina Cole.'], ...nothing },
  { kind: 'outcome_note', result: 'handed_off', lines: ['The employee asked for a person.'], ...nothing },
  { kind: 'outcome_note', result: 'stale', lines: ['A policy changed after the signature.'], ...nothing },
];
