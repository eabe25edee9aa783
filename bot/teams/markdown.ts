/** Text from outside -> text that a Teams card shows as it was written, and nothing else. */

const CUT = '… (cut)';
const TRUST_NO_URL_LONGER_THAN = 2_000;

// Controls, and the marks that turn the reading direction of what follows them.
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Cuts to `limit` characters with a visible sign, never inside a character; drops what cannot be seen. */
export function cut(text: string, limit: number): string {
  const clean = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (mark) => (mark === '\n' || mark === '\t' ? mark : ''));
  if (clean.length <= limit) return clean;
  return `${clean
    .slice(0, Math.max(0, limit - CUT.length))
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}${CUT}`;
}

/**
 * Cut text with everything escaped that a Teams card reads as markdown; line breaks stay line breaks.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
 */
export function plain(text: string, limit: number): string {
  return cut(text, limit)
    .split('\n')
    .map((line) => escapeLine(line.trim()))
    .filter((line) => line !== '')
    .join('\n\n');
}

function escapeLine(line: string): string {
  return (
    line
      .replace(/[\\`*[\]]/g, '\\$&')
      // An underscore inside a word is no emphasis, and group names are full of them.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
      // Arrows ("no -> yes") stay readable where a client shows the backslash.
      .replace(/<(?=[a-z/!?])/gi, '\\<')
      .replace(/&(?=#?\w+;)/g, '\\&')
      // Two together strike out.
      .replace(/~(?=~)/g, '\\~')
      .replace(/^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|-{2,}|=+$|>)/, '\\$&')
      .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
  );
}

/** A markdown link, or just its title when the URL is no plain http(s) address. */
export function link(title: string, url: string | null | undefined, limit: number): string {
  const safe = url ? httpUrl(url) : null;
  const words = plain(title, limit).replaceAll('\n', ' ');
  return safe ? `[${words || '…'}](${safe})` : words;
}

function httpUrl(url: string): string | null {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) return null;
  const href = parsed.href.replace(
    /[()[\]<>\\*_`]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return href.length > TRUST_NO_URL_LONGER_THAN ? null : href;
}
