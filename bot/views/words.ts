import type { Assurance } from '../../engine/domain.ts';
import type { Card, CardBlock } from '../card.ts';

const cutSign = '… (cut)';
// Control, zero-width and direction-changing characters can make a text read as something it is not.
const invisible = /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/gu;

/** Shortens to at most `max` UTF-16 units, with a sign that it was cut. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - cutSign.length).replace(/[\uD800-\uDBFF]$/, '');
  return kept.trimEnd() + cutSign;
}

/** Text that others wrote, made safe to stand inside a sentence of ours: one line, nothing invisible. */
export function oneLine(text: string, max: number): string {
  return cut(text.replace(/\s+/g, ' ').replace(invisible, '').trim(), max);
}

/** Text that others wrote, to stand by itself: its line breaks stay (at most one empty line), nothing invisible does. */
export function manyLines(text: string, max: number): string {
  const lines = text
    .split(/\r\n|\r|\n|\u2028|\u2029/)
    .map((line) => line.replace(/\t/g, ' ').replace(invisible, '').trimEnd());
  const joined = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return cut(joined, max);
}

/** Joins lines into running sentences, adding the full stops that are missing. */
export function sentences(lines: string[], max: number): string {
  const ended = lines.map((line) => oneLine(line, max)).filter((line) => line !== '');
  return cut(ended.map((line) => (/[.!?…)]$/.test(line) ? line : `${line}.`)).join(' '), max);
}

/** A chat message that is only words: each paragraph a block, the whole of it the push. */
export function plainMessage(...paragraphs: string[]): Card {
  return {
    title: '',
    tone: 'plain',
    blocks: paragraphs.map(paragraph),
    actions: [],
    push: paragraphs.join('\n\n'),
  };
}

/** One text block. */
export function paragraph(text: string): CardBlock {
  return { type: 'text', text };
}

/** " Your ticket is 4821.", or nothing. */
export function yourTicket(ticket: string | null): string {
  return ticket ? ` Your ticket is ${oneLine(ticket, 40)}.` : '';
}

/** What an employee is told the signers are called, IT team first. */
export function namesOfSigners(signers: ('technician' | 'manager')[]): string {
  if (!signers.includes('manager')) return 'your IT team';
  return signers.includes('technician') ? 'your IT team and your manager' : 'your manager';
}

/** How a Requester was verified, saying in words when they were not. */
export function howVerified(requester: { assurance: Assurance; how: string }): string {
  const how = oneLine(requester.how, 200);
  const says = requester.assurance === 'verified' || /not verified/i.test(how);
  return says ? how.charAt(0).toUpperCase() + how.slice(1) : `Not verified: ${how}`;
}

/** "Maya Lopez (maya@acme.example)". */
export function nameAndMail(requester: { name: string; mail: string | null }): string {
  const name = oneLine(requester.name, 80);
  return requester.mail ? `${name} (${oneLine(requester.mail, 120)})` : name;
}

/** Links of the sources a person can open; an address that is not a web page is left out. */
export function linksTo(sources: { title: string; url: string }[]): CardBlock[] {
  const links = sources
    .filter((source) => /^https?:\/\//i.test(source.url))
    .map((source) => ({ title: oneLine(source.title, 150), url: source.url.trim() }));
  return links.length > 0 ? [{ type: 'links', links }] : [];
}
