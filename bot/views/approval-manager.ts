import type { ApprovalView } from '../../engine/domain.ts';
import type { CardBlock } from '../card.ts';
import { claimedMark, planLine } from './approval-parts.ts';
import { hasEnded, isOpen, standing } from './approval-state.ts';
import { marksOf, outcomeOf } from './step-card.ts';
import { manyLines, nameAndMail, oneLine, paragraph } from './words.ts';

/** The same question in a manager's words: is it needed for the job? None of the Msp's links, reasons or findings. */
export function managerBlocks(view: ApprovalView): CardBlock[] {
  const name = oneLine(view.requester.name, 80);
  const question = 'Do they need it for their job? Your IT team checks the technical side.';
  return [
    ...standing(view),
    ...(isOpen(view) ? [paragraph(question)] : []),
    {
      type: 'facts',
      facts: [
        { name: 'Asked by', value: nameAndMail(view.requester) },
        ...(view.ticket ? [{ name: 'Ticket', value: oneLine(view.ticket.number, 40) }] : []),
      ],
    },
    ...claimedMark(view),
    { type: 'quote', text: manyLines(view.ask, 300), from: name },
    {
      type: 'steps',
      title: 'What would change',
      steps: view.steps.map((step) => ({
        text: oneLine(step.text, 300),
        details: [],
        marks: marksOf(step),
        outcome: outcomeOf({ ...step, outcome: null }, hasEnded(view)),
      })),
    },
    planLine(view),
  ];
}
