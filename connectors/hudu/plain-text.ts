/** Turns an article's HTML into plain text: the words and their lines, no markup, no scripts, no links. */

/** Content that is never text for a reader. */
const hidden = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'svg',
  'iframe',
  'object',
  'textarea',
  'select',
]);
const paragraphs = new Set([
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'table',
  'pre',
  'blockquote',
]);
/** These begin and end a line, but leave no empty one between them. */
const lines = new Set(['div', 'section', 'article', 'header', 'footer', 'tr', 'li', 'hr', 'dt', 'dd']);

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  rarr: '→',
  copy: '©',
  reg: '®',
  trade: '™',
};

/** What looks like markup but is not understood is left out rather than shown. */
export function plainText(html: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const end = open === -1 ? html.length : open;
    parts.push(decoded(html.slice(at, end)).replace(/\s+/g, ' '));
    if (open === -1) break;
    const tag = readTag(html, open);
    parts.push(tag.text);
    at = tag.end;
  }
  return tidy(parts.join(''));
}

function readTag(html: string, open: number): { text: string; end: number } {
  if (html.startsWith('<!--', open)) return { text: '', end: after(html, '-->', open + 4) };
  const name = /^<\/?([a-z][a-z0-9:-]*)/i.exec(html.slice(open, open + 64))?.[1]?.toLowerCase();
  if (!name) {
    const isMarkup = /^<[!?/]/.test(html.slice(open, open + 2));
    return isMarkup ? { text: '', end: endOfTag(html, open) } : { text: '<', end: open + 1 };
  }
  const end = endOfTag(html, open);
  const closing = html[open + 1] === '/';
  const empty = name === 'svg' && html.startsWith('/>', end - 2);
  if (hidden.has(name) && !closing && !empty) return { text: '', end: endOfElement(html, name, end) };
  return { text: gap(name, closing), end };
}

/** A carriage return is a soft line end: many of them, or one next to a hard one, are one. */
function gap(name: string, closing: boolean): string {
  if (name === 'li') return closing ? '\r' : '\r- ';
  if (name === 'br') return '\n';
  if (paragraphs.has(name)) return '\n\n';
  if (lines.has(name)) return '\r';
  return name === 'td' || name === 'th' ? ' ' : '';
}

/** Past the `>` that ends the tag (one within a quoted value does not), or at the next tag when it never ends. */
function endOfTag(html: string, open: number): number {
  let quote = '';
  for (let at = open + 1; at < html.length; at += 1) {
    const char = html[at] ?? '';
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '>') {
      return at + 1;
    } else if (char === '<') {
      return at;
    } else if ((char === '"' || char === "'") && html[at - 1] === '=') {
      quote = char;
    }
  }
  return html.length;
}

function endOfElement(html: string, name: string, from: number): number {
  const close = new RegExp(`</${name}[^>]*>?`, 'gi');
  close.lastIndex = from;
  return close.exec(html) ? close.lastIndex : html.length;
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}

function decoded(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,15});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
    const code = name[1]?.toLowerCase() === 'x' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    const isShown = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isShown ? String.fromCodePoint(code) : ' ';
  });
}

function tidy(text: string): string {
  return text
    .replace(/ +/g, ' ')
    .replace(/\r- [\r\n ]+/g, '\r- ')
    .replace(/[\r\n ]*[\r\n][\r\n ]*/g, (gaps) => (gaps.split('\n').length > 2 ? '\n\n' : '\n'))
    .trim();
}
