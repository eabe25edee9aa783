import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectwise } from '../../connectors/connectwise/index.ts';
import {
  signedWebhook,
  startConnectwiseSandbox,
  type ConnectwiseSandbox,
} from '../../connectors/connectwise/sandbox.ts';
import { signatureOf } from '../../connectors/connectwise/webhook.ts';
import type { WebhookParsed } from '../../connectors/contract.ts';
import { config, open, vendor, world, type Opening } from './connectwise-practice.ts';

let sandbox: ConnectwiseSandbox;
beforeEach(async () => {
  sandbox = await startConnectwiseSandbox(world, config);
});
afterEach(() => sandbox.close());

type Message = { body: Buffer; headers: Record<string, string | undefined> };

function verifier(opening: Opening = {}, at: { url: string } = sandbox) {
  const { api } = open(at, opening);
  return ({ body, headers }: Message): Promise<WebhookParsed> =>
    connectwise.webhook?.(api, { body, headers, query: {} }) ?? Promise.reject(new Error('no webhook'));
}
const keyCalls = (on: ConnectwiseSandbox) => on.calls.filter((call) => call.path.includes('callbackkey'));
const accepted = { ok: true, events: [{ type: 'ticket', ticketId: '4821', key: 'ticket:4821:added' }] };

describe('a callback', () => {
  it('for a new ticket is an id to read again, the same for every redelivery', async () => {
    const verify = verifier();
    expect(await verify(signedWebhook(sandbox, 4821))).toEqual(accepted);
    expect(await verify(signedWebhook(sandbox, '4821'))).toEqual(accepted);
  });

  it('reads the key once for many callbacks, without our credentials', async () => {
    const verify = verifier();
    await Promise.all([
      verify(signedWebhook(sandbox, 1)),
      verify(signedWebhook(sandbox, 2)),
      verify(signedWebhook(sandbox, 3)),
    ]);
    expect(keyCalls(sandbox)).toHaveLength(1);
    expect(keyCalls(sandbox)[0]?.headers.authorization).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['a changed ticket', { Action: 'updated' }],
    ['a deleted ticket', { Action: 'deleted' }],
    ['another kind of record', { Type: 'company' }],
    ["an id that is not a ticket's", { ID: '1 or 1=1' }],
  ])('for %s is ignored', async (_what, fields) => {
    expect(await verifier()(signedWebhook(sandbox, 4821, fields))).toMatchObject({
      ok: true,
      events: [{ type: 'ignored' }],
    });
  });

  it.each<[string, (message: Message) => Message]>([
    ['no signature', ({ body }) => ({ body, headers: {} })],
    [
      'a signature of another key',
      ({ body }) => ({ body, headers: { 'x-content-signature': signatureOf('guess', body) } }),
    ],
    ['a signature that is too short', ({ body }) => ({ body, headers: { 'x-content-signature': 'AA==' } })],
    [
      'a changed body',
      ({ body, headers }) => ({ body: Buffer.from(body.toString().replace('4821', '4822')), headers }),
    ],
    [
      'the same JSON in other bytes',
      ({ body, headers }) => ({
        body: Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1)),
        headers,
      }),
    ],
  ])('with %s is refused', async (_what, change) => {
    expect(await verifier()(change(signedWebhook(sandbox, 4821)))).toMatchObject({
      ok: false,
      why: 'refused',
    });
  });

  it('is verified over the bytes that came, however they are written', async () => {
    const { body } = signedWebhook(sandbox, 4821);
    const spaced = Buffer.from(`${JSON.stringify(JSON.parse(body.toString()), null, 3)}\n`);
    const headers = { 'x-content-signature': signatureOf(sandbox.state.signingKey, spaced) };
    expect(await verifier()({ body: spaced, headers })).toEqual(accepted);
  });

  it.each([
    '{',
    '',
    'null',
    '[]',
    '{"Action":"added"}',
    '{"Action":"added","Type":"ticket","ID":1,"CompanyId":"northwind","Metadata":{}}',
  ])('that cannot be read is malformed: %s', async (text) => {
    const body = Buffer.from(text);
    const headers = { 'x-content-signature': signatureOf(sandbox.state.signingKey, body) };
    expect(await verifier()({ body, headers })).toMatchObject({ ok: false, why: 'malformed' });
    expect(keyCalls(sandbox)).toHaveLength(0);
  });

  it('of another company is refused before anything is fetched', async () => {
    expect(await verifier()(signedWebhook(sandbox, 4821, { CompanyId: 'southwind' }))).toMatchObject({
      why: 'refused',
      detail: 'another company',
    });
    expect(keyCalls(sandbox)).toHaveLength(0);
    expect(await verifier()(signedWebhook(sandbox, 4821, { CompanyId: 'NorthWind' }))).toMatchObject({
      ok: true,
    });
  });

  it('that names a key on another host is refused and that host is never asked', async () => {
    const other = await startConnectwiseSandbox(world, config);
    try {
      const theirs = signedWebhook(other, 4821);
      expect(await verifier()(theirs)).toMatchObject({ ok: false, why: 'refused' });
      const { port } = new URL(sandbox.url);
      for (const key_url of [
        `https://127.0.0.1:${port}/key`,
        `http://localhost:${port}/key`,
        `http://user:pass@127.0.0.1:${port}/key`,
        `http://127.0.0.1:${port}@${new URL(other.url).host}/key`,
        `http://127.0.0.1:${port}.evil.example/key`,
        'file:///etc/passwd',
        'not a url',
      ]) {
        expect(
          await verifier()(signedWebhook(sandbox, 4821, { Metadata: { key_url } })),
          key_url,
        ).toMatchObject({ why: 'refused' });
      }
      expect(other.calls).toHaveLength(0);
      expect(sandbox.calls).toHaveLength(0);
    } finally {
      await other.close();
    }
  });

  it('is refused over plain http anywhere but on loopback', async () => {
    const url = 'http://cw.example.test';
    const message = signedWebhook({ ...sandbox, url }, 4821);
    expect(await verifier({}, { url })(message)).toMatchObject({
      why: 'refused',
      detail: 'the key is on another host',
    });
  });

  it('whose key is not at its address is refused; one whose key is out of reach may come again', async () => {
    const verify = verifier();
    sandbox.fault({ match: 'callbackkey', kind: 'status', status: 404, times: 1 });
    expect(await verify(signedWebhook(sandbox, 4821))).toMatchObject({ why: 'refused' });
    sandbox.fault({ match: 'callbackkey', kind: 'garbage', times: 1 });
    expect(await verify(signedWebhook(sandbox, 4821))).toMatchObject({ why: 'refused' });
    sandbox.fault({ match: 'callbackkey', kind: 'status', status: 429, retryAfter: '60' });
    await expect(verify(signedWebhook(sandbox, 4821))).rejects.toMatchObject({ kind: 'rate_limited' });
    sandbox.fault();
    expect(await verify(signedWebhook(sandbox, 4821))).toEqual(accepted);
  });
});

describe('the sandbox tells us', () => {
  let listener: Server;
  let heard: { url: string; parsed: WebhookParsed }[];
  beforeEach(async () => {
    heard = [];
    const verify = verifier();
    listener = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const headers = request.headers as Record<string, string | undefined>;
        heard.push({
          url: request.url ?? '',
          parsed: await verify({ body: Buffer.concat(chunks), headers }),
        });
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    await open(sandbox).psa.subscribe(
      `http://127.0.0.1:${(listener.address() as AddressInfo).port}/webhooks/con_1`,
    );
  });
  afterEach(() => new Promise((resolve) => listener.close(resolve)));

  it('of a ticket that somebody else creates, with a signature that we accept', async () => {
    await vendor(sandbox, 'EmailConnector', 'POST', '/service/tickets', {
      summary: 'Help',
      company: { id: 250 },
      contact: { id: 1001 },
    });
    expect(heard).toEqual([{ url: '/webhooks/con_1?recordId=4821&action=added', parsed: accepted }]);
    expect(sandbox.state.deliveries).toMatchObject([{ action: 'added', ticketId: 4821, status: 202 }]);
  });

  it('nothing of a ticket that we create, and of changes only what we ignore', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket({
      companyId: '250',
      contactId: null,
      summary: 'x',
      body: [],
      mark: 'M1',
    });
    await psa.setStatus(id, 'done');
    expect(heard).toEqual([]);
    await vendor(sandbox, 'TReed', 'PATCH', `/service/tickets/${id}`, [
      { op: 'replace', path: 'status', value: { name: 'New' } },
    ]);
    expect(heard).toMatchObject([{ parsed: { ok: true, events: [{ type: 'ignored' }] } }]);
  });
});
