/** NoteBlocks as the markdown that ConnectWise shows in tickets; everything in them is taken as untrusted. */
import type { NoteBlock } from '../contract.ts';

/** In characters. ConnectWise names no limit of its own; longer notes become unreadable in its window. */
const LONGEST_NOTE = 30_000;
/** ConnectWise refuses a longer summary. */
const LONGEST_SUMMARY = 100;

/** The text of a Note, ending with the line by which `hasMark` finds it again; too long a body is visibly cut. */
export function renderNote(blocks: NoteBlock[], mark: string, longest = LONGEST_NOTE): string {
  return `${renderBody(blocks, longest)}\n\nRef ${mark}`;
}

/** Blocks as markdown without a reference line, at most `longest` characters and a sign if it was cut. */
export function renderBody(blocks: NoteBlock[], longest = LONGEST_NOTE): string {
  return cut(blocks.map(renderBlock).filter(Boolean).join('\n\n'), longest);
}

/** Whether a note's text carries the mark's reference line; ConnectWise may have changed its white space. */
export function hasMark(text: string, mark: string): boolean {
  const line = `Ref ${mark}`;
  for (let at = text.indexOf(line); at !== -1; at = text.indexOf(line, at + 1)) {
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + line.length])) return true;
  }
  return false;
}

/** Whether a note is one that we wrote: its text ends with a reference line. */
export function isOurs(text: string): boolean {
  return /(?:^|\s)Ref [\w-]{6,64}\s*$/.test(text);
}

/** A ticket's summary: plain text on one line, at most 100 characters. */
export function renderSummary(summary: string): string {
  const line = oneLine(clean(summary));
  if (line.length <= LONGEST_SUMMARY) return line;
  return `${withoutHalves(line.slice(0, LONGEST_SUMMARY - 1)).trimEnd()}…`;
}

function renderBlock(block: NoteBlock): string {
  switch (block.type) {
    case 'heading':
      return bold(block.text);
    case 'text':
      return lines(block.text).join('\n');
    case 'list':
      return block.items
        .map((item, index) => renderItem(item, block.ordered ? `${index + 1}. ` : '- '))
        .join('\n');
    case 'facts':
      return block.facts
        .map((fact) => `- ${bold(`${fact.name}:`)} ${inline(fact.value)}`.trimEnd())
        .join('\n');
    case 'quote':
      return lines(block.text)
        .map((line) => `> ${line}`.trimEnd())
        .join('\n');
  }
}

/** An item's first line, and each further one as a point under it. */
function renderItem(item: string, sign: string): string {
  const [first = '', ...more] = clean(item).trim().split('\n').map(inline);
  const points = more.filter(Boolean).map((line) => `${' '.repeat(sign.length)}- ${atStart(line)}`);
  return [`${sign}${atStart(first)}`, ...points].join('\n');
}

function bold(text: string): string {
  const inner = inline(text);
  return inner === '' ? '' : `**${inner}**`;
}

function inline(text: string): string {
  return escape(oneLine(clean(text)));
}

function lines(text: string): string[] {
  return clean(text)
    .trim()
    .split('\n')
    .map((line) => atStart(escape(line.trimEnd())));
}

/** Control characters and those that reorder text on screen say nothing to a reader and may deceive one. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?!\n|\t)\p{Cc}|[\u202a-\u202e\u2066-\u2069\u200e\u200f]/gu, '');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Takes a line's power to be markup, and no more, so that names, paths and addresses stay readable. */
function escape(line: string): string {
  return line
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*~[\]|]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');
}

/** What is markup only where a line or a list's item begins. */
function atStart(line: string): string {
  return line
    .replace(/^(\s*)([#>+=-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^\s{4,}|^\t/, '   ');
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = withoutHalves(text.slice(0, longest)).trimEnd();
  return `${kept}\n\n… (cut here: ${text.length - kept.length} more characters did not fit)`;
}

/** Drops what a cut left of a surrogate pair, an escape or an entity. */
function withoutHalves(text: string): string {
  return text
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/(?<!\\)((?:\\\\)*)\\$/, '$1')
    .replace(/&[a-z]{0,4}$/, '');
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\w-]/.test(character);
}
