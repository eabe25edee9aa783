import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Button } from '../stand-ins/slack-driver.ts';
import { approvalCard, startHouse, words, type House } from './slack-house.ts';

let house: House;
beforeEach(async () => {
  house = await startHouse();
});
afterEach(() => house.close());

const maya = { team: 'T0ACME', user: 'U0MAYA', channel: 'C0HELP' };
const tom = { team: 'T0NORTH', user: 'U0TOM', channel: 'D0TOM' };

describe('what people write', () => {
  it('a DM reaches the front door with the sender as Slack knows them', async () => {
    const answered = await house.driver.dm(
      maya,
      'I need access to Zendesk &amp; <https://crm.example|the CRM>',
    );
    expect(answered.status).toBe(200);
    expect(house.messages).toEqual([
      {
        key: expect.stringMatching(/^slack:T0ACME:D0MAYA:/),
        sender: {
          channel: 'slack',
          workspace: 'T0ACME',
          userId: 'U0MAYA',
          name: 'Maya Lopez',
          mail: 'maya.lopez@acme.example',
          outsider: false,
        },
        conversation: 'slack:T0ACME:D0MAYA',
        address: { channel: 'slack', where: { team: 'T0ACME', channel: 'D0MAYA', thread: null } },
        direct: true,
        addressed: true,
        text: 'I need access to Zendesk & the CRM (https://crm.example)',
      },
    ]);
  });

  it('a threaded DM is its own conversation and is answered in its thread', async () => {
    await house.driver.dm(maya, 'more', { thread_ts: '1.1' });
    expect(house.messages[0]).toMatchObject({
      conversation: 'slack:T0ACME:D0MAYA:1.1',
      address: { where: { thread: '1.1' } },
    });
  });

  it('both events of one mention carry one key, no mention in the text, and one thread', async () => {
    const answered = await house.driver.mention(maya, 'my VPN is broken');
    expect(answered.map((one) => one.status)).toEqual([200, 200]);
    expect(house.messages).toHaveLength(2);
    expect(house.messages[0]).toEqual(house.messages[1]);
    const ts = house.messages[0]?.key.split(':')[3];
    expect(house.messages[0]).toMatchObject({
      text: 'my VPN is broken',
      direct: false,
      addressed: true,
      conversation: `slack:T0ACME:C0HELP:${ts}`,
      address: { where: { team: 'T0ACME', channel: 'C0HELP', thread: ts } },
    });
  });

  it('a mention is found without authorizations in the envelope, by asking Slack once who we are', async () => {
    const event = {
      type: 'message',
      channel_type: 'channel',
      channel: 'C0HELP',
      user: 'U0MAYA',
      text: 'hey <@U0BOT> hi',
    };
    for (const ts of ['5.1', '5.2']) {
      await house.driver.event('T0ACME', { ...event, ts }, { envelope: { authorizations: undefined } });
    }
    expect(house.messages.map((one) => one.text)).toEqual(['hey hi', 'hey hi']);
    expect(house.slack.callsOf('auth.test')).toHaveLength(1);
  });

  it('a reply in a thread is passed on as overheard, other channel talk is not passed on', async () => {
    const event = {
      type: 'message',
      channel_type: 'channel',
      channel: 'C0HELP',
      user: 'U0MAYA',
      team: 'T0ACME',
    };
    await house.driver.event('T0ACME', { ...event, ts: '3.1', text: 'lunch?' });
    await house.driver.event('T0ACME', { ...event, ts: '3.2', thread_ts: '2.1', text: 'yes, since Monday' });
    expect(house.messages).toHaveLength(1);
    expect(house.messages[0]).toMatchObject({
      direct: false,
      addressed: false,
      conversation: 'slack:T0ACME:C0HELP:2.1',
      text: 'yes, since Monday',
    });
  });

  it.each([
    ['a bot', { bot_id: 'B0OTHER' }],
    ['ourselves', { user: 'U0BOT' }],
    ['an edit', { subtype: 'message_changed' }],
    ['a deletion', { subtype: 'message_deleted' }],
    ['a join', { subtype: 'channel_join' }],
  ])('words of %s are no message', async (_who, more) => {
    expect((await house.driver.dm(maya, 'hello', more)).status).toBe(200);
    expect(house.messages).toEqual([]);
  });

  it('a file without words is still a message', async () => {
    await house.driver.dm(maya, '', { subtype: 'file_share', files: [{ id: 'F1' }] });
    expect(house.messages[0]?.text).toBe('(a file, without words)');
  });

  it('a repeated event keeps its key, so that it can be told from a new one', async () => {
    const more = { ts: '9.1', thread_ts: '8.1' };
    const event = {
      type: 'message',
      channel_type: 'channel',
      channel: 'C0HELP',
      user: 'U0MAYA',
      text: 'again',
      ...more,
    };
    await house.driver.event('T0ACME', event);
    const headers = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
    expect((await house.driver.event('T0ACME', event, { headers })).status).toBe(200);
    expect(new Set(house.messages.map((one) => one.key)).size).toBe(1);
  });

  it('a message that could not be stored is not acknowledged, and is taken when Slack repeats it', async () => {
    house.answers.message = () => Promise.reject(new Error('database is away: I need access'));
    expect((await house.driver.dm(maya, 'I need access', { ts: '7.1' })).status).toBe(500);
    house.answers.message = async () => undefined;
    expect((await house.driver.dm(maya, 'I need access', { ts: '7.1' })).status).toBe(200);
    expect(house.messages).toHaveLength(1);
    expect(house.logged()).not.toContain('I need access');
  });

  it('when Slack cannot say who wrote, nothing is acknowledged', async () => {
    house.slack.refuse('users.info', { status: 503 });
    expect((await house.driver.dm(maya, 'hello', { ts: '7.2' })).status).toBe(500);
    expect(house.logged()).toContain('"kind":"unavailable"');
    expect((await house.driver.dm(maya, 'hello', { ts: '7.2' })).status).toBe(200);
    expect(house.messages).toHaveLength(1);
  });

  it('who somebody is is asked once for many messages', async () => {
    await house.driver.dm(maya, 'one');
    await house.driver.dm(maya, 'two');
    expect(house.slack.callsOf('users.info')).toHaveLength(1);
  });
});

describe('who people are', () => {
  it('a guest is an outsider', async () => {
    await house.driver.dm({ team: 'T0ACME', user: 'U0GUEST' }, 'hello');
    expect(house.messages[0]?.sender).toMatchObject({ workspace: 'T0ACME', outsider: true });
  });

  it('a stranger in a shared channel is an outsider in their own workspace', async () => {
    await house.driver.mention({ team: 'T0ACME', user: 'U0FAR', channel: 'C0SHARED' }, 'hello', {
      user_team: 'T0FAR',
      team: 'T0FAR',
    });
    expect(house.messages[0]?.sender).toMatchObject({ workspace: 'T0FAR', outsider: true });
  });

  it('a user of another team is an outsider by either word, the event’s or Slack’s directory’s', async () => {
    await house.driver.dm(maya, 'one', { source_team: 'T0OTHER' });
    await house.driver.dm({ team: 'T0ACME', user: 'U0TOM' }, 'two');
    expect(house.messages.map((one) => [one.sender.workspace, one.sender.outsider])).toEqual([
      ['T0OTHER', true],
      ['T0NORTH', true],
    ]);
  });

  it('a member of the same organisation whose first workspace is another is no outsider', async () => {
    house.slack.addUser({
      id: 'U0GRID',
      team: 'T0OTHER',
      name: 'Gia Grid',
      mail: null,
      more: { enterprise_user: { teams: ['T0OTHER', 'T0ACME'] } },
    });
    await house.driver.dm({ team: 'T0ACME', user: 'U0GRID' }, 'hello');
    expect(house.messages[0]?.sender).toMatchObject({ workspace: 'T0ACME', outsider: false, mail: null });
  });

  it('somebody Slack does not know is an outsider without a name', async () => {
    await house.driver.dm({ team: 'T0ACME', user: 'U0NOBODY' }, 'I am Tom Reed, tom.reed@northwind.example');
    expect(house.messages[0]?.sender).toMatchObject({ name: null, mail: null, outsider: true });
  });
});

describe('commands', () => {
  it('a slash command is answered to its writer alone', async () => {
    house.answers.command = (_sender, line) => ({ ...approvalCard(), title: `ran ${line}` });
    const answered = await house.driver.slash(tom, 'mode acme execute');
    expect(answered.status).toBe(200);
    expect(JSON.parse(answered.text)).toMatchObject({
      response_type: 'ephemeral',
      blocks: expect.any(Array),
    });
    expect(answered.text).toContain('ran mode acme execute');
    expect(house.commands[0]).toMatchObject({
      line: 'mode acme execute',
      sender: { workspace: 'T0NORTH', userId: 'U0TOM' },
    });
  });

  it('an employee’s slash command tells how to ask for help', async () => {
    const answered = await house.driver.slash(maya, 'help me');
    expect(JSON.parse(answered.text)).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('direct message'),
    });
    expect(house.messages).toEqual([]);
  });

  it('the same words in a DM run the command and are no message', async () => {
    house.answers.command = () => words('Acme is in execute mode.');
    await house.driver.dm({ team: 'T0NORTH', user: 'U0TOM' }, 'mode acme');
    const posted = await house.slack.nextCall('chat.postMessage');
    expect(posted.args).toMatchObject({ channel: 'D0TOM', text: 'Acme is in execute mode.' });
    expect(house.messages).toEqual([]);
  });

  it('a command that Slack repeats runs once', async () => {
    house.answers.command = () => words('done');
    await Promise.all(
      [1, 2, 3].map(() => house.driver.dm({ team: 'T0NORTH', user: 'U0TOM' }, 'stop acme', { ts: '4.1' })),
    );
    expect(house.commands).toHaveLength(1);
  });
});

const posted = z.object({
  ref: z.object({ channel: z.string(), ts: z.string() }),
});

/** Sends the approval card to Tom and gives back its buttons as Slack would send them. */
async function sendApproval(): Promise<{ ts: string; buttons: Button[] }> {
  const to = { channel: 'slack' as const, workspace: 'T0NORTH', userId: 'U0TOM', address: null };
  const sent = posted.parse(await house.port.send(to, approvalCard(), null, 'dlv_1'));
  const blocks = z
    .array(
      z.object({
        type: z.string(),
        elements: z.array(z.object({ action_id: z.string(), value: z.string() })),
      }),
    )
    .parse(
      (house.slack.posts('D0TOM')[0]?.blocks as { type: string }[]).filter(
        (block) => block.type === 'actions',
      ),
    );
  return { ts: sent.ref.ts, buttons: blocks[0]?.elements ?? [] };
}

describe('what people click', () => {
  it('a click on Approve decides with the data of the button, and the clicker hears what came of it', async () => {
    const { ts, buttons } = await sendApproval();
    expect(buttons.map((one) => one.action_id)).toEqual(['approve', 'deny']);
    const answered = await house.driver.click(tom, buttons[0] as Button, { ts });
    expect(answered.status).toBe(200);
    expect(house.actions).toEqual([
      {
        sender: expect.objectContaining({ workspace: 'T0NORTH', userId: 'U0TOM', outsider: false }),
        verb: 'approve',
        data: { approvalId: 'apr_1', digest: 'd'.repeat(64) },
      },
    ]);
    const whisper = await house.slack.nextCall('chat.postEphemeral');
    expect(whisper.args).toMatchObject({ channel: 'D0TOM', user: 'U0TOM', text: 'Noted.' });
  });

  it('a posted card is left to its deliveries, so that a click never sets it back', async () => {
    house.answers.action = async () => ({
      sentence: 'Already decided by Nina Cole.',
      notice: { kind: 'not_served' },
    });
    const { ts, buttons } = await sendApproval();
    await house.driver.click(tom, buttons[0] as Button, { ts });
    expect((await house.slack.nextCall('chat.postEphemeral')).args).toMatchObject({
      text: 'Already decided by Nina Cole.',
    });
    expect(house.slack.callsOf('chat.update')).toEqual([]);
    expect(house.slack.posts('D0TOM')[0]).toMatchObject({ edits: 0 });
  });

  it('a card that only its reader sees is replaced through its response_url', async () => {
    house.answers.action = async () => ({ sentence: '', notice: { kind: 'not_served' } });
    await house.driver.click(
      tom,
      { action_id: 'talk_to_person', value: '{}' },
      { ts: '1.1', ephemeral: true },
    );
    expect((await house.slack.nextCall('response_url')).args).toMatchObject({
      replace_original: true,
      text: 'seen',
    });
  });

  it('Deny asks for its reason in a modal, and decides only when it is sent off', async () => {
    const { ts, buttons } = await sendApproval();
    await house.driver.click(tom, buttons[1] as Button, { ts });
    const opened = await house.slack.nextCall('views.open');
    expect(opened.answer).toMatchObject({ ok: true });
    expect(house.actions).toEqual([]);

    const view = opened.args['view'] as Record<string, unknown>;
    const answered = await house.driver.submit(tom, view, { reason: ' not her job ', message: null });
    expect(answered).toEqual({ status: 200, text: '' });
    expect(house.actions).toMatchObject([
      { verb: 'deny', data: { approvalId: 'apr_1', digest: 'd'.repeat(64), reason: 'not her job' } },
    ]);
    expect(house.actions[0]?.data).not.toHaveProperty('message');
    expect((await house.slack.nextCall('chat.postEphemeral')).args).toMatchObject({
      channel: 'D0TOM',
      user: 'U0TOM',
    });
  });

  it('a modal without its required reason is sent back and decides nothing', async () => {
    const { ts, buttons } = await sendApproval();
    await house.driver.click(tom, buttons[1] as Button, { ts });
    const view = (await house.slack.nextCall('views.open')).args['view'] as Record<string, unknown>;
    const answered = await house.driver.submit(tom, view, { reason: '   ', message: 'Sorry' });
    expect(JSON.parse(answered.text)).toEqual({
      response_action: 'errors',
      errors: { reason: expect.any(String) },
    });
    expect(house.actions).toEqual([]);
  });

  it('typed words cannot take the place of the button’s data', async () => {
    const { ts, buttons } = await sendApproval();
    await house.driver.click(tom, buttons[1] as Button, { ts });
    const view = (await house.slack.nextCall('views.open')).args['view'] as Record<string, unknown>;
    await house.driver.submit(tom, view, { reason: 'no', digest: 'other' });
    expect(house.actions[0]?.data['digest']).toBe('d'.repeat(64));
  });

  it('a decision stands when its answer cannot be delivered', async () => {
    house.slack.refuse('chat.postEphemeral', { body: { ok: false, error: 'user_not_in_channel' } });
    const { ts, buttons } = await sendApproval();
    expect((await house.driver.click(tom, buttons[0] as Button, { ts })).status).toBe(200);
    expect(house.actions).toHaveLength(1);
  });

  it('a click that could not be stored is not acknowledged', async () => {
    house.answers.action = () => Promise.reject(new Error('database is away'));
    expect(
      (
        await house.driver.click(
          tom,
          { action_id: 'approve', value: '{"approvalId":"apr_1"}' },
          { ts: '1.1' },
        )
      ).status,
    ).toBe(500);
  });

  it.each([
    { action_id: 'delete_everything', value: '{}' },
    { action_id: 'approve', value: 'not json' },
    { action_id: 'approve', value: '{"approvalId":{"nested":"x"}}' },
  ])('a button that is none of ours does nothing: $action_id $value', async (button) => {
    expect((await house.driver.click(tom, button, { ts: '1.1' })).status).toBe(200);
    expect(house.actions).toEqual([]);
  });
});

describe('who may knock', () => {
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T0ACME', event: { type: 'message' } });
  const now = (): number => Math.floor(Date.now() / 1000);

  function untouched(): void {
    expect(house.messages).toEqual([]);
    expect(house.actions).toEqual([]);
    expect(house.commands).toEqual([]);
    expect(house.slack.calls).toEqual([]);
  }

  it.each([
    ['a forged signature', { signature: `v0=${'0'.repeat(64)}` }],
    ['no signature', { signature: null }],
    ['a stale timestamp', { timestamp: now() - 6 * 60 }],
    ['a timestamp that is no number', { headers: { 'x-slack-request-timestamp': 'soon' } }],
  ])('%s is refused with 401', async (_what, posting) => {
    expect((await house.driver.post(body, 'application/json', posting)).status).toBe(401);
    untouched();
  });

  it.each([
    ['json', '{"type":', 'application/json'],
    ['an interaction', 'payload=%7Bnope', 'application/x-www-form-urlencoded'],
    ['an empty object', '{}', 'application/json'],
    ['nothing', '', 'application/json'],
    ['an event without one', '{"type":"event_callback","event":"x"}', 'application/json'],
    [
      'a click without a button',
      `payload=${encodeURIComponent('{"type":"block_actions","actions":[]}')}`,
      'application/x-www-form-urlencoded',
    ],
  ])('a signed body that is not readable as %s is refused with 400', async (_what, text, type) => {
    expect((await house.driver.post(text, type)).status).toBe(400);
    untouched();
  });

  it('a body above 1 MB is refused with 413', async () => {
    expect((await house.driver.post(`"${'x'.repeat(1024 * 1024)}"`, 'application/json')).status).toBe(413);
    untouched();
  });

  it('only POST is served', async () => {
    expect((await fetch(new URL('/slack/events', house.url))).status).toBe(404);
  });

  it('the url verification is answered only when it is signed', async () => {
    const hello = JSON.stringify({ type: 'url_verification', challenge: 'c1' });
    expect(await house.driver.post(hello, 'application/json')).toMatchObject({
      status: 200,
      text: '{"challenge":"c1"}',
    });
    expect((await house.driver.post(hello, 'application/json', { signature: null })).status).toBe(401);
  });

  it('an event of a shape we do not use is acknowledged and ignored', async () => {
    expect((await house.driver.event('T0ACME', { type: 'reaction_added', user: 'U0MAYA' })).status).toBe(200);
    expect((await house.driver.event('T0ACME', { type: 'message' })).status).toBe(200);
    expect(
      (await house.driver.post('{"type":"app_rate_limited","team_id":"T0ACME"}', 'application/json')).status,
    ).toBe(200);
    untouched();
  });
});
