/**
 * Slack's mrkdwn, written defensively: whatever text we are given stays text. Nothing in it can mention
 * people, link, quote or format.
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */

/** Stands where text was left out. */
export const CUT_SIGN = '… (cut)';

/** Controls other than tab and newline, and the bidirectional overrides that reorder what is read. */
const invisible = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text without invisible controls and broken surrogates; for Slack's `plain_text` objects, which parse nothing. */
export function clean(text: string): string {
  return text.toWellFormed().replace(invisible, '');
}

/** Any text as mrkdwn that reads the same and does nothing. May be longer than the text was. */
export function inert(text: string): string {
  return clean(text).split('\n').map(disarm).map(escapeControls).join('\n');
}

/** Like `inert`, each line in bold. */
export function bold(text: string): string {
  return inert(text)
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : `*${line.trim().replaceAll('*', '∗')}*`))
    .join('\n');
}

/** At most `max` UTF-16 units, with a visible sign where something was left out; never half an entity. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const sign = max < 80 ? '…' : CUT_SIGN;
  const kept = text.slice(0, max - sign.length).replace(/&[a-z]{0,3}$/, '');
  return `${kept.replace(/[\ud800-\udbff]$/, '')}${sign}`;
}

/** As many whole lines as fit into `max`; for lines that must not be cut, such as links. */
export function cutLines(lines: string[], max: number): string {
  const whole = lines.join('\n');
  if (whole.length <= max) return whole;
  let room = max - CUT_SIGN.length;
  const end = lines.findIndex((line) => (room -= line.length + 1) < 0);
  return [...lines.slice(0, end), CUT_SIGN].join('\n');
}

/** A link where the address is http or https, else the words alone. `label` is any text; at most 1,600 in all. */
export function link(url: string | null | undefined, label: string): string {
  const words = cut(inert(label).replaceAll('\n', ' ').replaceAll('|', '¦'), LONGEST_LABEL);
  const address = webAddress(url);
  return address && words.trim() ? `<${address}|${words}>` : words;
}

const LONGEST_LABEL = 600;
const LONGEST_ADDRESS = 900;

function webAddress(url: string | null | undefined): string | null {
  const parsed = url ? URL.parse(url) : null;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return null;
  // "https://slack.com@elsewhere.example" reads like another place.
  if (parsed.username || parsed.password) return null;
  const address = escapeControls(parsed.href.replaceAll('|', '%7C'));
  return address.length <= LONGEST_ADDRESS ? address : null;
}

function escapeControls(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack has no escape for its formatting signs, so a pair of them becomes look-alikes; a lone one is harmless. */
function disarm(line: string): string {
  return line
    .replace(/^(\s*)>/, '$1›')
    .replace(/^.*`.*`.*$/u, (all) => all.replaceAll('`', 'ˋ'))
    .replace(/^.*\*.*\*.*$/u, (all) => all.replaceAll('*', '∗'))
    .replace(/^.*~.*~.*$/u, (all) => all.replaceAll('~', '∼'))
    .replace(/^.*_.*_.*$/u, (all) => all.replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿'));
}
