import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectwise } from '../../connectors/connectwise/index.ts';
import { startConnectwiseSandbox, type ConnectwiseSandbox } from '../../connectors/connectwise/sandbox.ts';
import type { NoteBlock, TicketDetail } from '../../connectors/contract.ts';
import { API, config, open, vendor, world } from './connectwise-practice.ts';

let sandbox: ConnectwiseSandbox;
beforeEach(async () => {
  sandbox = await startConnectwiseSandbox(world, config);
});
afterEach(() => sandbox.close());

const say = (text: string): NoteBlock[] => [{ type: 'text', text }];
const ask = (mark: string) => ({
  companyId: '250',
  contactId: '1001',
  summary: 'Zendesk access',
  body: say('I need access to Zendesk'),
  mark,
});
const posts = (path: string) =>
  sandbox.calls.filter((call) => call.method === 'POST' && call.path.endsWith(path));

describe('a ticket', () => {
  it('is created once, found by its mark, noted and moved', async () => {
    const { psa } = open(sandbox);
    const contact = await psa.findContact('250', 'maya@acme.example');
    const ref = await psa.createTicket({ ...ask('REQ7Q9X'), contactId: contact?.id ?? null });
    expect(ref).toEqual({ id: '4821', number: '4821', url: null });
    expect(await psa.findTicketByMark('250', 'REQ7Q9X')).toEqual(ref);

    await psa.addNote(ref.id, {
      visibility: 'internal',
      body: [{ type: 'heading', text: 'Plan' }],
      mark: 'NOTE-1',
    });
    await psa.addNote(ref.id, { visibility: 'public', body: say('Done.'), mark: 'NOTE-2' });
    await psa.setStatus(ref.id, 'in_progress');

    expect(await psa.readTicket(ref.id)).toMatchObject({
      companyId: '250',
      summary: 'Zendesk access',
      body: 'I need access to Zendesk',
      board: 'Service Desk',
      status: 'In Progress',
      closed: false,
      contact: { id: '1001', name: 'Maya Lopez', mail: 'maya@acme.example' },
      notes: [
        { visibility: 'public', text: 'I need access to Zendesk', byMember: false },
        { visibility: 'internal', text: '**Plan**\n\nRef NOTE-1', byMember: false },
        { visibility: 'public', text: 'Done.\n\nRef NOTE-2', byMember: false },
      ],
    });
    expect(sandbox.state.notes.slice(1)).toMatchObject([
      { internalAnalysisFlag: true, detailDescriptionFlag: false, processNotifications: false },
      { internalAnalysisFlag: false, detailDescriptionFlag: true, processNotifications: true },
    ]);
    expect(sandbox.calls.every((call) => call.headers.clientid === config.clientId)).toBe(true);
  });

  it('is not created twice when the vendor acted and the answer was lost', async () => {
    const { psa } = open(sandbox);
    for (const kind of ['act_then_reset', 'act_then_500'] as const) {
      sandbox.fault({ match: 'POST', kind, times: 1 });
      await expect(psa.createTicket(ask(`M-${kind}`))).rejects.toMatchObject({
        kind: 'unavailable',
        mayHaveActed: true,
      });
      expect(await psa.createTicket(ask(`M-${kind}`))).toEqual(
        await psa.findTicketByMark('250', `M-${kind}`),
      );
    }
    expect(sandbox.state.tickets).toHaveLength(2);
    expect(posts('/service/tickets')).toHaveLength(2);
  });

  it("is found by mark only for its own company, and not by another product's reference", async () => {
    const { psa } = open(sandbox);
    await psa.createTicket(ask('MARK-1'));
    await vendor(sandbox, 'TReed', 'POST', '/service/tickets', {
      summary: 'x',
      company: { id: 250 },
      externalXRef: 'MARK-2',
    });
    expect(await psa.findTicketByMark('251', 'MARK-1')).toBeNull();
    expect(await psa.findTicketByMark('250', 'MARK-2')).toBeNull();
    await expect(psa.findTicketByMark('250', 'x" or id>0 or externalXRef="')).rejects.toMatchObject({
      kind: 'rejected',
    });
  });

  it('keeps a long summary within what ConnectWise takes, with a sign that it was cut', async () => {
    const { psa } = open(sandbox);
    await psa.createTicket({ ...ask('LONG'), contactId: null, summary: 'word '.repeat(40) });
    const summary = sandbox.state.tickets[0]?.summary ?? '';
    expect(summary.length).toBeLessThanOrEqual(100);
    expect(summary.endsWith('word…')).toBe(true);
  });

  it("that is not there reads as null, and an id that is not ConnectWise's is never asked for", async () => {
    const { psa } = open(sandbox);
    expect(await psa.readTicket('99999')).toBeNull();
    const before = sandbox.calls.length;
    expect(await psa.readTicket('1/notes?x=')).toBeNull();
    expect(sandbox.calls).toHaveLength(before);
    await expect(psa.setStatus('99999', 'done')).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('has a page people can open, on the host without api-', async () => {
    const { psa } = open(sandbox);
    await psa.createTicket(ask('PAGE'));
    const real = { ...(open(sandbox).api as object), origin: new URL('https://api-na.myconnectwise.net') };
    const ref = await connectwise.psa?.(real).findTicketByMark('250', 'PAGE');
    expect(ref?.url).toBe(
      'https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=4821&companyName=northwind',
    );
  });
});

describe('a note', () => {
  it('written twice is known by its mark before the second time', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('T1'));
    const note = { visibility: 'internal' as const, body: say('x'), mark: 'DLV_01ABC' };
    expect(await psa.hasNote(id, note.mark)).toBe(false);
    sandbox.fault({ match: '/notes', kind: 'act_then_500', times: 1 });
    await expect(psa.addNote(id, note)).rejects.toMatchObject({ mayHaveActed: true });
    expect(await psa.hasNote(id, note.mark)).toBe(true);
    expect(await psa.hasNote(id, 'DLV_01ABCD')).toBe(false);
    expect(await psa.hasNote(id, 'DLV_01AB')).toBe(false);
  });

  it('is found behind a thousand others', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('T2'));
    const first = sandbox.state.notes[0];
    if (!first) throw new Error('no note');
    for (let n = 0; n < 1000; n += 1) sandbox.state.notes.push({ ...first, id: sandbox.state.nextId.note++ });
    await psa.addNote(id, { visibility: 'internal', body: say('last'), mark: 'LAST-1' });
    expect(await psa.hasNote(id, 'LAST-1')).toBe(true);
  });

  it("counts as a member's only when that member wrote it", async () => {
    const { psa } = open(sandbox);
    const path = '/service/tickets/4821/notes';
    await vendor(sandbox, 'EmailConnector', 'POST', '/service/tickets', {
      summary: 'Help',
      company: { id: 250 },
      contact: { id: 1001 },
      initialDescription: 'from Maya',
    });
    await vendor(sandbox, 'EmailConnector', 'POST', path, {
      text: 'approve',
      internalAnalysisFlag: true,
      member: { identifier: 'TReed' },
    });
    await vendor(sandbox, 'NCole', 'POST', path, { text: 'Looking', internalAnalysisFlag: true });
    await psa.addNote('4821', { visibility: 'internal', body: say('ours'), mark: 'OWN-001' });
    const notes = (await psa.readTicket('4821'))?.notes.map(({ text, byMember }) => [
      text.split('\n')[0],
      byMember,
    ]);
    expect(notes).toEqual([
      ['from Maya', false],
      ['approve', false],
      ['Looking', true],
      ['ours', false],
    ]);
  });
});

describe('a contact', () => {
  it('is found by company and exact mail, whatever its case', async () => {
    const { psa } = open(sandbox);
    expect(await psa.findContact('250', 'Maya@ACME.example')).toEqual({ id: '1001', name: 'Maya Lopez' });
    expect(await psa.findContact('251', 'maya@acme.example')).toBeNull();
  });

  it('is never found by a wildcard or by an address that would change the question', async () => {
    const { psa } = open(sandbox);
    for (const mail of [
      '*@acme.example',
      '%@acme.example',
      'x" or communicationItems/value like "*@acme.example',
      'maya',
    ]) {
      expect(await psa.findContact('250', mail)).toBeNull();
    }
    expect(sandbox.calls).toHaveLength(0);
  });

  it('that has left is not found', async () => {
    const { psa } = open(sandbox);
    Object.assign(sandbox.state.contacts[0] ?? {}, { inactiveFlag: true });
    expect(await psa.findContact('250', 'maya@acme.example')).toBeNull();
  });
});

describe('a status', () => {
  it('without a name in the settings is left alone', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('S1'));
    const before = sandbox.calls.length;
    await psa.setStatus(id, 'waiting');
    await psa.setStatus(id, 'new');
    expect(sandbox.calls).toHaveLength(before);
  });

  it('that the ticket has already is not set again', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('S2'));
    await psa.setStatus(id, 'done');
    await psa.setStatus(id, 'done');
    expect(sandbox.calls.filter((call) => call.method === 'PATCH')).toHaveLength(1);
    expect(sandbox.state.tickets[0]).toMatchObject({ status: { name: 'Completed' }, closedFlag: true });
  });

  it('that the board does not have is refused by kind', async () => {
    const { psa } = open(sandbox, { config: { statuses: { done: 'Gone' } } });
    const { id } = await psa.createTicket(ask('S3'));
    await expect(psa.setStatus(id, 'done')).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('what is let in', () => {
  const at = new Date('2026-03-01T09:00:00.700Z');
  const ticket: TicketDetail = {
    id: '1',
    number: '1',
    url: null,
    companyId: '250',
    summary: '',
    body: '',
    board: 'Service Desk',
    status: 'New',
    closed: false,
    contact: null,
    mark: null,
    createdAt: new Date('2026-03-01T09:00:00Z'),
    notes: [],
  };
  it.each<[string, Partial<TicketDetail>, string[] | undefined, boolean]>([
    ['a new ticket on a chosen board', {}, undefined, true],
    ['whatever the case of the names', { board: 'service desk', status: 'NEW' }, ['New'], true],
    ['any open status when none is chosen', { status: 'Waiting' }, undefined, true],
    ['not another board', { board: 'Alerts' }, undefined, false],
    ['not another status', { status: 'Waiting' }, ['New'], false],
    ['not a closed ticket', { closed: true }, undefined, false],
    [
      'not what is older than the connection',
      { createdAt: new Date('2026-03-01T08:59:59Z') },
      undefined,
      false,
    ],
  ])('%s', (_promise, fields, admitStatuses, expected) => {
    const { psa } = open(sandbox, { createdAt: at, config: { admitStatuses } });
    expect(psa.admits({ ...ticket, ...fields })).toBe(expected);
  });

  it('not a ticket that we opened, and not one of unknown age', async () => {
    const { psa } = open(sandbox);
    const ours = await psa.createTicket(ask('OURS'));
    const theirs = await vendor(sandbox, 'TReed', 'POST', '/service/tickets', {
      summary: 'x',
      company: { id: 250 },
    });
    const read = async (id: string) => (await psa.readTicket(id)) as TicketDetail;
    expect(psa.admits(await read(ours.id))).toBe(false);
    expect(psa.admits(await read(String(theirs.json?.id)))).toBe(true);
    sandbox.state.tickets[1]!._info = {};
    expect(psa.admits(await read(String(theirs.json?.id)))).toBe(false);
  });
});

describe('subscribing', () => {
  const url = 'https://help.example/webhooks/con_1';
  it('twice leaves one callback, for tickets, that is silent about our own changes', async () => {
    const { psa } = open(sandbox);
    await psa.subscribe(url);
    await psa.subscribe(url);
    expect(sandbox.state.callbacks).toMatchObject([
      {
        url: `${url}?recordId=`,
        type: 'ticket',
        level: 'owner',
        objectId: 1,
        isSelfSuppressedFlag: true,
        inactiveFlag: false,
      },
    ]);
  });

  it('replaces a callback that ConnectWise switched off, and leaves others alone', async () => {
    const { psa } = open(sandbox);
    await psa.subscribe('https://other.example/hook');
    await psa.subscribe(url);
    sandbox.state.callbacks[1]!.inactiveFlag = true;
    await psa.subscribe(url);
    expect(sandbox.state.callbacks.map((each) => [each.id, each.inactiveFlag])).toEqual([
      [1, false],
      [3, false],
    ]);
  });
});

describe('trouble with ConnectWise', () => {
  it('tells wrong credentials from an outage', async () => {
    await expect(connectwise.check(open(sandbox).api)).resolves.toBeUndefined();
    await expect(connectwise.check(open(sandbox, { privateKey: 'wrong' }).api)).rejects.toMatchObject({
      kind: 'unauthorized',
    });
    await expect(connectwise.check(open({ url: 'http://127.0.0.1:9' }).api)).rejects.toMatchObject({
      kind: 'unavailable',
      mayHaveActed: false,
    });
  });

  it.each([
    [401, undefined, { kind: 'unauthorized', mayHaveActed: false }],
    [403, undefined, { kind: 'forbidden', mayHaveActed: false }],
    [404, undefined, { kind: 'not_found', mayHaveActed: false }],
    [400, undefined, { kind: 'rejected', mayHaveActed: false }],
    [429, '30', { kind: 'rate_limited', retryAfterMs: 30_000, mayHaveActed: false }],
    [500, undefined, { kind: 'unavailable', mayHaveActed: true }],
  ])('a %s becomes its kind and the note is not sent again', async (status, retryAfter, expected) => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('E1'));
    sandbox.fault({ match: '/notes', kind: 'status', status, retryAfter });
    await expect(
      psa.addNote(id, { visibility: 'internal', body: say('x'), mark: 'N1' }),
    ).rejects.toMatchObject(expected);
    expect(posts('/notes')).toHaveLength(1);
  });

  it('garbage is a bad answer, and after a write it may have acted', async () => {
    const { psa } = open(sandbox);
    const { id } = await psa.createTicket(ask('E2'));
    sandbox.fault({ match: '/', kind: 'garbage' });
    await expect(psa.readTicket(id)).rejects.toMatchObject({ kind: 'bad_answer', mayHaveActed: false });
    await expect(psa.addNote(id, { visibility: 'internal', body: [], mark: 'N2' })).rejects.toMatchObject({
      kind: 'bad_answer',
      mayHaveActed: true,
    });
  });

  it('silence is unavailable', async () => {
    const { psa } = open(sandbox, { attemptMs: 50 });
    sandbox.fault({ match: '/', kind: 'hang' });
    await expect(psa.readTicket('4821')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('the sandbox', () => {
  it('refuses conditions on things inside arrays and words it does not know', async () => {
    for (const conditions of [
      'communicationItems/value="a"',
      'nickname="a"',
      'company/id=250 or company/id=251',
      'company/id=250 and',
    ]) {
      const answer = await vendor(
        sandbox,
        'TReed',
        'GET',
        `/company/contacts?${new URLSearchParams({ conditions })}`,
      );
      expect(answer.status, conditions).toBe(400);
    }
  });

  it('answers in pages of 25 unless asked, with a link to the next', async () => {
    for (let n = 0; n < 30; n += 1)
      await vendor(sandbox, 'TReed', 'POST', '/service/tickets', { summary: `t${n}`, company: { id: 250 } });
    expect((await vendor(sandbox, 'TReed', 'GET', '/service/tickets')).json).toHaveLength(25);
    expect((await vendor(sandbox, 'TReed', 'GET', '/service/tickets?page=2')).json).toHaveLength(5);
  });

  it('accepts a patch of a path inside a reference and changes nothing, as ConnectWise does', async () => {
    await vendor(sandbox, 'TReed', 'POST', '/service/tickets', { summary: 't', company: { id: 250 } });
    const patch = [{ op: 'replace', path: 'status/name', value: 'Closed' }];
    expect((await vendor(sandbox, 'TReed', 'PATCH', '/service/tickets/4821', patch)).status).toBe(200);
    expect(sandbox.state.tickets[0]?.status.name).toBe('New');
  });

  it('refuses a note without a flag and a request without a client id', async () => {
    await vendor(sandbox, 'TReed', 'POST', '/service/tickets', { summary: 't', company: { id: 250 } });
    expect(
      (await vendor(sandbox, 'TReed', 'POST', '/service/tickets/4821/notes', { text: 'x' })).status,
    ).toBe(400);
    const login = Buffer.from('northwind+PublicKey1:practice-private-key').toString('base64');
    const response = await fetch(`${sandbox.url}${API}/system/info`, {
      headers: { authorization: `Basic ${login}` },
    });
    expect(response.status).toBe(401);
  });
});
