import { describe, expect, it } from 'vitest';
import type { Card } from '../../bot/card.ts';
import { render } from '../../bot/psa/render.ts';
import { examples, view } from '../../bot/views/index.ts';

const empty: Card = { title: '', tone: 'plain', blocks: [], actions: [], push: 'push' };

describe('a note', () => {
  it('turns every kind of block into plain blocks, in order', () => {
    const card: Card = {
      ...empty,
      title: 'Title',
      blocks: [
        { type: 'text', text: 'Words' },
        { type: 'text', text: 'Section', look: 'strong' },
        { type: 'mark', tone: 'danger', text: 'Privileged' },
        {
          type: 'facts',
          facts: [
            { name: 'Client', value: 'Acme' },
            { name: 'Ticket', value: '7', url: 'https://psa/7' },
          ],
        },
        { type: 'quote', text: 'I need <b>this</b>', from: 'Maya' },
        { type: 'links', links: [{ title: 'VPN', url: 'https://docs/vpn' }] },
      ],
    };
    expect(render(card)).toEqual([
      { type: 'heading', text: 'Title' },
      { type: 'text', text: 'Words' },
      { type: 'heading', text: 'Section' },
      { type: 'text', text: 'Warning: Privileged' },
      {
        type: 'facts',
        facts: [
          { name: 'Client', value: 'Acme' },
          { name: 'Ticket', value: '7 (https://psa/7)' },
        ],
      },
      { type: 'text', text: 'Maya wrote:' },
      { type: 'quote', text: 'I need <b>this</b>' },
      { type: 'list', ordered: false, items: ['VPN: https://docs/vpn'] },
    ]);
  });

  it('writes steps as an ordered list, each mark, detail and result on a line of its own', () => {
    const card: Card = {
      ...empty,
      blocks: [
        {
          type: 'steps',
          title: 'Steps',
          steps: [
            {
              text: 'Do it [a.do_it]',
              details: ['x: no → yes'],
              marks: [{ tone: 'warning', text: 'Cannot be undone' }],
              outcome: { tone: 'good', text: 'Done' },
            },
          ],
        },
      ],
    };
    expect(render(card)).toEqual([
      { type: 'heading', text: 'Steps' },
      {
        type: 'list',
        ordered: true,
        items: ['Do it [a.do_it]\nAttention: Cannot be undone\nx: no → yes\nResult: Done'],
      },
    ]);
  });

  it('has no buttons, but a question keeps its choices', () => {
    const question = view({
      kind: 'question',
      text: 'Which app?',
      choices: ['Zendesk', 'Salesforce'],
      requestId: 'r',
    });
    expect(render(question).at(-1)).toEqual({
      type: 'list',
      ordered: false,
      items: ['Zendesk', 'Salesforce'],
    });
    const denied = view({ kind: 'denied', ticket: null, message: null, by: 'technician', requestId: 'r' });
    expect(render(denied)).toEqual([{ type: 'text', text: "Your IT team didn't approve this." }]);
  });

  it('of a plain message is just its words', () => {
    expect(render(view({ kind: 'done', text: 'You have access.', ticket: null }))).toEqual([
      { type: 'text', text: 'Done. You have access.' },
    ]);
  });

  it.each(examples.map((notice, index) => [`${index} ${notice.kind}`, notice] as const))(
    'can be made of any notice: %s',
    (_, notice) => {
      const blocks = render(view(notice));
      expect(blocks.length).toBeGreaterThan(0);
      expect(JSON.stringify(blocks)).not.toContain('undefined');
    },
  );
});
