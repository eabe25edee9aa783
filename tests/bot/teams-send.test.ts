import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../bot/card.ts';
import type { TeamsAuth } from '../../bot/teams/auth.ts';
import { tokenUrlOf } from '../../bot/teams/auth.ts';
import type { ConnectorError } from '../../connectors/contract.ts';
import type { Destination } from '../../engine/domain.ts';
import { startBotFramework, type BotFramework } from '../stand-ins/bot-framework.ts';
import { emptyCard, handedOff, maya, startHouse, tom, type House } from './teams-house.ts';

const hello: Card = {
  ...emptyCard,
  blocks: [{ type: 'text', text: "Hi Maya, I've got this." }],
  push: "Hi Maya, I've got this.",
};
const toTom: Destination = {
  channel: 'teams',
  workspace: tom.tenantId,
  userId: tom.aadObjectId,
  address: null,
};

let teams: BotFramework;
let house: House;
beforeEach(async () => {
  teams = await startBotFramework();
  house = await startHouse();
});
afterEach(async () => {
  await house.close();
  await teams.close();
});

async function spokenTo(): Promise<Destination> {
  await teams.deliver(house.endpoint, teams.personalMessage(maya, 'hello'));
  const message = house.messages.at(-1);
  return { channel: 'teams', workspace: maya.tenantId, userId: null, address: message?.address ?? null };
}

const failure = (sending: Promise<unknown>) =>
  sending.then(
    () => null,
    (error: ConnectorError) => error,
  );

describe('a message to a conversation', () => {
  it('goes where the person wrote', async () => {
    const to = await spokenTo();
    await house.port.send(to, hello, null, 'm1');
    expect(teams.state.posted).toMatchObject([
      {
        conversation: `a:${maya.aadObjectId}`,
        activity: { type: 'message', text: "Hi Maya, I've got this.", textFormat: 'plain' },
      },
    ]);
    expect(teams.state.posted[0]?.activity).not.toHaveProperty('attachments');
  });

  it('goes to the thread that it was asked in', async () => {
    await teams.deliver(house.endpoint, teams.channelMessage(maya, 'help', '1700'));
    const to = {
      channel: 'teams',
      workspace: maya.tenantId,
      userId: null,
      address: house.messages[0]?.address ?? null,
    } as const;
    await house.port.send(to, hello, null, 'm1');
    expect(teams.state.posted).toMatchObject([{ conversation: '19:team@thread.tacv2;messageid=1700' }]);
  });

  it('is a card alone, with its push text, when there is more than words', async () => {
    await house.port.send(await spokenTo(), handedOff, null, 'm1');
    const activity = teams.state.posted[0]?.activity;
    expect(activity).toMatchObject({
      summary: handedOff.push,
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
    });
    expect(activity).not.toHaveProperty('text');
  });

  it('is edited in place by what sending gave back', async () => {
    const to = await spokenTo();
    const { ref } = await house.port.send(to, hello, null, 'm1');
    const again = await house.port.send(to, handedOff, JSON.parse(JSON.stringify(ref)) as typeof ref, 'm1');
    expect(teams.state.posted).toMatchObject([{ edits: 1, activity: { summary: handedOff.push } }]);
    expect(again.ref).toEqual(ref);
  });

  it('that is gone cannot be edited, which is not_found', async () => {
    const to = await spokenTo();
    const { ref } = await house.port.send(to, hello, null, 'm1');
    for (const each of teams.state.posted) each.deleted = true;
    expect(await failure(house.port.send(to, handedOff, ref, 'm1'))).toMatchObject({ kind: 'not_found' });
  });
});

describe('a message to a person without an address', () => {
  it('opens their chat, and gives the address for the next one', async () => {
    await spokenTo();
    const sent = await house.port.send(toTom, handedOff, null, 'm1');
    expect(teams.state.chats).toEqual([
      { id: `a:${tom.aadObjectId}`, tenantId: tom.tenantId, userId: tom.aadObjectId },
    ]);
    expect(teams.state.posted).toMatchObject([{ conversation: `a:${tom.aadObjectId}` }]);

    await house.port.send({ ...toTom, address: sent.address ?? null }, hello, null, 'm2');
    expect(teams.calls.filter(({ path }) => path === '/v3/conversations')).toHaveLength(1);
    expect(teams.state.posted).toHaveLength(2);

    await house.port.send(toTom, hello, sent.ref, 'm1');
    expect(teams.state.posted).toMatchObject([{ edits: 1 }, { edits: 0 }]);
  });

  it('uses the service that their tenant was last heard from', async () => {
    const elsewhere = await startBotFramework();
    await teams.deliver(house.endpoint, teams.installed(tom));
    await elsewhere.deliver(house.endpoint, elsewhere.personalMessage(maya, 'hello'));
    await house.port.send(toTom, hello, null, 'm1');
    expect([teams.state.posted.length, elsewhere.state.posted.length]).toEqual([1, 0]);
    await elsewhere.close();
  });

  it('waits in practice mode until anybody has spoken', async () => {
    expect(await failure(house.port.send(toTom, hello, null, 'm1'))).toMatchObject({
      kind: 'unavailable',
      mayHaveActed: false,
    });
  });

  it('is refused in practice mode for an address that is not on this machine', async () => {
    const to = await spokenTo();
    const where = { ...(to.address?.where as object), serviceUrl: 'https://smba.trafficmanager.net/teams/' };
    const sending = house.port.send({ ...to, address: { channel: 'teams', where } }, hello, null, 'm1');
    expect(await failure(sending)).toMatchObject({ kind: 'rejected' });
  });

  it('is refused for an address that is none', async () => {
    for (const address of [{ channel: 'teams' as const, where: { nonsense: true } }, null]) {
      expect(
        await failure(house.port.send({ ...toTom, userId: null, address }, hello, null, 'm1')),
      ).toMatchObject({ kind: 'rejected' });
    }
  });
});

describe('what goes wrong', () => {
  it.each([
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [404, 'not_found', false],
    [400, 'rejected', false],
    [413, 'rejected', false],
    [412, 'unavailable', false],
    [500, 'unavailable', true],
    [503, 'unavailable', true],
    [302, 'bad_answer', false],
  ] as const)('a %i is %s', async (status, kind, mayHaveActed) => {
    const to = await spokenTo();
    teams.fault({ match: '/v3/', kind: 'status', status });
    expect(await failure(house.port.send(to, hello, null, 'm1'))).toMatchObject({
      kind,
      status,
      mayHaveActed,
    });
    expect(teams.calls.filter(({ path }) => path.startsWith('/v3/'))).toHaveLength(1);
  });

  it('a 429 is handed back with its Retry-After, not waited for', async () => {
    const to = await spokenTo();
    teams.fault({ match: '/v3/', kind: 'status', status: 429, retryAfter: '7200' });
    expect(await failure(house.port.send(to, hello, null, 'm1'))).toMatchObject({
      kind: 'rate_limited',
      retryAfterMs: 7_200_000,
    });
    expect(teams.calls.filter(({ path }) => path.startsWith('/v3/'))).toHaveLength(1);
  });

  it.each([
    ['garbage', 'bad_answer', true],
    ['reset', 'unavailable', true],
  ] as const)('%s is %s, and may have been delivered', async (kind, becomes, mayHaveActed) => {
    const to = await spokenTo();
    teams.fault({ match: '/v3/', kind });
    expect(await failure(house.port.send(to, hello, null, 'm1'))).toMatchObject({
      kind: becomes,
      mayHaveActed,
    });
  });

  it('a service that is not there has not acted', async () => {
    const to = await spokenTo();
    await teams.close();
    expect(await failure(house.port.send(to, hello, null, 'm1'))).toMatchObject({
      kind: 'unavailable',
      mayHaveActed: false,
    });
  });

  it('without an app id and outside of sandbox mode nothing is sent', async () => {
    const silent = await startHouse({ sandbox: false });
    expect(await failure(silent.port.send(await spokenTo(), hello, null, 'm1'))).toMatchObject({
      kind: 'unauthorized',
    });
    await silent.close();
  });
});

describe('our own token', () => {
  let guarded: BotFramework;
  let real: House;
  let auth: TeamsAuth;
  let to: Destination;
  beforeEach(async () => {
    guarded = await startBotFramework({ guarded: true });
    const { appId, appPassword, openIdMetadataUrl, tokenIssuer, loginUrl } = guarded;
    auth = {
      appId,
      appPassword,
      appType: 'SingleTenant',
      tenantId: tom.tenantId,
      openIdMetadataUrl,
      tokenIssuer,
      loginUrl,
    };
    real = await startHouse({ auth, sandbox: false });
    await guarded.deliver(real.endpoint, guarded.personalMessage(maya, 'hello'), await guarded.mint());
    to = {
      channel: 'teams',
      workspace: maya.tenantId,
      userId: null,
      address: real.messages[0]?.address ?? null,
    };
    return async () => {
      await real.close();
      await guarded.close();
    };
  });

  it('is asked for once and used for all, for the channel as its audience', async () => {
    await Promise.all([real.port.send(to, hello, null, 'a'), real.port.send(toTom, hello, null, 'b')]);
    expect(guarded.state.posted).toHaveLength(2);
    expect(guarded.state.tokens).toHaveLength(1);
    const asked = guarded.calls.find(({ path }) => path.startsWith('/login'));
    expect(asked?.body).toMatchObject({ client_id: guarded.appId, scope: `${guarded.tokenIssuer}/.default` });
  });

  it('is renewed after the channel refused it', async () => {
    await real.port.send(to, hello, null, 'a');
    guarded.state.tokens.length = 0;
    expect(await failure(real.port.send(to, hello, null, 'b'))).toMatchObject({ kind: 'unauthorized' });
    await real.port.send(to, hello, null, 'b');
    expect(guarded.state.posted).toHaveLength(2);
  });

  it.each([
    [401, 'unauthorized'],
    [503, 'unavailable'],
  ] as const)(
    'that the login service refuses with %i is %s, and is asked for again',
    async (status, kind) => {
      guarded.fault({ match: '/login', kind: 'status', status, times: 1 });
      expect(await failure(real.port.send(to, hello, null, 'a'))).toMatchObject({
        kind,
        mayHaveActed: false,
      });
      await real.port.send(to, hello, null, 'a');
      expect(guarded.state.posted).toHaveLength(1);
    },
  );

  it.each([
    [null, 'https://login.microsoftonline.com/T/oauth2/v2.0/token'],
    ['https://login.microsoftonline.us', 'https://login.microsoftonline.us/T/oauth2/v2.0/token'],
    [
      'https://login.microsoftonline.us/other.tenant/',
      'https://login.microsoftonline.us/other.tenant/oauth2/v2.0/token',
    ],
    ['http://127.0.0.1:9/x/oauth2/v2.0/token', 'http://127.0.0.1:9/x/oauth2/v2.0/token'],
  ])('comes, for the login URL %s, from %s', (loginUrl, url) => {
    expect(tokenUrlOf({ ...auth, tenantId: 'T', loginUrl })).toBe(url);
    expect(tokenUrlOf({ ...auth, appType: 'MultiTenant', loginUrl: null })).toContain('/botframework.com/');
  });
});
