import type { ApprovalView, Notice } from '../../engine/domain.ts';
import type { Card, CardAction, CardBlock, Tone } from '../card.ts';
import { claimedMark, planLine } from './approval-parts.ts';
import { hasEnded, isOpen, standing, verdictInPush } from './approval-state.ts';
import { managerBlocks } from './approval-manager.ts';
import { marksOf, stepCard } from './step-card.ts';
import { cut, howVerified, manyLines, nameAndMail, oneLine, paragraph, sentences } from './words.ts';

type Approval = Extract<Notice, { kind: 'approval' }>;

/** The question to a technician or a manager, and afterwards the record of the answer and of how it went. */
export function approval(notice: Approval): Card {
  const view = notice.approval;
  const what = oneLine(view.title, 150);
  const name = oneLine(view.requester.name, 80);
  const forManager = view.signer === 'manager';
  const claimed = view.requester.assurance === 'claimed';
  return {
    title: forManager ? cut(`${name} asks for this: ${what}`, 150) : what,
    tone: toneOf(view),
    blocks: forManager ? managerBlocks(view) : technicianBlocks(view),
    actions: isOpen(view) ? [approve(view), deny(view)] : [],
    push: `${verdictInPush(view)} ${what} · ${oneLine(view.client, 80)} · asked by ${name}${claimed ? ' (not verified)' : ''}`,
  };
}

function technicianBlocks(view: ApprovalView): CardBlock[] {
  const name = oneLine(view.requester.name, 80);
  const open = isOpen(view);
  const why = sentences(view.why, 600);
  const ended = hasEnded(view);
  return [
    ...standing(view),
    {
      type: 'facts',
      facts: [
        { name: 'Client', value: oneLine(view.client, 100) },
        { name: 'Requester', value: nameAndMail(view.requester) },
        { name: 'How verified', value: howVerified(view.requester) },
        ...(view.ticket
          ? [{ name: 'Ticket', value: oneLine(view.ticket.number, 40), url: view.ticket.url }]
          : []),
      ],
    },
    ...claimedMark(view),
    { type: 'quote', text: manyLines(view.ask, 300), from: name },
    ...findings(view).map(paragraph),
    {
      type: 'steps',
      title: 'Steps',
      steps: view.steps.map((step) => stepCard(step, { ended, withTool: false, withUndo: true })),
    },
    ...(why && open ? [paragraph(`Why it asks: ${why}`)] : []),
    planLine(view),
  ];
}

/** Two lines of what was read, without those that a Step below says as well. */
function findings({ diagnosis, steps }: ApprovalView): string[] {
  const bare = (line: string) => oneLine(line, 250).replace(/[.]$/, '');
  const below = new Set(steps.flatMap(({ remarks }) => remarks.map(bare)));
  return diagnosis
    .filter((line) => !below.has(bare(line)))
    .slice(0, 2)
    .map((line) => oneLine(line, 250));
}

function toneOf(view: ApprovalView): Tone {
  if (!isOpen(view)) {
    if (view.planState === 'done') return 'good';
    return view.planState === 'failed' ? 'danger' : 'plain';
  }
  if (view.requester.assurance === 'claimed') return 'danger';
  const marks = view.steps.flatMap(marksOf);
  if (marks.some((mark) => mark.tone === 'danger')) return 'danger';
  return marks.length > 0 ? 'warning' : 'plain';
}

function approve(view: ApprovalView): CardAction {
  const data = { approvalId: view.approvalId, digest: view.digest };
  return { verb: 'approve', label: 'Approve', style: 'positive', data, whole: true };
}

function deny(view: ApprovalView): CardAction {
  const team = view.signer === 'manager' ? 'your IT team' : 'your team';
  return {
    verb: 'deny',
    label: 'Deny',
    style: 'destructive',
    data: { approvalId: view.approvalId, digest: view.digest },
    ask: {
      title: 'Deny this plan',
      submit: 'Deny',
      fields: [
        {
          id: 'reason',
          label: `Why? Only ${team} and the ticket see this`,
          required: true,
          multiline: true,
          maxLength: 1_000,
        },
        {
          id: 'message',
          label: 'Message to the employee (optional)',
          placeholder: 'Empty: they read that it was not approved',
          required: false,
          multiline: true,
          maxLength: 1_000,
        },
      ],
    },
  };
}
