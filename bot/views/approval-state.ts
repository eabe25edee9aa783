import type { ApprovalView } from '../../engine/domain.ts';
import type { CardBlock } from '../card.ts';
import { oneLine, paragraph } from './words.ts';

const planOnly = 'Plan only: nothing was or will be run.';

/** Whether this question still waits for an answer. */
export function isOpen(view: ApprovalView): boolean {
  return view.state === 'open' && view.planState === 'open';
}

/** Whether nothing more will run under this plan. */
export function hasEnded(view: ApprovalView): boolean {
  return !['open', 'authorized', 'running'].includes(view.planState);
}

/** Who decided, when and why, and how it stands now; nothing while it is open. */
export function standing(view: ApprovalView): CardBlock[] {
  if (isOpen(view)) return [];
  const inside = view.signer === 'technician';
  const reason = inside && view.reason ? [paragraph(`Reason: ${oneLine(view.reason, 1_000)}`)] : [];
  const outcome = inside && view.outcome ? oneLine(view.outcome, 600) : null;
  const now = outcome ?? (view.state === 'approved' ? afterApproval(view) : null);
  return [
    { type: 'text', text: decision(view), look: 'strong' },
    ...reason,
    ...(now === null ? [] : [paragraph(now)]),
  ];
}

/** What the push begins with: a question while open, the answer afterwards. */
export function verdictInPush(view: ApprovalView): string {
  if (isOpen(view)) return 'Approve?';
  if (view.planState === 'stale') return 'Out of date:';
  if (view.state === 'approved') {
    if (view.planState === 'done') return `Done, approved by ${decider(view)}:`;
    if (view.planState === 'failed') return `Not finished, approved by ${decider(view)}:`;
    return `Approved by ${decider(view)}:`;
  }
  if (view.state === 'denied') return `Denied by ${decider(view)}:`;
  return view.state === 'expired' ? 'Expired:' : 'Closed:';
}

function decider(view: ApprovalView): string {
  return oneLine(view.decidedBy ?? '', 80) || 'somebody we could not name';
}

function decision(view: ApprovalView): string {
  const when = view.decidedAt ? `, ${oneLine(view.decidedAt, 60)}` : '';
  switch (view.state) {
    case 'approved':
      return `Approved by ${decider(view)}${when}.`;
    case 'denied':
      return `Denied by ${decider(view)}${when}. Nothing was run.`;
    case 'expired':
      return `Expired ${oneLine(view.expiresAt, 60)}: nobody decided in time. Nothing was run.`;
    case 'superseded':
    case 'open':
      return closedElsewhere(view);
  }
}

function closedElsewhere(view: ApprovalView): string {
  switch (view.planState) {
    case 'denied':
      return `Closed: ${view.decidedBy ? decider(view) : 'the other signer'} denied it. Nothing was run.`;
    case 'expired':
      return 'Closed: not everybody signed in time. Nothing was run.';
    case 'stale':
      return 'Out of date: this plan can no longer be signed.';
    case 'observed':
      return planOnly;
    case 'open':
    case 'authorized':
    case 'running':
    case 'done':
    case 'failed':
      return 'Closed: a newer question took the place of this one. Nothing is needed here.';
  }
}

function afterApproval(view: ApprovalView): string {
  switch (view.planState) {
    case 'open':
      return 'Waiting for the other signature.';
    case 'authorized':
      return 'Signed. It runs next.';
    case 'running':
      return 'Running now.';
    case 'done':
      return 'Done: every step was carried out.';
    case 'failed':
      return 'Not finished: it stopped before the end, and a person has to look at it.';
    case 'observed':
      return planOnly;
    case 'denied':
      return 'The other signer denied it. Nothing was run.';
    case 'expired':
      return 'It expired before it could run. Nothing was run.';
    case 'stale':
      return 'Out of date: something changed after it was signed, so it was stopped. Nothing more runs under it.';
  }
}
