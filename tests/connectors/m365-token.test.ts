import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokens } from '../../connectors/m365/token.ts';
import { startSandbox, type Sandbox, type SandboxAnswer } from '../../connectors/sandbox.ts';
import { kindOf, startM365, type M365Setup } from './m365-setup.ts';
import { acme, ben, birch, birchZendesk, maya, priya, zendesk } from './practice-world.ts';

describe('tokens of Microsoft 365', () => {
  let login: Sandbox<{ count: number }>;
  let answer: (count: number) => SandboxAnswer;
  const tokensOf = (loginUrl: string) =>
    createTokens({
      loginUrl,
      clientId: 'app',
      clientSecret: 'secret',
      scope: 'https://graph.microsoft.com/.default',
      attemptMs: 1_000,
    });

  beforeEach(async () => {
    answer = (count) => ({ json: { token_type: 'Bearer', expires_in: 600, access_token: `token-${count}` } });
    const state = { count: 0 };
    login = await startSandbox({
      state,
      routes: { 'POST /:tenant/oauth2/v2.0/token': () => answer((state.count += 1)) },
    });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await login.close();
  });

  it('asks once for many callers at the same time', async () => {
    const tokens = tokensOf(login.url);
    expect(await Promise.all([tokens.get(acme), tokens.get(acme), tokens.get(acme)])).toEqual([
      'token-1',
      'token-1',
      'token-1',
    ]);
    expect(login.calls.map(({ path }) => path)).toEqual([`/${acme}/oauth2/v2.0/token`]);
    expect(login.calls[0]?.body).toEqual({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
      client_id: 'app',
      client_secret: 'secret',
    });
  });

  it('renews a token two minutes before it ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const tokens = tokensOf(login.url);
    await tokens.get(acme);
    vi.setSystemTime(479_000);
    expect(await tokens.get(acme)).toBe('token-1');
    vi.setSystemTime(480_000);
    expect(await tokens.get(acme)).toBe('token-2');
  });

  it('does not drop a newer token for an older one', async () => {
    const tokens = tokensOf(login.url);
    tokens.drop(acme, 'an older one');
    await tokens.get(acme);
    tokens.drop(acme, 'an older one');
    expect(await tokens.get(acme)).toBe('token-1');
  });

  it('asks again after a failure instead of keeping it', async () => {
    const tokens = tokensOf(login.url);
    login.fault({ match: '/token', kind: 'status', status: 503, times: 1 });
    expect(await kindOf(tokens.get(acme))).toBe('unavailable');
    expect(await kindOf(tokens.get(acme))).toBe('fulfilled');
  });

  it.each([
    ['unauthorized', { status: 400, json: { error: 'unauthorized_client' } }],
    ['unauthorized', { status: 401, json: { error: 'invalid_client' } }],
    ['unauthorized', { status: 401, json: {}, headers: { 'www-authenticate': 'Bearer realm="x"' } }],
    ['forbidden', { status: 403, json: {} }],
    ['rate_limited', { status: 429, json: {}, headers: { 'retry-after': '7' } }],
    ['unavailable', { status: 500, json: {} }],
    ['bad_answer', { status: 302, json: {}, headers: { location: 'http://127.0.0.1:1/' } }],
    ['bad_answer', { status: 200, json: { hello: 'there' } }],
  ])('ends %s for %j', async (kind, sent) => {
    answer = () => sent;
    const asked = tokensOf(login.url).get(acme);
    await expect(asked).rejects.toMatchObject({
      kind,
      mayHaveActed: false,
      retryAfterMs: sent.status === 429 ? 7_000 : null,
    });
  });

  it('ends unavailable when nobody answers in time', async () => {
    login.fault({ match: '/token', kind: 'hang' });
    expect(await kindOf(tokensOf(login.url).get(acme))).toBe('unavailable');
  });

  it('sends the secret over plain http to this machine only', async () => {
    await expect(tokensOf('http://login.example').get(acme)).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('the tenant wall of Microsoft 365', () => {
  let setup: M365Setup;
  beforeEach(async () => void (setup = await startM365()));
  afterEach(() => setup.sandbox.close());

  it("asks each tenant with that tenant's own token", async () => {
    await setup.run('get_user', { userId: maya }, acme);
    await setup.run('get_user', { userId: ben }, birch);
    await setup.run('get_user', { userId: maya }, acme);
    expect(setup.tokensAsked()).toEqual([acme, birch]);
    const [first, second, third] = setup.sandbox.calls
      .filter(({ path }) => path.startsWith('/v1.0'))
      .map(({ headers }) => headers.authorization);
    expect(first).toMatch(/^Bearer sandbox-/);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
  });

  it("never finds another tenant's people or groups", async () => {
    expect(await setup.run('get_user', { userId: ben }, acme)).toBeNull();
    expect(await setup.directory.find(acme, { mail: 'ben@birch.example' })).toBeNull();
    expect(await setup.run('search_groups', { query: 'Zendesk' }, acme)).toMatchObject([{ id: zendesk }]);
    expect(await setup.run('search_groups', { query: 'Zendesk' }, birch)).toMatchObject([
      { id: birchZendesk },
    ]);
  });

  it('changes nothing for a person or group of another tenant', async () => {
    const before = JSON.stringify(setup.sandbox.state);
    expect(await kindOf(setup.run('add_group_member', { userId: ben, groupId: zendesk }, acme))).toBe(
      'not_found',
    );
    expect(await kindOf(setup.run('add_group_member', { userId: maya, groupId: birchZendesk }, acme))).toBe(
      'not_found',
    );
    expect(await kindOf(setup.run('enable_sign_in', { userId: ben }, acme))).toBe('not_found');
    expect(await kindOf(setup.run('remove_group_member', { userId: ben, groupId: birchZendesk }, acme))).toBe(
      'not_found',
    );
    expect(JSON.stringify(setup.sandbox.state)).toBe(before);
  });

  it('refuses a token that was issued for no tenant of the sandbox', async () => {
    const answer = await fetch(`${setup.sandbox.url}/v1.0/users/${maya}`, {
      headers: { authorization: 'Bearer made-up' },
    });
    expect(answer.status).toBe(401);
  });

  it('gets one new token after a 401 and no more', async () => {
    await setup.run('get_user', { userId: maya });
    setup.sandbox.fault({ match: '/v1.0', kind: 'status', status: 401, times: 1 });
    expect(await setup.run('get_user', { userId: maya })).toMatchObject({ id: maya });
    expect(setup.tokensAsked()).toEqual([acme, acme]);

    setup.sandbox.fault({ match: '/v1.0', kind: 'status', status: 401 });
    expect(await kindOf(setup.run('get_user', { userId: maya }))).toBe('unauthorized');
    expect(setup.tokensAsked()).toEqual([acme, acme, acme]);
  });

  it('is unauthorized with a wrong secret and for an unknown tenant', async () => {
    const wrong = await startM365({ clientSecret: 'wrong' });
    expect(await kindOf(wrong.run('get_user', { userId: maya }))).toBe('unauthorized');
    await wrong.sandbox.close();
    expect(
      await kindOf(setup.run('get_user', { userId: maya }, '44444444-4444-4444-8444-444444444444')),
    ).toBe('unauthorized');
  });

  it('refuses a scope or an id that could change the path', async () => {
    expect(await kindOf(setup.directory.find('../other', { id: maya }))).toBe('rejected');
    expect(await setup.directory.find(acme, { id: '../groups' })).toBeNull();
    expect(await kindOf(setup.directory.manager(acme, '..'))).toBe('rejected');
    expect(setup.tool('get_user').args.safeParse({ userId: `${maya}/manager` }).success).toBe(false);
    expect(setup.tool('get_user').args.safeParse({ userId: maya, scope: birch }).success).toBe(false);
    expect(setup.sandbox.calls).toEqual([]);
  });

  it("follows a next page on the connection's own host only", async () => {
    const tenant = setup.sandbox.state[acme];
    const groups = Array.from({ length: 250 }, (_, index) => ({
      ...tenant!.groups[0]!,
      id: `g-${index}`,
      displayName: `G ${index}`,
      members: [priya],
    }));
    tenant!.groups.push(...groups);
    expect(await setup.run('list_user_groups', { userId: priya })).toHaveLength(250);
    expect(setup.paths()).toHaveLength(3);
  });
});
