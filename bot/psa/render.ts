import type { NoteBlock } from '../../connectors/contract.ts';
import type { Card, CardBlock, CardStep } from '../card.ts';

/** Card -> the plain blocks of a Note. A Note has no buttons, so only a question's choices are written out. */
export function render(card: Card): NoteBlock[] {
  const heading: NoteBlock[] = card.title === '' ? [] : [{ type: 'heading', text: card.title }];
  return [...heading, ...card.blocks.flatMap(blockOf), ...choicesOf(card)];
}

function blockOf(block: CardBlock): NoteBlock[] {
  switch (block.type) {
    case 'text':
      return [{ type: block.look === 'strong' ? 'heading' : 'text', text: block.text }];
    case 'mark':
      return [{ type: 'text', text: markText(block) }];
    case 'facts':
      return [
        {
          type: 'facts',
          facts: block.facts.map(({ name, value, url }) => ({
            name,
            value: url ? `${value} (${url})` : value,
          })),
        },
      ];
    case 'quote':
      return [
        { type: 'text', text: `${block.from} wrote:` },
        { type: 'quote', text: block.text },
      ];
    case 'links':
      return [
        { type: 'list', ordered: false, items: block.links.map(({ title, url }) => `${title}: ${url}`) },
      ];
    case 'steps':
      return [
        { type: 'heading', text: block.title },
        { type: 'list', ordered: true, items: block.steps.map(stepText) },
      ];
  }
}

const prefix = { good: 'Good', warning: 'Attention', danger: 'Warning' };

function markText(mark: { tone: keyof typeof prefix; text: string }): string {
  return `${prefix[mark.tone]}: ${mark.text}`;
}

function stepText(step: CardStep): string {
  const outcome = step.outcome ? [`Result: ${step.outcome.text}`] : [];
  return [step.text, ...step.marks.map(markText), ...step.details, ...outcome].join('\n');
}

function choicesOf(card: Card): NoteBlock[] {
  const items = card.actions.filter((action) => action.verb === 'choose').map((action) => action.label);
  return items.length === 0 ? [] : [{ type: 'list', items, ordered: false }];
}
