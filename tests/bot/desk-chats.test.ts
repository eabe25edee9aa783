import { afterEach, describe, expect, it } from 'vitest';
import {
  cardMessage,
  listenTo,
  maya,
  openingOf,
  startDeskHouse,
  tom,
  type BotAnswer,
  type DeskHouse,
} from './desk-house.ts';

let house: DeskHouse | null = null;
afterEach(async () => {
  await house?.close();
  house = null;
});
const start = async (answer?: BotAnswer) => (house = await startDeskHouse(answer));

const cardAnswer = (title: string) => ({
  statusCode: 200,
  type: 'application/vnd.microsoft.card.adaptive',
  value: cardMessage(title).attachments[0]?.content,
});
const titleOf = (card: unknown) => (card as { body: { text: string }[] }).body[0]?.text;

describe('what the Desk sends as Teams', () => {
  it('adds the bot to everybody before they have said anything, so that it can write first', async () => {
    const { activities } = await start();
    const arrivals = activities.map(({ type, from }) => [type, from.aadObjectId]);
    expect(arrivals).toEqual([
      ['installationUpdate', maya.objectId],
      ['conversationUpdate', maya.objectId],
      ['installationUpdate', tom.objectId],
      ['conversationUpdate', tom.objectId],
    ]);
    expect(activities[0]).toMatchObject({ action: 'add' });
  });

  it('sends a message as that person, from their own tenant, with a way back', async () => {
    const { say, activities, url } = await start();
    expect((await say('maya', '  I need access to Zendesk ')).status).toBe(204);
    expect(activities.at(-1)).toMatchObject({
      type: 'message',
      channelId: 'msteams',
      text: 'I need access to Zendesk',
      serviceUrl: `${url}/desk/bot`,
      from: { aadObjectId: maya.objectId, name: 'Maya Lopez' },
      recipient: { id: '28:countersign' },
      conversation: { conversationType: 'personal', tenantId: maya.tenantId },
      channelData: { tenant: { id: maya.tenantId } },
    });
  });

  it('gives each message its own id, even when the words are the same', async () => {
    const { say, activities } = await start();
    await say('maya', 'hello');
    await say('maya', 'hello');
    expect(new Set(activities.map(({ id }) => id)).size).toBe(activities.length);
  });

  it('shows a message that the bot did not take as not sent, and logs none of its words', async () => {
    const { say, chat, logged } = await start(async ({ type }) => ({
      status: type === 'message' ? 500 : 200,
    }));
    expect((await say('maya', 'a private matter')).status).toBe(502);
    expect(await chat('maya')).toMatchObject([{ from: 'person', text: 'a private matter', failed: true }]);
    expect(logged()).not.toContain('private');
  });

  it('refuses nobody, nothing and what is no message', async () => {
    const { say, url, activities } = await start();
    const before = activities.length;
    expect((await say('mallory', 'hello')).status).toBe(404);
    expect((await say('maya', '   ')).status).toBe(400);
    const form = await fetch(`${url}/desk/say`, {
      method: 'POST',
      body: new URLSearchParams({ as: 'maya', text: 'x' }),
    });
    expect(form.status).toBe(400);
    expect(activities).toHaveLength(before);
  });
});

describe('what the bot writes', () => {
  it('finds the same chat for the same person every time, and the one they write from', async () => {
    const { asBot, say, activities } = await start();
    const open = async () => ((await (await asBot('POST', '', openingOf(maya))).json()) as { id: string }).id;
    const id = await open();
    expect(await open()).toBe(id);
    await say('maya', 'hello');
    expect(activities.at(-1)?.conversation.id).toBe(id);
  });

  it('opens no chat with a stranger, nor with somebody under another tenant', async () => {
    const { asBot } = await start();
    const wrongTenant = openingOf({ ...maya, tenantId: tom.tenantId });
    expect((await asBot('POST', '', wrongTenant)).status).toBe(403);
    expect((await asBot('POST', '', openingOf({ ...maya, objectId: 'nobody' }))).status).toBe(403);
    expect((await asBot('POST', '', {})).status).toBe(400);
    expect((await asBot('POST', '/a%3Anowhere/activities', { type: 'message', text: 'x' })).status).toBe(404);
  });

  it('reaches one person and no other', async () => {
    const { post, chat } = await start();
    await post(tom, cardMessage('Give Maya access'));
    expect(await chat('tom')).toHaveLength(1);
    expect(await chat('maya')).toHaveLength(0);
  });

  it('edits a card in place', async () => {
    const { post, asBot, chat, activities } = await start();
    const id = await post(tom, cardMessage('Give Maya access'));
    const path = `/${encodeURIComponent(activities.at(-1)?.conversation.id ?? '')}/activities/${id}`;
    const edited = await asBot('PUT', path, { type: 'message', ...cardMessage('Approved by Nina') });
    expect(await edited.json()).toEqual({ id });
    const [entry, ...more] = await chat('tom');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ id, revision: 2 });
    expect(titleOf(entry?.cards[0])).toBe('Approved by Nina');
  });

  it('shows a card again that is edited after the Desk forgot it', async () => {
    const { asBot, chat, activities } = await start();
    const path = `/${encodeURIComponent(activities.at(-1)?.conversation.id ?? '')}/activities/from-before`;
    expect((await asBot('PUT', path, { type: 'message', ...cardMessage('Approved') })).status).toBe(200);
    expect(await chat('tom')).toMatchObject([{ id: 'from-before', from: 'bot' }]);
  });

  it('deletes its own messages and not what people said', async () => {
    const { post, asBot, chat, say, activities } = await start();
    const id = await post(maya, { text: 'hello' });
    await say('maya', 'hi');
    const said = activities.at(-1);
    const base = `/${encodeURIComponent(said?.conversation.id ?? '')}/activities`;
    expect((await asBot('DELETE', `${base}/${id}`)).status).toBe(200);
    expect((await asBot('DELETE', `${base}/${id}`)).status).toBe(404);
    expect((await asBot('DELETE', `${base}/${said?.id}`)).status).toBe(404);
    expect((await asBot('PUT', `${base}/${said?.id}`, { type: 'message', text: 'forged' })).status).toBe(403);
    expect(await chat('maya')).toMatchObject([{ from: 'person', text: 'hi' }]);
  });

  it('leaves no trace of a typing sign', async () => {
    const { post, chat } = await start();
    await post(maya, { type: 'typing' });
    expect(await chat('maya')).toEqual([]);
  });

  it('is told when a message is too large for Teams, or no JSON', async () => {
    const { asBot, url, activities } = await start();
    const base = `/${encodeURIComponent(activities.at(-1)?.conversation.id ?? '')}/activities`;
    expect((await asBot('POST', base, { type: 'message', text: 'x'.repeat(120_000) })).status).toBe(413);
    const headers = { 'content-type': 'application/json' };
    const garbage = await fetch(`${url}/desk/bot/v3/conversations`, { method: 'POST', headers, body: '{' });
    expect(garbage.status).toBe(400);
  });
});

describe('a click', () => {
  it('is a real invoke, and the card that comes back takes the place of the clicked one', async () => {
    const { post, act, chat, activities } = await start(async ({ type }) =>
      type === 'invoke' ? { status: 200, body: cardAnswer('Approved by Tom') } : { status: 200 },
    );
    const id = await post(tom, cardMessage('Give Maya access'));
    const response = await act('tom', id, 'approve', { approvalId: 'apr_1', reason: 'fine' });
    expect(await response.json()).toEqual({ toast: null });
    expect(activities.at(-1)).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: id,
      from: { aadObjectId: tom.objectId },
      value: {
        action: { type: 'Action.Execute', verb: 'approve', data: { approvalId: 'apr_1', reason: 'fine' } },
      },
    });
    const [entry] = await chat('tom');
    expect(entry?.revision).toBe(2);
    expect(titleOf(entry?.cards[0])).toBe('Approved by Tom');
  });

  it('does not undo an edit that came while it was on its way', async () => {
    const { post, act, chat } = await start(async (activity, { asBot }) => {
      if (activity.type !== 'invoke') return { status: 200 };
      const path = `/${encodeURIComponent(activity.conversation.id)}/activities/${activity.replyToId}`;
      await asBot('PUT', path, { type: 'message', ...cardMessage('Done and verified') });
      return { status: 200, body: cardAnswer('Approved, not run yet') };
    });
    const id = await post(tom, cardMessage('Give Maya access'));
    await act('tom', id);
    const [entry] = await chat('tom');
    expect(titleOf(entry?.cards[0])).toBe('Done and verified');
  });

  it('passes a sentence on and leaves the card', async () => {
    const sentence = 'You cannot approve your own request.';
    const { post, act, chat } = await start(async () => ({
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: sentence },
    }));
    const id = await post(tom, cardMessage('Give Maya access'));
    expect(await (await act('tom', id)).json()).toEqual({ toast: sentence });
    expect(await chat('tom')).toMatchObject([{ id, revision: 1 }]);
  });

  it('says so when the bot gives no answer that it knows', async () => {
    const { post, act } = await start(async () => ({ status: 200, body: { type: 'surprise' } }));
    const id = await post(tom, cardMessage('Give Maya access'));
    const { toast } = (await (await act('tom', id)).json()) as { toast: string };
    expect(toast).toContain('did not answer');
  });

  it('on a card in somebody else’s chat goes nowhere', async () => {
    const { post, act, activities } = await start();
    const id = await post(tom, cardMessage('Give Maya access'));
    expect((await act('maya', id)).status).toBe(404);
    expect(activities.some(({ type }) => type === 'invoke')).toBe(false);
  });
});

describe('an open page', () => {
  it('begins with everything and then hears what changes', async () => {
    const { post, tickets } = await start();
    const page = await listenTo(house!);
    expect(await page.next('state')).toMatchObject({
      people: [{ slug: 'maya' }, { slug: 'tom' }],
      chats: { maya: [], tom: [] },
      tickets: [],
    });
    await post(maya, { text: 'Hi **Maya**' });
    expect(await page.next('chat')).toMatchObject({
      slug: 'maya',
      entry: { from: 'bot', text: 'Hi **Maya**' },
    });
    tickets.push({
      id: '1',
      number: '4821',
      client: 'Acme Corp',
      summary: 'Access',
      status: 'New',
      contact: 'Maya Lopez',
      notes: [{ visibility: 'internal', text: 'Plan', at: '2026-11-21T09:00:00Z', by: 'Countersign' }],
    });
    expect(await page.next('tickets')).toMatchObject([{ number: '4821' }]);
    await page.close();
  });

  it('hears that a company changed its mode', async () => {
    const { people } = await start();
    const page = await listenTo(house!);
    await page.next('state');
    people[0] = { ...maya, mode: 'plan' };
    expect(await page.next('people')).toMatchObject([{ slug: 'maya', mode: 'plan' }, { slug: 'tom' }]);
    await page.close();
  });

  it('is let go when the server stops', async () => {
    const running = await start();
    const page = await listenTo(running);
    await page.next('state');
    house = null;
    await running.close();
    await expect(page.ended()).resolves.toBeUndefined();
  });
});
