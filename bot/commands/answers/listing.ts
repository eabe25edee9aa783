import type { Card, CardBlock } from '../../card.ts';
import { oneLine } from '../../views/words.ts';

export interface ListEntry {
  head: string;
  lines: string[];
}

/** A title and entries, each a strong line with quieter ones under it; readable on a phone. */
export function listing(title: string, entries: ListEntry[], last: string[] = []): Card {
  const blocks = entries.flatMap(({ head, lines }): CardBlock[] => [
    { type: 'text', text: oneLine(head, 300), look: 'strong' },
    ...lines.map((line): CardBlock => ({ type: 'text', text: oneLine(line, 400), look: 'subtle' })),
  ]);
  const rest = last.map((line): CardBlock => ({ type: 'text', text: oneLine(line, 400) }));
  return sheet(title, [...blocks, ...rest]);
}

/** A card that only shows something. */
export function sheet(title: string, blocks: CardBlock[], tone: Card['tone'] = 'plain'): Card {
  return { title: oneLine(title, 150), tone, blocks, actions: [], push: oneLine(title, 150) };
}
