/** What comes to the doors without a right to come in, or broken: it is refused, and nothing is touched. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedWebhook } from '../../connectors/connectwise/sandbox.ts';
import { rawPost, startBotFramework, type BotFramework } from '../stand-ins/bot-framework.ts';
import { createSlackDriver, type SlackDriver } from '../stand-ins/slack-driver.ts';
import { startSlackStandIn, type SlackStandIn } from '../stand-ins/slack.ts';
import { people, startApp, type App } from './app.ts';
import { startPracticeVendors, type PracticeVendors } from '../practice-vendors.ts';

const signingSecret = 'doors signing secret';
const tooLarge = 'x'.repeat(2 * 1024 * 1024);

/** Of a GET with any headers, Host included. */
function status(to: { port: string; path: string; headers: Record<string, string> }): Promise<number> {
  return new Promise((resolve, reject) =>
    request({ ...to, host: '127.0.0.1' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end(),
  );
}

let guarded: App;
let framework: BotFramework;
let slack: SlackStandIn;
let driver: SlackDriver;
let vendors: PracticeVendors;
let before: unknown;

/** How many rows there are of everything that intake writes. */
async function rowsOf({ database }: App): Promise<unknown> {
  const tables = [
    'messages',
    'requests',
    'conversations',
    'arrivals',
    'activity',
    'deliveries',
    'identities',
    'decisions',
  ];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  return (await database.db.pool.query(`SELECT ${counts.join(', ')}`)).rows[0];
}

beforeAll(async () => {
  [framework, slack, vendors] = await Promise.all([
    startBotFramework(),
    startSlackStandIn(),
    startPracticeVendors(),
  ]);
  guarded = await startApp({
    COUNTERSIGN_CONFIG: vendors.settingsFile,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: 'xoxb-doors',
    SLACK_API_URL: slack.apiUrl,
    MICROSOFT_APP_ID: framework.appId,
    MICROSOFT_APP_PASSWORD: framework.appPassword,
    MICROSOFT_APP_TENANT_ID: people.tom.tenantId,
    MICROSOFT_OPENID_METADATA_URL: framework.openIdMetadataUrl,
    MICROSOFT_TOKEN_ISSUER: framework.tokenIssuer,
    MICROSOFT_LOGIN_URL: framework.loginUrl,
  });
  driver = createSlackDriver(slack, guarded.running.url, signingSecret);
  before = await rowsOf(guarded);
});
afterAll(async () => {
  await guarded.close();
  await Promise.all([framework.close(), slack.close(), vendors.close()]);
});

describe('POST /slack/events', () => {
  const dm = JSON.stringify({
    type: 'event_callback',
    team_id: 'T0ACME',
    event_id: 'Ev1',
    event: {
      type: 'message',
      channel_type: 'im',
      channel: 'D1',
      user: 'U0MAYA',
      team: 'T0ACME',
      ts: '1.1',
      text: 'I need access to Zendesk',
    },
  });
  const json = 'application/json';
  const longAgo = Math.floor(Date.now() / 1000) - 600;
  const refusals: [string, number, () => Promise<{ status: number }>][] = [
    ['a wrong signature', 401, () => driver.post(dm, json, { signature: `v0=${'0'.repeat(64)}` })],
    ['no signature', 401, () => driver.post(dm, json, { signature: null })],
    ['a signature of ten minutes ago', 401, () => driver.post(dm, json, { timestamp: longAgo })],
    [
      'a timestamp that is none',
      401,
      () => driver.post(dm, json, { headers: { 'x-slack-request-timestamp': 'soon' } }),
    ],
    ['a body of 2 MB', 413, () => driver.post(JSON.stringify({ type: 'event_callback', tooLarge }), json)],
    ['a body that is no JSON', 400, () => driver.post('{"type": ', json)],
    ['a body of no known kind', 400, () => driver.post('{"type":"event_callback"}', json)],
  ];
  it.for(refusals)('refuses %s with %i and touches nothing', async ([, refusal, send]) => {
    expect((await send()).status).toBe(refusal);
    expect(await rowsOf(guarded)).toEqual(before);
  });
});

describe('POST /api/messages', () => {
  const post = async (body: string, headers: Record<string, string> = {}) =>
    rawPost(`${guarded.running.url}/api/messages`, body, headers);
  const message = () => JSON.stringify(framework.personalMessage(people.maya, 'I need access to Zendesk'));
  const bearer = async (options?: Parameters<BotFramework['mint']>[0]) => ({
    authorization: `Bearer ${await framework.mint(options)}`,
  });
  const refusals: [string, number, () => Promise<{ status: number }>][] = [
    ['no token', 401, () => post(message())],
    ['a token by a stranger', 401, async () => post(message(), await bearer({ key: 'stranger' }))],
    ['a token that has expired', 401, async () => post(message(), await bearer({ expiresIn: -3600 }))],
    ['a token for another bot', 401, async () => post(message(), await bearer({ audience: 'another' }))],
    ['a body of 2 MB', 413, async () => post(JSON.stringify({ tooLarge }), await bearer())],
    ['a body that is no JSON', 400, async () => post('{"type": ', await bearer())],
    ['a body that is no activity', 400, async () => post('{"type":"message"}', await bearer())],
  ];
  it.for(refusals)('refuses %s with %i and touches nothing', async ([, refusal, send]) => {
    expect((await send()).status).toBe(refusal);
    expect(await rowsOf(guarded)).toEqual(before);
  });
});

describe('POST /webhooks/<connection id>', () => {
  const post = (body: string | Buffer, headers: Record<string, string> = {}, id = 'northwind-connectwise') =>
    rawPost(`${guarded.running.url}/webhooks/${id}?recordId=1`, body.toString(), headers);
  const signed = (fields: Record<string, unknown> = {}) => signedWebhook(vendors.connectwise, 1, fields);
  const refusals: [string, number, () => Promise<{ status: number }>][] = [
    ['no signature', 401, () => post(signed().body)],
    ['a signature of other words', 401, () => post(signed().body, signed({ MemberId: 'else' }).headers)],
    ['another company', 401, () => send(signed({ CompanyId: 'southwind' }))],
    ['a key on another host', 401, () => send(signed({ Metadata: { key_url: 'https://keys.example/1' } }))],
    ['a body of 2 MB', 413, () => send(signed({ tooLarge }))],
    ['a body that is no JSON', 400, () => post('{"Type": ', signed().headers)],
    ['a body that is no callback', 400, () => post('{"Type":"ticket"}', signed().headers)],
    ['an unknown connection', 404, () => post(signed().body, signed().headers, 'nobody')],
    ['a connection that sends none', 404, () => post(signed().body, signed().headers, 'northwind-m365')],
  ];
  function send({ body, headers }: ReturnType<typeof signed>) {
    return post(body, headers);
  }
  it.for(refusals)('refuses %s with %i and touches nothing', async ([, refusal, attempt]) => {
    expect((await attempt()).status).toBe(refusal);
    expect(await rowsOf(guarded)).toEqual(before);
  });
});

describe('the open doors', () => {
  const get = (path: string, app: App) => fetch(`${app.running.url}${path}`);

  it('say that the process lives, that it is ready, and what it counts', async () => {
    expect((await get('/healthz', guarded)).status).toBe(200);
    const ready = await get('/readyz', guarded);
    expect([ready.status, await ready.json()]).toEqual([200, { ok: true }]);
    const metrics = await get('/metrics', guarded);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toMatch(/^countersign_open\{kind="requests"\} 0$/m);
  });
});

describe('practice on loopback', () => {
  let practice: App;
  beforeAll(async () => void (practice = await startApp()));
  afterAll(() => practice.close());

  it('shows its sandboxes to this machine alone', async () => {
    const { port } = new URL(practice.running.url);
    const ask = (headers: Record<string, string>) => status({ port, path: '/desk/sandboxes', headers });
    const own = await fetch(`${practice.running.url}/desk/sandboxes`);
    expect(await own.json()).toEqual(Object.fromEntries(practice.running.sandboxes.urls));
    expect(await ask({ host: `localhost:${port}` })).toBe(200);
    expect(await ask({ host: 'help.northwind.example' })).toBe(403);
    expect(await ask({ 'x-forwarded-for': '203.0.113.7' })).toBe(403);
  });

  it('takes Teams messages from this machine alone', async () => {
    const counted = await rowsOf(practice);
    const body = JSON.stringify(practice.teams.personalMessage(people.maya, 'I need access to Zendesk'));
    const post = (headers: Record<string, string>) =>
      rawPost(`${practice.running.url}/api/messages`, body, headers);
    expect((await post({ host: 'help.northwind.example' })).status).toBe(403);
    expect((await post({ forwarded: 'for=203.0.113.7' })).status).toBe(403);
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415);
    expect(await rowsOf(practice)).toEqual(counted);
  });
});
