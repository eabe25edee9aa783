import type { Card } from '../../card.ts';
import type { Command } from '../parse.ts';
import { usages } from '../parse.ts';
import { listing } from './listing.ts';

export function answerHelp({ about }: Extract<Command, { noun: 'help' }>): Card {
  const shown = usages.filter(({ noun }) => about === null || noun === about);
  return listing(
    about === null ? 'What you can write here' : `How to use ${about}`,
    shown.map(({ usage, summary }) => ({ head: usage, lines: [summary] })),
  );
}
