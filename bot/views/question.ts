import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { manyLines, oneLine, paragraph, plainMessage } from './words.ts';

type Question = Extract<Notice, { kind: 'question' }>;

/** Asks the employee one thing; each choice is a button, and writing works as well. */
export function question(notice: Question): Card {
  const text = manyLines(notice.text, 2_000);
  if (notice.choices.length === 0) return plainMessage(text);
  return {
    title: '',
    tone: 'plain',
    blocks: [paragraph(text), { type: 'text', text: 'You can also just write your answer.', look: 'subtle' }],
    actions: notice.choices.map((choice) => ({
      verb: 'choose',
      label: oneLine(choice, 75),
      style: 'default',
      data: { requestId: notice.requestId, choice },
    })),
    push: oneLine(text, 300),
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Question[] = [
  {
    kind: 'question',
    text: 'Which app do you need?',
    choices: ['Zendesk', 'Salesforce'],
    requestId: 'req_01',
  },
  { kind: 'question', text: 'Which app do you need?', choices: [], requestId: 'req_01' },
];
