import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TeamsAuth } from '../../bot/teams/auth.ts';
import {
  rawPost,
  startBotFramework,
  type BotFramework,
  type TokenOptions,
} from '../stand-ins/bot-framework.ts';
import { maya, startHouse, type House } from './teams-house.ts';

let teams: BotFramework;
let auth: TeamsAuth;
beforeAll(async () => {
  teams = await startBotFramework();
  const { appId, appPassword, openIdMetadataUrl, tokenIssuer, loginUrl } = teams;
  auth = {
    appId,
    appPassword,
    appType: 'SingleTenant',
    tenantId: maya.tenantId,
    openIdMetadataUrl,
    tokenIssuer,
    loginUrl,
  };
});
afterAll(() => teams.close());

function expectUntouched(house: House): void {
  expect([house.messages, house.actions, house.seen, house.commands]).toEqual([[], [], [], []]);
}

describe('without an app id', () => {
  let house: House;
  beforeEach(async () => {
    house = await startHouse();
    return house.close;
  });

  it('takes a message from this machine', async () => {
    const answer = await teams.deliver(house.endpoint, teams.personalMessage(maya, 'hello'));
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(house.messages).toHaveLength(1);
  });

  it.each([
    ['Forwarded', { forwarded: 'for=203.0.113.9' }],
    ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.9' }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
    ['a foreign Host', { host: 'bot.example.com' }],
    ['a Host that only begins like this machine', { host: '127.0.0.1.example.com:3978' }],
    ['a Host with a user name', { host: '127.0.0.1@example.com' }],
  ])('refuses %s', async (_what, headers: Record<string, string>) => {
    const answer = await rawPost(
      house.endpoint,
      JSON.stringify(teams.personalMessage(maya, 'hello')),
      headers,
    );
    expect(answer.status).toBe(403);
    expectUntouched(house);
  });

  it.each(['localhost:3978', '[::1]:3978', '127.0.0.1'])('knows %s as this machine', async (host) => {
    const answer = await rawPost(house.endpoint, JSON.stringify(teams.personalMessage(maya, 'hello')), {
      host,
    });
    expect(answer.status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'refuses %s',
    async (type) => {
      const answer = await rawPost(house.endpoint, JSON.stringify(teams.personalMessage(maya, 'x')), {
        'content-type': type,
      });
      expect(answer.status).toBe(415);
      expectUntouched(house);
    },
  );

  it.each([
    'https://smba.trafficmanager.net/teams/',
    'http://127.0.0.1@example.com/',
    'http://127.example.com',
    'file:///etc/passwd',
    'nonsense',
  ])('will not write to %s', async (serviceUrl) => {
    const answer = await teams.deliver(house.endpoint, {
      ...teams.personalMessage(maya, 'hello'),
      serviceUrl,
    });
    expect(answer.status).toBe(403);
    expectUntouched(house);
  });

  it.each(['emulator', 'webchat', 'directline', 'MSTEAMS'])('refuses the channel %s', async (channelId) => {
    const answer = await teams.deliver(house.endpoint, {
      ...teams.personalMessage(maya, 'hello'),
      channelId,
    });
    expect(answer.status).toBe(403);
    expectUntouched(house);
  });

  it.each([
    ['malformed JSON', '{"type":"message",', 400],
    ['no object', '"message"', 400],
    ['a list', '[]', 400],
    ['an empty body', '', 400],
    ['more than a megabyte', JSON.stringify({ type: 'message', text: 'x'.repeat(1024 * 1024) }), 413],
  ])('refuses %s', async (_what, body, status) => {
    expect((await rawPost(house.endpoint, body)).status).toBe(status);
    expectUntouched(house);
  });

  it.each(['type', 'channelId', 'serviceUrl', 'from', 'recipient', 'conversation'])(
    'refuses a body without %s',
    async (field) => {
      const answer = await teams.deliver(house.endpoint, {
        ...teams.personalMessage(maya, 'hello'),
        [field]: undefined,
      });
      expect(answer.status).toBe(400);
      expectUntouched(house);
    },
  );

  it('does not exist outside of sandbox mode', async () => {
    const real = await startHouse({ sandbox: false });
    const answer = await teams.deliver(real.endpoint, teams.personalMessage(maya, 'hello'));
    await real.close();
    expect(answer.status).toBe(404);
    expectUntouched(real);
  });
});

describe('with an app id', () => {
  let house: House;
  beforeEach(async () => {
    house = await startHouse({ auth, sandbox: false });
    return house.close;
  });

  it('takes a message with a token of the channel, from anywhere', async () => {
    const headers = {
      authorization: `Bearer ${await teams.mint()}`,
      'x-forwarded-for': '203.0.113.9',
      host: 'bot.example.com',
    };
    const answer = await rawPost(
      house.endpoint,
      JSON.stringify(teams.personalMessage(maya, 'hello')),
      headers,
    );
    expect(answer.status).toBe(200);
    expect(house.messages).toMatchObject([{ text: 'hello', sender: { workspace: maya.tenantId } }]);
  });

  it.each<[string, TokenOptions]>([
    ['another audience', { audience: '0c0ffee0-0000-4000-8000-00000000beef' }],
    ['another issuer', { issuer: 'https://api.botframework.evil' }],
    [
      'the Emulator issuer',
      { issuer: 'https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0' },
    ],
    ['an end in the past', { expiresIn: -3600 }],
    ['another service URL', { serviceUrl: 'https://smba.trafficmanager.net/emea/' }],
    ['no service URL', { serviceUrl: '' }],
    ['a tenant that is not the channel', { claims: { tid: '11111111-1111-4111-8111-11111111ffff' } }],
    ['a key that is not endorsed for Teams', { key: 'unendorsed' }],
    ['an unknown key', { key: 'stranger' }],
    ["a stranger's signature under a known key's name", { key: 'stranger', kid: 'channel' }],
  ])('refuses a token with %s', async (_what, options) => {
    const answer = await teams.deliver(
      house.endpoint,
      teams.personalMessage(maya, 'hello'),
      await teams.mint(options),
    );
    expect(answer.status).toBe(401);
    expect(answer.text).not.toMatch(/ at |Error/);
    expectUntouched(house);
  });

  it('refuses a token without a signature', async () => {
    const [, payload] = (await teams.mint()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT', kid: 'channel' })).toString(
      'base64url',
    );
    for (const token of [`${header}.${payload}.`, `${header}.${payload}.AAAA`]) {
      expect((await teams.deliver(house.endpoint, teams.personalMessage(maya, 'hello'), token)).status).toBe(
        401,
      );
    }
    expectUntouched(house);
  });

  it('refuses a token whose payload was changed after signing', async () => {
    const [header, payload, signature] = (await teams.mint({ audience: 'somebody else' })).split('.');
    const said = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...said, aud: teams.appId })).toString('base64url');
    const answer = await teams.deliver(
      house.endpoint,
      teams.personalMessage(maya, 'hello'),
      `${header}.${changed}.${signature}`,
    );
    expect(answer.status).toBe(401);
    expectUntouched(house);
  });

  it.each<Record<string, string>>([
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer a.b.c' },
    { authorization: 'Basic eDp5' },
  ])('refuses a caller with the headers %j', async (headers: Record<string, string>) => {
    const answer = await rawPost(
      house.endpoint,
      JSON.stringify(teams.personalMessage(maya, 'hello')),
      headers,
    );
    expect(answer.status).toBe(401);
    expectUntouched(house);
  });

  it('refuses another channel even with a good token', async () => {
    const activity = { ...teams.personalMessage(maya, 'hello'), channelId: 'webchat' };
    const answer = await teams.deliver(house.endpoint, activity, await teams.mint());
    expect([401, 403]).toContain(answer.status);
    expectUntouched(house);
  });

  it('says that it is not its caller who is wrong when the keys are out of reach', async () => {
    const lost = await startHouse({ auth: { ...auth, openIdMetadataUrl: 'http://127.0.0.1:9/openid' } });
    const answer = await teams.deliver(
      lost.endpoint,
      teams.personalMessage(maya, 'hello'),
      await teams.mint(),
    );
    await lost.close();
    expect(answer.status).toBe(503);
    expectUntouched(lost);
  });

  it('does not start with an empty app id or without the tenant of a SingleTenant bot', async () => {
    await expect(startHouse({ auth: { ...auth, appId: ' ' } })).rejects.toThrow(/app id/);
    await expect(startHouse({ auth: { ...auth, tenantId: null } })).rejects.toThrow(/tenant/);
  });

  it('starts as a MultiTenant bot without a tenant', async () => {
    const many = await startHouse({ auth: { ...auth, appType: 'MultiTenant', tenantId: null } });
    const answer = await teams.deliver(
      many.endpoint,
      teams.personalMessage(maya, 'hello'),
      await teams.mint(),
    );
    await many.close();
    expect(answer.status).toBe(200);
  });
});

describe('when the house fails', () => {
  it('answers 500 without a word of why, and logs no text of the message', async () => {
    const house = await startHouse({
      door: {
        message: async ({ text }) => {
          throw new Error(`database refused: ${text}`);
        },
      },
    });
    const answer = await teams.deliver(house.endpoint, teams.personalMessage(maya, 'my password is hunter2'));
    await house.close();
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|database|\.ts| {4}at /);
    expect(house.logged()).toContain('a Teams turn failed');
    expect(house.logged()).not.toContain('hunter2');
  });
});
