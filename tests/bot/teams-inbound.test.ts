import { describe, expect, it } from 'vitest';
import { actionOf, addressOf, inboundActivity, messageOf, senderOf } from '../../bot/teams/inbound.ts';

const tenant = '11111111-1111-4111-8111-111111111111';
const other = '99999999-9999-4999-8999-999999999999';
const bot = { id: '28:bot', name: 'Countersign' };

function activity(more: Record<string, unknown> = {}) {
  return inboundActivity.parse({
    type: 'message',
    id: '1700',
    channelId: 'msteams',
    serviceUrl: 'http://127.0.0.1:1',
    from: { id: '29:maya', name: 'Maya Lopez', aadObjectId: 'AAAAAAAA-0000-4000-8000-000000000001' },
    recipient: bot,
    conversation: { id: 'a:1', conversationType: 'personal', tenantId: tenant },
    channelData: { tenant: { id: tenant } },
    text: 'hello',
    ...more,
  });
}

const from = (more: Record<string, unknown>) =>
  activity({ from: { id: '29:maya', name: 'Maya', aadObjectId: 'aaaa', ...more } });

describe('the sender', () => {
  it('is known by the lower-case ids of their own tenant and directory', () => {
    expect(senderOf(activity())).toMatchObject({
      workspace: tenant,
      userId: 'aaaaaaaa-0000-4000-8000-000000000001',
      outsider: false,
    });
  });

  it.each([
    ['somebody without a directory id', from({ aadObjectId: undefined })],
    ['somebody with an empty directory id', from({ aadObjectId: '' })],
    ['a guest', from({ userRole: 'guest' })],
    ['an anonymous visitor', from({ userRole: 'anonymous' })],
    ['another bot', from({ id: '28:other' })],
    ['a bot by role', from({ role: 'bot' })],
    ['somebody of another tenant than the conversation', from({ tenantId: other })],
    [
      'somebody whose channel data names another tenant',
      activity({ channelData: { tenant: { id: other } } }),
    ],
    ['somebody without any tenant', activity({ channelData: null, conversation: { id: 'a:1' } })],
  ])('is an outsider: %s', (_what, inbound) => {
    expect(senderOf(inbound).outsider).toBe(true);
  });

  it('of another tenant is placed in their own', () => {
    expect(senderOf(from({ tenantId: other })).workspace).toBe(other);
  });

  it('is found by the channel data when the conversation names no tenant', () => {
    expect(senderOf(activity({ conversation: { id: 'a:1' } }))).toMatchObject({
      workspace: tenant,
      outsider: false,
    });
  });

  it('never proves a mail address', () => {
    expect(
      senderOf(from({ email: 'tom@northwind.example', userPrincipalName: 'tom@northwind.example' })).mail,
    ).toBeNull();
  });
});

describe('the words', () => {
  const mention = { type: 'mention', text: '<at>Countersign</at>', mentioned: bot };
  it.each([
    ['the mention goes', '<at>Countersign</at>&nbsp;reset my MFA', [mention], 'reset my MFA'],
    ['in the middle too', 'please <at>Countersign</at> reset it', [mention], 'please reset it'],
    ['however often', '<at>Countersign</at> <at>Countersign</at> hi', [mention, mention], 'hi'],
    [
      'other people stay, by name',
      '<at>Countersign</at> add <at id="1">Omar H.</at>',
      [mention],
      'add Omar H.',
    ],
    ['entities are decoded, once', 'a &lt; b &amp;&amp; c &#39;d&#x27; &amp;lt;', [], "a < b && c 'd' &lt;"],
    ['impossible entities stay', '&#0; &#99999999; &bogus;', [], '&#0; &#99999999; &bogus;'],
    ['lines stay lines', ' one \r\n two\n', [], 'one\ntwo'],
  ])('%s', (_what, text, entities, words) => {
    expect(messageOf(activity({ text, entities }))?.text).toBe(words);
  });

  it('lose their markup when they were sent with it', () => {
    const text = '<p>one</p><p><b>two</b> &lt;b&gt;</p>';
    expect(messageOf(activity({ text, textFormat: 'xml' }))?.text).toBe('one\ntwo <b>');
  });

  it('are no message when there are none', () => {
    for (const text of ['', '   ', null, '<at>Countersign</at>']) {
      expect(messageOf(activity({ text, entities: [mention] }))).toBeNull();
    }
  });

  it('are said to be missing when only a picture came', () => {
    const attachments = [{ contentType: 'image/png' }, { contentType: 'text/html' }];
    expect(messageOf(activity({ text: '', attachments }))?.text).toBe('(a picture or file, without words)');
    expect(messageOf(activity({ text: '', attachments: attachments.slice(1) }))).toBeNull();
  });
});

describe('a conversation of many', () => {
  const group = { id: '19:abc@thread.v2', conversationType: 'groupChat', isGroup: true, tenantId: tenant };
  const channel = { id: '19:abc@thread.tacv2', conversationType: 'channel', isGroup: true, tenantId: tenant };

  it('is not listened to without a mention of us', () => {
    const somebodyElse = [{ type: 'mention', text: '<at>Omar</at>', mentioned: { id: '29:omar' } }];
    expect(messageOf(activity({ conversation: group }))).toBeNull();
    expect(messageOf(activity({ conversation: group, entities: somebodyElse }))).toBeNull();
  });

  it('gets its answer in the thread of the post', () => {
    const entities = [{ type: 'mention', text: null, mentioned: bot }];
    const root = messageOf(activity({ conversation: channel, entities }));
    const reply = messageOf(
      activity({ id: '1800', conversation: { ...channel, id: `${channel.id};messageid=1700` }, entities }),
    );
    expect(root?.conversation).toBe(`${channel.id};messageid=1700`);
    expect(reply?.conversation).toBe(root?.conversation);
    expect(reply?.key).not.toBe(root?.key);
    expect(root?.direct).toBe(false);
  });

  it('has an address of plain JSON, without holes', () => {
    const bare = activity({ recipient: { id: '28:bot' }, conversation: { id: 'a:1', tenantId: tenant } });
    expect(addressOf(bare).where).toStrictEqual({
      serviceUrl: 'http://127.0.0.1:1',
      conversation: { id: 'a:1', conversationType: 'personal', tenantId: tenant },
      bot: { id: '28:bot' },
      user: { id: '29:maya', aadObjectId: 'AAAAAAAA-0000-4000-8000-000000000001' },
    });
  });
});

it('a click cannot bring a prototype along', () => {
  const data = JSON.parse('{"__proto__":"x","constructor":"y","approvalId":"apr_1"}') as object;
  const action = actionOf(activity({ type: 'invoke', value: { action: { verb: 'approve', data } } }));
  expect(Object.getPrototypeOf(action?.data)).toBe(Object.prototype);
  expect(action?.data.approvalId).toBe('apr_1');
});
