import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { hasMark, renderBody, renderNote, renderSummary } from '../../connectors/connectwise/note.ts';
import type { NoteBlock } from '../../connectors/contract.ts';

const text = (value: string): NoteBlock[] => [{ type: 'text', text: value }];
const markdown = new MarkdownIt({ html: true });
/** What a reader sees, without tags and with entities read. */
const seen = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .trim();

describe('a rendered note', () => {
  it('shows every kind of block and ends with its reference line', () => {
    const blocks: NoteBlock[] = [
      { type: 'heading', text: 'Plan' },
      { type: 'text', text: 'First line\nsecond line' },
      { type: 'facts', facts: [{ name: 'Client', value: 'Acme Corp' }] },
      { type: 'list', ordered: true, items: ['Add Maya Lopez to App - Zendesk', 'Tell her'] },
      { type: 'list', ordered: false, items: ['m365.add_group_member'] },
      { type: 'quote', text: 'I need access\nplease' },
    ];
    expect(renderNote(blocks, 'K7QX9P')).toBe(
      [
        '**Plan**',
        'First line\nsecond line',
        '- **Client:** Acme Corp',
        '1. Add Maya Lopez to App - Zendesk\n2. Tell her',
        '- m365.add_group_member',
        '> I need access\n> please',
        'Ref K7QX9P',
      ].join('\n\n'),
    );
  });

  it.each([
    '**bold** and _em_ and __strong__',
    '# heading',
    '> quote',
    '- item',
    '+ item',
    '1. item',
    '1) item',
    '[link](https://evil.example)',
    '![image](https://evil.example/x.png)',
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '`code`',
    '```fence',
    '~~gone~~',
    '    indented code',
    '| a | b |',
    '&lt;b&gt;',
    '---',
    '===',
    'back\\slash \\*',
    'o_brien@acme.example and a_b_c and _x',
    '*** stars',
  ])('leaves what people wrote as words, in every kind of block: %s', (written) => {
    const blocks: NoteBlock[][] = [
      text(written),
      [{ type: 'heading', text: written }],
      [{ type: 'list', ordered: false, items: [written] }],
      [{ type: 'list', ordered: true, items: [written] }],
      [{ type: 'facts', facts: [{ name: 'n', value: written }] }],
      [{ type: 'quote', text: written }],
    ];
    for (const [index, block] of blocks.entries()) {
      const html = markdown.render(renderBody(block));
      const words = seen(html).replace(/^n: /, '');
      expect(words, `block ${index}: ${html}`).toBe(written.trim());
      expect(html).not.toMatch(/<(h\d|em|a|img|code|pre|s|script|hr|table)\b/);
      expect(html.match(/<(blockquote|ul|ol)/g) ?? []).toHaveLength(index < 2 ? 0 : 1);
    }
  });

  it('shows each further line of an item as a point under it, in longer lists too', () => {
    const items = Array.from({ length: 10 }, (_, at) => `Step ${at + 1}\nno → yes\n# Result: <b>Done</b>`);
    const body = renderBody([{ type: 'list', ordered: true, items }]);
    expect(body.split('\n').slice(0, 3)).toEqual([
      '1. Step 1',
      '   - no → yes',
      '   - \\# Result: &lt;b>Done&lt;/b>',
    ]);
    const html = markdown.render(body);
    expect(html.match(/<ol>/g)).toHaveLength(1);
    expect(html.match(/<ul>/g)).toHaveLength(10);
    expect(html.match(/<li>/g)).toHaveLength(30);
    expect(html).not.toMatch(/<(b|h\d|pre)\b/);
  });

  it('lets no untrusted line start a block of its own', () => {
    const html = markdown.render(renderBody(text('fine\n# not a heading\n\n- not a list\n===')));
    expect(html).not.toMatch(/<(h\d|ul|li)/);
  });

  it('drops characters that hide or reorder words', () => {
    expect(renderBody(text('a\u202eb\u0000c\u2066d\r\ne'))).toBe('abcd\ne');
  });

  it('leaves out what is empty', () => {
    expect(
      renderBody([{ type: 'heading', text: ' ' }, ...text('x'), { type: 'list', ordered: false, items: [] }]),
    ).toBe('x');
  });

  it('that is too long is cut with a sign, keeps its reference line and splits no character', () => {
    const note = renderNote(text('😀'.repeat(60)), 'K7QX9P', 51);
    expect(note).toBe(`${'😀'.repeat(25)}\n\n… (cut here: 70 more characters did not fit)\n\nRef K7QX9P`);
    expect(renderBody(text('abc*def'), 4)).toBe('abc\n\n… (cut here: 5 more characters did not fit)');
    expect(renderBody(text('ab<cd'), 4)).toBe('ab\n\n… (cut here: 6 more characters did not fit)');
  });
});

describe('a mark', () => {
  it('is found at the end, with white space changed or words added, and only whole', () => {
    expect(hasMark(renderNote(text('x'), 'K7QX9P'), 'K7QX9P')).toBe(true);
    expect(hasMark('x Ref K7QX9P ', 'K7QX9P')).toBe(true);
    expect(hasMark('x\n\nRef K7QX9P\nedited by Tom', 'K7QX9P')).toBe(true);
    expect(hasMark('Ref K7QX9PZ', 'K7QX9P')).toBe(false);
    expect(hasMark('xRef K7QX9P', 'K7QX9P')).toBe(false);
    expect(hasMark('Ref K7QX9PZ Ref K7QX9P', 'K7QX9P')).toBe(true);
  });
});

describe('a summary', () => {
  it('is one plain line', () => {
    expect(renderSummary(' I need\n*Zendesk* ')).toBe('I need *Zendesk*');
    expect(renderSummary('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`);
    expect(renderSummary('x'.repeat(100))).toBe('x'.repeat(100));
  });
});
