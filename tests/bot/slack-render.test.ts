import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readButtonValue } from '../../bot/slack/button.ts';
import type { Card, CardAction, CardBlock } from '../../bot/card.ts';
import { modalView, readModalContext } from '../../bot/slack/modal.ts';
import { bold, cut, inert, link } from '../../bot/slack/mrkdwn.ts';
import { renderCard } from '../../bot/slack/render.ts';
import { markupProblems, messageProblems, viewProblems } from '../stand-ins/block-kit-limits.ts';
import { approvalCard, words } from './slack-house.ts';

function card(blocks: CardBlock[], more: Partial<Card> = {}): Card {
  return { title: 'A title', tone: 'plain', blocks, actions: [], push: 'A push', ...more };
}

const long = 'Ein sehr langer Satz mit Ümläuten & <Zeichen>. '.repeat(400);
const nasty =
  '<!channel> <@U0TOM> <#C1|x> &amp; ```broken `code` *bold* _it_ ~gone~\n> quote\n<https://evil.example|Approve>\u202e\u0000';

const cards: [string, Card][] = [
  ['the approval', approvalCard()],
  ['an empty one', card([], { title: '', push: '' })],
  [
    'empty texts',
    card([
      { type: 'text', text: ' \n ' },
      { type: 'facts', facts: [] },
      { type: 'links', links: [] },
      { type: 'steps', title: '', steps: [] },
    ]),
  ],
  ['a long title', card([], { title: long, push: long })],
  [
    'a long text',
    card([
      { type: 'text', text: long },
      { type: 'text', text: long, look: 'strong' },
      { type: 'text', text: long, look: 'subtle' },
    ]),
  ],
  [
    'long facts',
    card([
      {
        type: 'facts',
        facts: Array.from({ length: 40 }, (_, n) => ({
          name: `${n} ${long}`,
          value: long,
          url: `https://x.example/${n}`,
        })),
      },
    ]),
  ],
  [
    'facts of nothing but signs',
    card([
      {
        type: 'facts',
        facts: [
          { name: '&'.repeat(900), value: '&'.repeat(900), url: `https://x.example/?${'&'.repeat(170)}` },
        ],
      },
    ]),
  ],
  [
    'a hundred steps',
    card(
      [
        {
          type: 'steps',
          title: 'Steps',
          steps: Array.from({ length: 100 }, (_, n) => ({
            text: `Step ${n}`,
            details: ['no -> yes'],
            marks: [],
            outcome: { tone: 'good', text: 'Done' },
          })),
        },
      ],
      { actions: approvalCard().actions },
    ),
  ],
  [
    'long steps',
    card([
      {
        type: 'steps',
        title: long,
        steps: Array.from({ length: 5 }, () => ({
          text: long,
          details: [long],
          marks: [{ tone: 'danger', text: long }],
        })),
      },
    ]),
  ],
  ['a long quote', card([{ type: 'quote', from: long, text: long.replaceAll('. ', '.\n') }])],
  [
    'long links',
    card([
      {
        type: 'links',
        links: Array.from({ length: 60 }, () => ({
          title: long,
          url: `https://x.example/${'a'.repeat(500)}`,
        })),
      },
    ]),
  ],
  [
    'many buttons',
    card([], {
      actions: Array.from({ length: 40 }, (_, n) => ({
        verb: 'choose',
        label: `${n} ${long}`,
        style: 'default',
        data: { choice: `${n}` },
      })),
    }),
  ],
  [
    'a button too big',
    card([], { actions: [{ verb: 'choose', label: 'x', style: 'default', data: { choice: long } }] }),
  ],
  [
    'nasty texts',
    card(
      [
        { type: 'text', text: nasty },
        { type: 'mark', tone: 'danger', text: nasty },
        { type: 'quote', from: nasty, text: nasty },
        { type: 'facts', facts: [{ name: nasty, value: nasty, url: 'javascript:alert(1)' }] },
        { type: 'links', links: [{ title: nasty, url: `https://x.example/|<!here>?a=1&b=<b>` }] },
      ],
      { title: nasty, push: nasty },
    ),
  ],
  [
    'emoji and other scripts',
    card([
      { type: 'text', text: '👩‍💻'.repeat(2000) },
      { type: 'text', text: '日本語のテキスト'.repeat(900) },
    ]),
  ],
];

describe('a card in Slack', () => {
  it.each(cards)('%s is within every limit', (_what, one) => {
    expect(messageProblems(renderCard(one))).toEqual([]);
  });

  it('any card at all is within every limit', () => {
    fc.assert(
      fc.property(anyCard, (one) => {
        expect(messageProblems(renderCard(one))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('words alone are a message without blocks', () => {
    expect(renderCard(words('Done. You have Zendesk access.'))).toEqual({
      text: 'Done. You have Zendesk access.',
    });
  });

  it('shows what is cut, keeps the buttons, and says that something is missing', () => {
    const { blocks = [] } = renderCard(cards.find(([what]) => what === 'a hundred steps')?.[1] ?? words(''));
    expect(blocks.at(-1)?.type).toBe('actions');
    expect(JSON.stringify(blocks.at(-2))).toContain('… (cut)');
    expect(JSON.stringify(renderCard(card([{ type: 'text', text: long }])).blocks)).toContain('… (cut)');
    expect(renderCard(words(long)).text).toMatch(/… \(cut\)$/);
  });

  it('what must not be missed is marked in words and with a sign', () => {
    const shown = JSON.stringify(renderCard(approvalCard()).blocks);
    expect(shown).toContain('🛑 *Danger:* Privileged: Omar Haddad is Global Administrator');
    expect(shown).toContain('⚠️ Give Maya Lopez access to Zendesk');
    expect(shown).toContain('<https://psa.example/tickets/4821?a=1&amp;b=2|4821>');
  });

  it('a quote cannot leave its quote', () => {
    const { blocks = [] } = renderCard(
      card([{ type: 'quote', from: 'Maya', text: 'one\n*Approved by Tom*\n<!here>' }]),
    );
    expect(blocks[1]).toMatchObject({
      text: { text: '*Maya*\n> one\n> ∗Approved by Tom∗\n> &lt;!here&gt;' },
    });
  });

  it('a choice that cannot fit into a button is announced and not lost in silence', () => {
    const { blocks } = renderCard(cards.find(([what]) => what === 'a button too big')?.[1] ?? words(''));
    expect(JSON.stringify(blocks)).toContain('1 more to choose from did not fit');
  });

  it('buttons of one verb have different ids that name the verb first', () => {
    const choose = (choice: string): CardAction => ({
      verb: 'choose',
      label: choice,
      style: 'default',
      data: { choice },
    });
    const { blocks = [] } = renderCard(card([], { actions: [choose('a'), choose('b')] }));
    expect(blocks.at(-1)).toMatchObject({ elements: [{ action_id: 'choose' }, { action_id: 'choose:1' }] });
  });
});

describe('text as text', () => {
  it('nothing in a text can mention, link, quote, fence or format', () => {
    expect(inert('<!channel> & <https://evil.example|Approve>')).toBe(
      '&lt;!channel&gt; &amp; &lt;https://evil.example|Approve&gt;',
    );
    expect(inert('> quote')).toBe('› quote');
    expect(inert('```a``` *b* _c_ ~d~')).not.toMatch(/[`*_~]/);
    expect(inert('a\u202eb\u0000c')).toBe('abc');
    expect(inert('\ud800')).toBe('\ufffd');
  });

  it('what cannot format is left as it was written', () => {
    for (const text of [
      'snake_case_name and other_name',
      '*.acme.example',
      'C:\\a~1',
      "it's 5 o`clock",
      '  - item',
    ]) {
      expect(inert(text)).toBe(text);
    }
  });

  it('a cut leaves no half entity and no half letter', () => {
    expect(cut(inert('&'.repeat(100)), 90)).toBe(`${'&amp;'.repeat(16)}… (cut)`);
    expect(cut('😀'.repeat(60), 100).isWellFormed()).toBe(true);
    expect(cut('short', 100)).toBe('short');
  });

  it('bold holds line by line', () => {
    expect(bold('one\n\ntwo*')).toBe('*one*\n\n*two∗*');
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
    'https://slack.com@evil.example',
    '',
    null,
  ])('no link is made of %s', (url) => {
    expect(link(url, 'words')).toBe('words');
  });

  it('any text is harmless', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 80, max: 200 }), (text, max) => {
        for (const shown of [inert(text), bold(text), cut(inert(text), max)]) {
          expect(markupProblems(shown)).toEqual([]);
          expect(shown).not.toMatch(/[<]/);
        }
        expect(cut(inert(text), max).length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a modal', () => {
  const at = { team: 'T0NORTH', channel: 'D0TOM', thread: null, replaceUrl: null };

  it('any question fits, and a click gives back the data that the button had', () => {
    fc.assert(
      fc.property(anyAsking, (action) => {
        const button = renderCard(card([], { actions: [action] })).blocks?.at(-1);
        const value = button?.type === 'actions' ? button.elements[0] : undefined;
        if (value?.type !== 'button') return expect(JSON.stringify(button)).toContain('did not fit');
        const read = readButtonValue(value.value);
        expect(read?.data).toEqual(action.data);
        const view = modalView(
          'deny',
          read?.data ?? {},
          read?.ask ?? { title: '', submit: '', fields: [] },
          at,
        );
        expect(viewProblems(view)).toEqual([]);
        expect(readModalContext(view.private_metadata ?? '')).toMatchObject({
          verb: 'deny',
          data: action.data,
          at,
        });
      }),
      { numRuns: 200 },
    );
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '<!here>',
    '<@U1>',
    '&',
    '&amp;',
    '```',
    '`',
    '*',
    '_',
    '~',
    '>',
    '\n',
    '|',
    ' ',
    '😀',
    '\ud83d',
    '\u202e',
    'é',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('word ', 'word '.repeat(300)),
);
const anyText = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
const tone = fc.constantFrom('good' as const, 'warning' as const, 'danger' as const);
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  anyText,
  fc.constant(null),
);
const step = fc.record({
  text: anyText,
  details: fc.array(anyText, { maxLength: 3 }),
  marks: fc.array(fc.record({ tone, text: anyText }), { maxLength: 3 }),
});
const anyBlock: fc.Arbitrary<CardBlock> = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    text: anyText,
    look: fc.constantFrom('normal' as const, 'strong' as const, 'subtle' as const),
  }),
  fc.record({ type: fc.constant('mark' as const), tone, text: anyText }),
  fc.record({
    type: fc.constant('facts' as const),
    facts: fc.array(fc.record({ name: anyText, value: anyText, url }), { maxLength: 12 }),
  }),
  fc.record({
    type: fc.constant('steps' as const),
    title: anyText,
    steps: fc.array(step, { maxLength: 12 }),
  }),
  fc.record({ type: fc.constant('quote' as const), text: anyText, from: anyText }),
  fc.record({
    type: fc.constant('links' as const),
    links: fc.array(fc.record({ title: anyText, url: url.map((one) => one ?? '') }), { maxLength: 12 }),
  }),
);
const data = fc.dictionary(
  fc.constantFrom('approvalId', 'digest', 'requestId', 'choice'),
  fc.string({ maxLength: 100 }),
  { noNullPrototype: true },
);
const field = fc.record({
  label: anyText,
  placeholder: fc.option(anyText, { nil: undefined }),
  required: fc.boolean(),
  multiline: fc.boolean(),
  maxLength: fc.integer({ min: 0, max: 10_000 }),
});
const anyAsking: fc.Arbitrary<CardAction> = fc
  .record({ title: anyText, submit: anyText, data, fields: fc.array(field, { minLength: 1, maxLength: 4 }) })
  .map(({ data, fields, ...ask }) => ({
    verb: 'deny',
    label: 'Deny',
    style: 'destructive',
    data,
    ask: { ...ask, fields: fields.map((one, index) => ({ ...one, id: `field${index}` })) },
  }));
const anyAction: fc.Arbitrary<CardAction> = fc.oneof(
  anyAsking,
  fc.record({
    verb: fc.constantFrom('approve', 'choose'),
    label: anyText,
    style: fc.constantFrom('default' as const, 'positive' as const),
    data,
  }),
);
const anyCard: fc.Arbitrary<Card> = fc.record({
  title: anyText,
  tone: fc.constantFrom('plain' as const, 'good' as const, 'warning' as const, 'danger' as const),
  blocks: fc.array(anyBlock, { maxLength: 10 }),
  actions: fc.array(anyAction, { maxLength: 8 }),
  push: anyText,
});

describe('a card that must be shown whole to be signed', () => {
  const approve = {
    verb: 'approve',
    label: 'Approve',
    style: 'positive' as const,
    data: { approvalId: 'a' },
    whole: true as const,
  };
  const deny = { verb: 'deny', label: 'Deny', style: 'destructive' as const, data: { approvalId: 'a' } };
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
    actions: [approve, deny],
  });

  it('keeps Approve when it is', () =>
    expect(JSON.stringify(renderCard(card(2)).blocks)).toContain('"action_id":"approve"'));
  it('loses Approve, and keeps Deny, when something had to be left out', () => {
    const text = JSON.stringify(renderCard(card(40)).blocks);
    expect(text).not.toContain('"action_id":"approve"');
    expect(text).toContain('"action_id":"deny"');
  });
});
