import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../connectors/contract.ts';
import type { Destination } from '../../engine/domain.ts';
import type { Refusal } from '../stand-ins/slack.ts';
import { approvalCard, startHouse, words, type House } from './slack-house.ts';

let house: House;
beforeEach(async () => {
  house = await startHouse();
});
afterEach(() => house.close());

const tomsDm: Destination = { channel: 'slack', workspace: 'T0NORTH', userId: 'U0TOM', address: null };
const thread: Destination = {
  channel: 'slack',
  workspace: 'T0ACME',
  userId: null,
  address: { channel: 'slack', where: { team: 'T0ACME', channel: 'C0HELP', thread: '1.1' } },
};

describe('sending', () => {
  it('a DM is opened by user id, and its address comes back', async () => {
    const sent = await house.port.send(tomsDm, approvalCard(), null, 'dlv_1');
    expect(sent.address).toEqual({
      channel: 'slack',
      where: { team: 'T0NORTH', channel: 'D0TOM', thread: null },
    });
    expect(house.slack.posts('D0TOM')).toMatchObject([
      {
        text: 'Maya Lopez (Acme Corp) asks for access to Zendesk: approve or deny',
        metadata: { event_type: 'countersign', event_payload: { mark: 'dlv_1' } },
      },
    ]);
    expect(house.slack.callsOf('chat.postMessage')[0]?.args).toMatchObject({
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
  });

  it('a conversation is answered in its thread, and words alone come without blocks', async () => {
    const sent = await house.port.send(thread, words('Hi Maya, I’ve got this.'), null, 'dlv_2');
    expect(sent).not.toHaveProperty('address');
    expect(house.slack.posts('C0HELP')).toMatchObject([
      { text: 'Hi Maya, I’ve got this.', thread_ts: '1.1', blocks: undefined },
    ]);
  });

  it('an earlier copy is edited in place and not posted again', async () => {
    const first = await house.port.send(tomsDm, approvalCard(), null, 'dlv_1');
    const second = await house.port.send(
      tomsDm,
      { ...approvalCard(), actions: [], title: 'Approved by Tom Reed' },
      first.ref,
      'dlv_1',
    );
    expect(second.ref).toEqual(first.ref);
    const posts = house.slack.posts('D0TOM');
    expect(posts).toHaveLength(1);
    expect(posts[0]?.edits).toBe(1);
    expect(JSON.stringify(posts[0]?.blocks)).toContain('Approved by Tom Reed');
    expect(JSON.stringify(posts[0]?.blocks)).not.toContain('"approve"');
  });

  it('people see the name and the picture that the Msp set', async () => {
    await house.close();
    house = await startHouse({
      persona: async (team) => ({ name: `Help at ${team}`, iconUrl: 'https://msp.example/icon.png' }),
    });
    await house.port.send(thread, words('Hello'), null, 'dlv_1');
    expect(house.slack.posts('C0HELP')[0]).toMatchObject({
      username: 'Help at T0ACME',
      icon_url: 'https://msp.example/icon.png',
    });
  });

  it('each team is written to with its own token', async () => {
    await house.close();
    house = await startHouse({ tokenFor: async (team) => (team === 'T0ACME' ? 'xoxb-test' : 'xoxb-other') });
    await house.port.send(thread, words('Hello'), null, 'dlv_1');
    await expect(house.port.send(tomsDm, words('Hello'), null, 'dlv_2')).rejects.toMatchObject({
      kind: 'unauthorized',
    });
  });
});

describe('finding what was posted before a crash', () => {
  it('finds a DM and a reply by their marks, and nothing by another', async () => {
    const dm = await house.port.send(tomsDm, approvalCard(), null, 'dlv_1');
    const reply = await house.port.send(thread, words('Hello'), null, 'dlv_2');
    expect(await house.port.findByMark?.(tomsDm, 'dlv_1')).toEqual(dm);
    expect(await house.port.findByMark?.(thread, 'dlv_2')).toEqual(reply);
    expect(await house.port.findByMark?.(tomsDm, 'dlv_2')).toBeNull();
  });

  it('looks further than one page', async () => {
    const sent = [];
    for (let index = 0; index < 130; index += 1)
      sent.push(await house.port.send(thread, words('x'), null, `dlv_${index}`));
    expect(await house.port.findByMark?.(thread, 'dlv_129')).toEqual(sent.at(-1));
  });
});

describe('what Slack refuses', () => {
  const cases: [string, Refusal, Partial<ConnectorError>][] = [
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'rate_limited', retryAfterMs: 7000, mayHaveActed: false },
    ],
    [
      'ratelimited',
      { body: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': '3' } },
      { kind: 'rate_limited', retryAfterMs: 3000 },
    ],
    [
      'a revoked token',
      { body: { ok: false, error: 'token_revoked' } },
      { kind: 'unauthorized', mayHaveActed: false },
    ],
    ['a missing scope', { body: { ok: false, error: 'missing_scope' } }, { kind: 'forbidden' }],
    ['an unknown channel', { body: { ok: false, error: 'channel_not_found' } }, { kind: 'not_found' }],
    [
      'bad blocks',
      { body: { ok: false, error: 'invalid_blocks' } },
      { kind: 'rejected', mayHaveActed: false },
    ],
    [
      'an inner error',
      { body: { ok: false, error: 'fatal_error' } },
      { kind: 'unavailable', mayHaveActed: true },
    ],
    ['500', { status: 500, body: 'oops' }, { kind: 'unavailable', mayHaveActed: true, status: 500 }],
    ['garbage', { body: '<html>hello</html>' }, { kind: 'bad_answer', mayHaveActed: true }],
    ['an answer without a ts', { body: { ok: true } }, { kind: 'bad_answer', mayHaveActed: true }],
    ['a cut connection', { hangUp: true }, { kind: 'unavailable', mayHaveActed: true }],
  ];
  it.each(cases)('%s becomes its kind, after one try', async (_what, refusal, expected) => {
    house.slack.refuse('chat.postMessage', refusal);
    const failure = await house.port
      .send(thread, words('secret words'), null, 'dlv_1')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectorError);
    expect(failure).toMatchObject(expected);
    expect(house.slack.callsOf('chat.postMessage')).toHaveLength(1);
    expect(house.logged()).not.toContain('secret words');
  });

  it('an edit of a message that is gone is not_found', async () => {
    const ref = { team: 'T0NORTH', channel: 'D0TOM', ts: '0.1' };
    await expect(house.port.send(tomsDm, words('x'), ref, 'dlv_1')).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  it('a reference that is none of ours is rejected without a call', async () => {
    await expect(house.port.send(tomsDm, words('x'), { id: 1 }, 'dlv_1')).rejects.toMatchObject({
      kind: 'rejected',
    });
    expect(house.slack.calls).toEqual([]);
  });
});
