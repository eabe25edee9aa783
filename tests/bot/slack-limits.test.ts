import { describe, expect, it } from 'vitest';
import { messageProblems, viewProblems } from '../stand-ins/block-kit-limits.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = (more: object) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const x = (length: number): string => 'x'.repeat(length);

describe('the checker of Slack’s limits', () => {
  it.each<[string, object[], string]>([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), 'invalid_blocks'],
    ['no blocks', [], 'invalid_blocks'],
    ['an unknown block', [{ type: 'banner' }], 'invalid_blocks'],
    ['a long header', [{ type: 'header', text: plain(x(151)) }], 'invalid_blocks'],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], 'invalid_blocks'],
    ['a long section', [section(x(3001))], 'invalid_blocks'],
    ['an empty section', [section(' ')], 'invalid_blocks'],
    ['a section of nothing', [{ type: 'section' }], 'invalid_blocks'],
    [
      '11 fields',
      [{ type: 'section', fields: Array.from({ length: 11 }, () => mrkdwn('x')) }],
      'invalid_blocks',
    ],
    ['a long field', [{ type: 'section', fields: [mrkdwn(x(2001))] }], 'invalid_blocks'],
    [
      '26 buttons',
      [actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `${n}` })))],
      'invalid_blocks',
    ],
    ['a long button', [actions(button({ text: plain(x(76)) }))], 'invalid_blocks'],
    ['a long value', [actions(button({ value: x(2001) }))], 'invalid_blocks'],
    ['one action id twice', [actions(button({}), button({}))], 'invalid_blocks'],
    ['one block id twice', ['a', 'a'].map((block_id) => ({ type: 'divider', block_id })), 'invalid_blocks'],
    ['too much in all', Array.from({ length: 5 }, () => section(x(2900))), 'msg_blocks_too_long'],
    ['a ping', [section('<!channel>')], 'invalid_blocks'],
    ['an open fence', [section('```x')], 'invalid_blocks'],
    ['a bare ampersand', [section('a & b')], 'invalid_blocks'],
  ])('refuses %s', (_what, blocks, error) => {
    expect(messageProblems({ text: 'x', blocks }).map((one) => one.error)).toContain(error);
  });

  it('refuses a text that is too long or missing, and takes what is right', () => {
    expect(messageProblems({ text: x(4001) })).toMatchObject([{ error: 'msg_too_long' }]);
    expect(messageProblems({})).toMatchObject([{ error: 'no_text' }]);
    const blocks = [section('> a &amp; b <https://x.example|x>'), actions(button({ value: x(2000) }))];
    expect(messageProblems({ text: 'x', blocks })).toEqual([]);
  });

  it.each<[string, object]>([
    ['a long title', { title: plain(x(25)) }],
    ['a long submit', { submit: plain(x(25)) }],
    ['long metadata', { private_metadata: x(3001) }],
    ['no blocks', { blocks: [] }],
  ])('refuses a modal with %s', (_what, more) => {
    const view = { type: 'modal', title: plain('x'), blocks: [{ type: 'divider' }] };
    expect(viewProblems(view)).toEqual([]);
    expect(viewProblems({ ...view, ...more })).not.toEqual([]);
  });
});
