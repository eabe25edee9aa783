import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { Card, CardAction, CardBlock } from '../../bot/card.ts';
import { link, plain } from '../../bot/teams/markdown.ts';
import { renderCard, renderMessage, withSentence } from '../../bot/teams/render.ts';
import { emptyCard } from './teams-house.ts';

const schemaFile = new URL('../../../shared/schemas/adaptive-card-1.5.0.json', import.meta.url);
const hasSchema = existsSync(schemaFile);
if (!hasSchema) console.warn('skipped: the official Adaptive Card 1.5 schema is not at ../shared/schemas');

function problemsBySchema(): (card: unknown) => unknown {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as { id?: string };
  delete schema.id;
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  ajv.addMetaSchema(createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-06.json') as object);
  const validate = ajv.compile(schema);
  return (card) => (validate(card) ? [] : validate.errors);
}

const deny: CardAction = {
  verb: 'deny',
  label: 'Deny',
  style: 'destructive',
  data: { approvalId: 'apr_1', digest: 'd' },
  ask: {
    title: 'Why not?',
    submit: 'Deny it',
    fields: [
      { id: 'reason', label: 'Reason, for the ticket', required: true, multiline: true, maxLength: 500 },
      {
        id: 'message',
        label: 'Message to Maya',
        placeholder: 'Optional',
        required: false,
        multiline: true,
        maxLength: 500,
      },
    ],
  },
};
const approve: CardAction = {
  verb: 'approve',
  label: 'Approve',
  style: 'positive',
  data: { approvalId: 'apr_1', digest: 'd' },
};

const approval: Card = {
  title: 'Give Maya Lopez access to Zendesk',
  tone: 'warning',
  push: 'Acme Corp: Maya Lopez asks for access to Zendesk. Approve or deny.',
  blocks: [
    {
      type: 'facts',
      facts: [
        { name: 'Client', value: 'Acme Corp' },
        { name: 'Ticket', value: '4821', url: 'https://psa.example/t?id=4821&x=(1)' },
      ],
    },
    { type: 'mark', tone: 'danger', text: 'Privileged: Omar Haddad is Global Administrator' },
    {
      type: 'steps',
      title: 'Steps',
      steps: [
        {
          text: 'Add Maya Lopez to App - Zendesk',
          details: ['member: no -> yes', 'Can be undone: remove her'],
          marks: [{ tone: 'warning', text: 'From the text' }],
          outcome: { tone: 'good', text: 'Done' },
        },
      ],
    },
    { type: 'quote', from: 'Maya Lopez wrote', text: 'I need access\nto Zendesk' },
    {
      type: 'links',
      links: [
        { title: 'Zendesk access', url: 'https://docs.example/1' },
        { title: 'Bad', url: 'javascript:alert(1)' },
      ],
    },
    { type: 'text', text: 'Code 7F3A, expires Sun 22 Nov, 09:02', look: 'subtle' },
  ],
  actions: [approve, deny],
};
const many = Array.from({ length: 400 }, (_, index) => index);
const cards: Record<string, Card> = {
  approval,
  'one title': { ...emptyCard, title: 'Stopped', push: 'Stopped' },
  'all empty but a button': { ...emptyCard, actions: [{ ...approve, label: '' }] },
  'empty texts': {
    ...emptyCard,
    title: ' ',
    blocks: [
      { type: 'facts', facts: [{ name: '', value: '' }] },
      { type: 'facts', facts: [] },
      { type: 'quote', text: '', from: '' },
    ],
  },
  'huge texts': {
    ...approval,
    title: 'x'.repeat(50_000),
    push: 'y'.repeat(50_000),
    blocks: [{ type: 'text', text: '*'.repeat(100_000) }],
  },
  'very many steps': {
    ...approval,
    blocks: [
      {
        type: 'steps',
        title: 'Steps',
        steps: many.map((n) => ({
          text: `Step ${n} ${'long '.repeat(80)}`,
          details: many.map(String),
          marks: [],
        })),
      },
    ],
  },
  'very many blocks': {
    ...approval,
    blocks: many.map((n): CardBlock => ({ type: 'text', text: `${n} ${'é'.repeat(900)}` })),
  },
  'ten choices': {
    ...approval,
    actions: Array.from({ length: 10 }, (_, n) => ({ ...approve, verb: 'choose', label: `Choice ${n}` })),
  },
  unicode: {
    ...approval,
    title: '日本語 👩🏽‍💻 \ud800 \u202eevil\u202c \u0000',
    blocks: [{ type: 'text', text: '🎉'.repeat(9_000) }],
  },
};

describe('a card', () => {
  it.skipIf(!hasSchema).each(Object.entries(cards))('is valid by the official schema: %s', (_name, card) => {
    expect(problemsBySchema()(renderCard(card))).toEqual([]);
  });

  it.each(Object.entries(cards))('is small enough for Teams, and keeps its buttons: %s', (_name, card) => {
    const text = JSON.stringify(renderCard(card));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(25_000);
    expect(text.match(/"Action\.(Execute|ShowCard)","title"/g) ?? []).toHaveLength(
      card.actions.length + card.actions.filter((action) => action.ask).length,
    );
  });

  it.each(['huge texts', 'very many steps', 'very many blocks', 'unicode'])(
    'shows that something was cut: %s',
    (name) => {
      expect(JSON.stringify(renderCard(cards[name] ?? emptyCard))).toMatch(/… \(cut/);
    },
  );

  it.skipIf(!hasSchema)('of any shape is valid and small enough', () => {
    const problems = problemsBySchema();
    fc.assert(
      fc.property(anyCard(), (card) => {
        const rendered = renderCard(card);
        expect(problems(rendered)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(rendered))).toBeLessThanOrEqual(25_000);
      }),
      { numRuns: 60 },
    );
  });

  it('wraps every text, so that a phone shows all of it', () => {
    const walk = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(walk)] : [];
    const texts = walk(renderCard(approval)).filter(
      (each) => (each as { type?: string }).type === 'TextBlock',
    );
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.every((each) => (each as { wrap?: boolean }).wrap)).toBe(true);
  });

  it('says in its push text and in its fallback what it is about', () => {
    expect(renderMessage(approval)).toMatchObject({
      summary: approval.push,
      attachments: [{ content: { fallbackText: approval.push } }],
    });
  });

  it('asks for a reason below its button, which alone needs it', () => {
    expect(renderCard(approval).actions).toMatchObject([
      {
        type: 'Action.Execute',
        title: 'Approve',
        verb: 'approve',
        style: 'positive',
        data: approve.data,
        associatedInputs: 'none',
      },
      {
        type: 'Action.ShowCard',
        title: 'Deny…',
        card: {
          body: [
            {},
            { id: 'reason', isRequired: true, isMultiline: true, maxLength: 500 },
            { id: 'message', isRequired: false },
          ],
          actions: [
            {
              type: 'Action.Execute',
              title: 'Deny it',
              verb: 'deny',
              data: deny.data,
              associatedInputs: 'auto',
            },
          ],
        },
      },
    ]);
  });
});

describe('a plain message', () => {
  const text = (...texts: string[]): Card => ({
    ...emptyCard,
    blocks: texts.map((each) => ({ type: 'text', text: each })),
    push: texts.join(' '),
  });

  it('is its words as they are, without markup', () => {
    expect(renderMessage(text('Done. You have *Zendesk*.', 'Sign in again.'))).toEqual({
      type: 'message',
      text: 'Done. You have *Zendesk*.\n\nSign in again.',
      textFormat: 'plain',
    });
  });

  it('is the push text when there is nothing else', () => {
    expect(renderMessage({ ...emptyCard, push: 'Hi Maya' })).toMatchObject({ text: 'Hi Maya' });
  });

  it('is cut with a sign when it is too long', () => {
    expect(renderMessage(text('x'.repeat(100_000)))).toMatchObject({
      text: expect.stringMatching(/^x{10000,}… \(cut\)$/) as unknown,
    });
  });
});

describe('a sentence', () => {
  it('is put on the card once', () => {
    const once = withSentence(approval, 'Approved by Tom Reed.');
    expect(once.blocks).toHaveLength(approval.blocks.length + 1);
    expect(withSentence(once, 'Approved by Tom Reed.')).toBe(once);
    expect(withSentence(approval, '')).toBe(approval);
  });
});

describe('text from outside', () => {
  const markdown = new MarkdownIt({ html: false });
  const textOf = (source: string): string => {
    const element = markdown.parse(source, {}).flatMap((token) => [token, ...(token.children ?? [])]);
    expect(new Set(element.map(({ type }) => type))).toSatisfy((types: Set<string>) =>
      [...types].every((type) =>
        ['paragraph_open', 'paragraph_close', 'inline', 'text', 'text_special'].includes(type),
      ),
    );
    return element
      .flatMap(({ type, content }) => (['text', 'text_special'].includes(type) ? [content] : []))
      .join('');
  };

  it.each([
    '[Sign in](https://evil.example)',
    '![x](https://evil.example/x.png)',
    '<https://evil.example>',
    '**bold** _it_ __b__ *i* `code` ***',
    '# head',
    '> quote',
    '- item',
    '+ item',
    '12. item',
    '1) item',
    '---',
    '===',
    '~~~ fence',
    '``` fence',
    '    indented code',
    '&lt;b&gt; &#42;x&#42;',
    'back\\slash \\[x](y)',
    '[ref]: https://evil.example',
    '<script>alert(1)</script>',
    'App_Name_Two _x_',
  ])('is shown as it was written: %s', (written) => {
    expect(textOf(plain(written, 500))).toBe(written.trim());
  });

  it('of any kind has no markup, only its own characters', () => {
    const piece = fc.constantFrom(
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '#',
      '-',
      '1.',
      ' ',
      '>',
      '`',
      '\\',
      '<',
      '!',
      '&amp;',
      'a',
      '~',
      '|',
      '+',
      '=',
      ':',
      'http://x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const written = pieces.join('');
        expect(textOf(plain(written, 500))).toBe(written.trim());
      }),
      { numRuns: 2_000, examples: [[['~', '~', '*', '~', '~']]] },
    );
  });

  it('keeps group names and arrows readable where escapes are shown', () => {
    expect(plain('App_Zendesk: no -> yes (since 2024), 50% & more', 500)).toBe(
      'App_Zendesk: no -> yes (since 2024), 50% & more',
    );
  });

  it('cannot turn the reading direction or hide characters', () => {
    expect(plain('a\u202eb\u2066c\u0007d', 500)).toBe('abcd');
  });

  it.each([
    ['https://docs.example/a(b)_c', '[T](https://docs.example/a%28b%29%5Fc)'],
    ['javascript:alert(1)', 'T'],
    ['data:text/html,x', 'T'],
    ['https://user:pw@evil.example', 'T'],
    ['//evil.example', 'T'],
    ['not a url', 'T'],
    [null, 'T'],
  ])('links only to plain web addresses: %s', (url, shown) => {
    expect(link('T', url, 500)).toBe(shown);
  });

  it('cannot break out of the title of a link', () => {
    expect(link('x](https://evil.example) [y', 'https://good.example/', 500)).toBe(
      '[x\\](https://evil.example) \\[y](https://good.example/)',
    );
  });
});

function anyCard(): fc.Arbitrary<Card> {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constant('*_[x](y) '.repeat(700)),
  );
  const tone = fc.constantFrom('good' as const, 'warning' as const, 'danger' as const);
  const mark = fc.record({ tone, text });
  const step = fc.record({
    text,
    details: fc.array(text, { maxLength: 4 }),
    marks: fc.array(mark, { maxLength: 3 }),
    outcome: fc.option(mark, { nil: undefined }),
  });
  const block: fc.Arbitrary<CardBlock> = fc.oneof(
    fc.record({
      type: fc.constant('text' as const),
      text,
      look: fc.constantFrom('normal' as const, 'strong' as const, 'subtle' as const, undefined),
    }),
    fc.record({ type: fc.constant('mark' as const), tone, text }),
    fc.record({
      type: fc.constant('facts' as const),
      facts: fc.array(fc.record({ name: text, value: text, url: fc.option(fc.webUrl()) }), { maxLength: 12 }),
    }),
    fc.record({ type: fc.constant('steps' as const), title: text, steps: fc.array(step, { maxLength: 12 }) }),
    fc.record({ type: fc.constant('quote' as const), text, from: text }),
    fc.record({
      type: fc.constant('links' as const),
      links: fc.array(fc.record({ title: text, url: fc.oneof(fc.webUrl(), text) }), { maxLength: 5 }),
    }),
  );
  const field = fc.record({
    id: fc.constantFrom('reason', 'message'),
    label: text,
    placeholder: text,
    required: fc.boolean(),
    multiline: fc.boolean(),
    maxLength: fc.nat(3000),
  });
  const action = fc.record({
    verb: fc.constantFrom('approve', 'deny'),
    label: text,
    style: fc.constantFrom('default' as const, 'positive' as const, 'destructive' as const),
    data: fc.dictionary(fc.constantFrom('approvalId', 'digest'), fc.string({ maxLength: 80 })),
    ask: fc.option(fc.record({ title: text, submit: text, fields: fc.array(field, { maxLength: 2 }) }), {
      nil: undefined,
    }),
  });
  return fc.record({
    title: text,
    tone: fc.constantFrom('plain' as const, 'good' as const, 'warning' as const, 'danger' as const),
    blocks: fc.array(block, { maxLength: 30 }),
    actions: fc.array(action, { maxLength: 8 }),
    push: text,
  });
}

describe('a card that must be shown whole to be signed', () => {
  const approve = {
    verb: 'approve',
    label: 'Approve',
    style: 'positive' as const,
    data: { approvalId: 'a' },
    whole: true as const,
  };
  const steps = (count: number) => ({
    type: 'steps' as const,
    title: 'Steps',
    steps: Array.from({ length: count }, () => ({ text: 'x'.repeat(900), details: [], marks: [] })),
  });
  const card = (count: number) => ({
    title: 'A plan',
    tone: 'plain' as const,
    push: 'A plan',
    blocks: [steps(count)],
    actions: [approve],
  });

  it('keeps Approve when it is, and loses it when something had to be left out', () => {
    expect(JSON.stringify(renderCard(card(2)))).toContain('"verb":"approve"');
    expect(JSON.stringify(renderCard(card(60)))).not.toContain('"verb":"approve"');
  });
});
