import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectwise } from '../../connectors/connectwise/index.ts';
import { startConnectwiseSandbox, type ConnectwiseSandbox } from '../../connectors/connectwise/sandbox.ts';
import { API, config, open, vendor, world } from './connectwise-practice.ts';
import { checkAnswer, checkRequest, loadSpec, type Spec, type SpecRequest } from './spec.ts';

const found = await loadSpec('connectwise');
const spec = found as Spec;
const headers = { clientId: config.clientId };

describe.skipIf(!found)("ConnectWise's own description", () => {
  let sandbox: ConnectwiseSandbox;
  beforeAll(async () => {
    sandbox = await startConnectwiseSandbox(world, config);
    const { api, psa } = open(sandbox, { config: { source: 'Chat' } });
    await connectwise.check(api);
    const contact = await psa.findContact('250', 'maya@acme.example');
    const contactId = contact?.id ?? null;
    const { id } = await psa.createTicket({
      companyId: '250',
      contactId,
      summary: 's',
      body: [{ type: 'text', text: 'b' }],
      mark: 'M1',
    });
    await psa.addNote(id, { visibility: 'internal', body: [], mark: 'N1' });
    await psa.addNote(id, { visibility: 'public', body: [], mark: 'N2' });
    await psa.hasNote(id, 'N1');
    await psa.setStatus(id, 'in_progress');
    await psa.readTicket(id);
    await psa.subscribe('https://help.example/webhooks/con_1');
    sandbox.state.callbacks[0]!.inactiveFlag = true;
    await psa.subscribe('https://help.example/webhooks/con_1');
  });
  afterAll(() => sandbox?.close());

  const operations = [
    'GET /system/info',
    'GET /company/contacts',
    'GET /company/contacts/:id',
    'GET /service/tickets',
    'POST /service/tickets',
    'GET /service/tickets/:id',
    'PATCH /service/tickets/:id',
    'GET /service/tickets/:id/notes',
    'POST /service/tickets/:id/notes',
    'GET /system/callbacks',
    'POST /system/callbacks',
    'DELETE /system/callbacks/:id',
  ];

  it('holds for every request that we send, and these are all', () => {
    const used = new Set(
      sandbox.calls.map(
        (call) =>
          `${call.method} ${call.path
            .slice(API.length)
            .replace(/\?.*/, '')
            .replace(/\/\d+(?=\/|$)/, '/:id')}`,
      ),
    );
    expect([...used].sort()).toEqual([...operations].sort());
    for (const call of sandbox.calls)
      expect(checkRequest(spec, call), `${call.method} ${call.path}`).toEqual([]);
  });

  it('holds for every answer of the sandbox', async () => {
    const requests: [string, string, unknown?][] = [
      ['GET', '/system/info'],
      ['GET', '/company/companies'],
      ['GET', '/company/companies/250'],
      ['GET', '/company/companies/9'],
      ['GET', '/company/contacts'],
      ['GET', '/company/contacts/1001'],
      ['GET', '/service/boards'],
      ['GET', '/service/boards/1/statuses'],
      ['GET', '/service/tickets'],
      ['GET', '/service/tickets?conditions=nonsense'],
      ['POST', '/service/tickets', { summary: 's', company: { id: 250 } }],
      ['POST', '/service/tickets', { summary: 's' }],
      ['GET', '/service/tickets/4821'],
      ['PATCH', '/service/tickets/4821', [{ op: 'replace', path: 'summary', value: 't' }]],
      ['GET', '/service/tickets/4821/notes'],
      ['POST', '/service/tickets/4821/notes', { text: 'x', internalAnalysisFlag: true }],
      ['GET', '/system/callbacks'],
      [
        'POST',
        '/system/callbacks',
        { url: 'http://127.0.0.1:9/?id=', type: 'ticket', level: 'owner', objectId: 1, inactiveFlag: true },
      ],
      ['DELETE', '/system/callbacks/3'],
    ];
    for (const [method, path, body] of requests) {
      const answer = await vendor(sandbox, 'TReed', method, path, body);
      expect(
        checkAnswer(spec, { method, path, status: answer.status, body: answer.json }),
        `${method} ${path}`,
      ).toEqual([]);
    }
  });

  it.each<[string, Omit<SpecRequest, 'headers'>]>([
    ['GET /system/info', { method: 'GET', path: '/system/info', query: { nonsense: '1' } }],
    ['GET /company/contacts', { method: 'GET', path: '/company/contacts', query: { childCondition: 'a=1' } }],
    ['GET /company/contacts/:id', { method: 'GET', path: '/company/contacts/maya' }],
    ['GET /service/tickets', { method: 'GET', path: '/service/tickets', query: { pageSize: 'all' } }],
    ['POST /service/tickets', { method: 'POST', path: '/service/tickets', body: { summary: 's' } }],
    [
      'POST /service/tickets',
      {
        method: 'POST',
        path: '/service/tickets',
        body: { summary: 's', company: { id: 1 }, externalXref: 'x' },
      },
    ],
    ['GET /service/tickets/:id', { method: 'GET', path: '/service/tickets/x' }],
    [
      'PATCH /service/tickets/:id',
      { method: 'PATCH', path: '/service/tickets/1', body: { status: { name: 'New' } } },
    ],
    ['GET /service/tickets/:id/notes', { method: 'GET', path: '/service/tickets/x/notes' }],
    [
      'POST /service/tickets/:id/notes',
      { method: 'POST', path: '/service/tickets/1/notes', body: { internalAnalysisFlag: true } },
    ],
    ['GET /system/callbacks', { method: 'GET', path: '/system/callbacks', query: { page: 'first' } }],
    [
      'POST /system/callbacks',
      { method: 'POST', path: '/system/callbacks', body: { url: 'https://x', objectId: 'one' } },
    ],
    ['DELETE /system/callbacks/:id', { method: 'DELETE', path: '/system/callbacks/ours' }],
  ])('refuses a wrong %s', (_operation, request) => {
    expect(checkRequest(spec, { ...request, headers })).not.toEqual([]);
  });

  it('refuses a request without the client id', () => {
    expect(checkRequest(spec, { method: 'GET', path: '/system/info' })).not.toEqual([]);
  });

  it('refuses wrong answers and statuses it does not declare', () => {
    expect(checkAnswer(spec, { method: 'GET', path: '/service/tickets', status: 200, body: {} })).not.toEqual(
      [],
    );
    expect(
      checkAnswer(spec, { method: 'POST', path: '/service/tickets', status: 200, body: { summary: 's' } }),
    ).not.toEqual([]);
    expect(checkAnswer(spec, { method: 'GET', path: '/service/nothing', status: 200 })).not.toEqual([]);
  });
});
