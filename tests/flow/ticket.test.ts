import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxLogin, signedWebhook } from '../../connectors/connectwise/sandbox.ts';
import type { SandboxTicket } from '../../connectors/connectwise/sandbox-state.ts';
import { signatureOf } from '../../connectors/connectwise/webhook.ts';
import { startPracticeVendors, type PracticeVendors } from '../practice-vendors.ts';
import { rawPost } from '../stand-ins/bot-framework.ts';
import { people, startApp, type App } from './app.ts';
import { count, membersOf, notesOn, recorded, until, writesTo } from './seen.ts';

const CONNECTION = 'northwind-connectwise';
const config = {
  companyId: 'northwind',
  publicKey: 'practice-public-key',
  clientId: '7d9d9a3c-0000-4000-8000-000000000000',
  boards: ['Service Desk'],
  statuses: {},
};
const MAYA = 1001;
const PRIYA = 1002;

let vendors: PracticeVendors;
let app: App;
beforeAll(async () => {
  vendors = await startPracticeVendors();
  app = await startApp({ COUNTERSIGN_CONFIG: vendors.settingsFile });
  await app.say(people.tom, 'status');
});
afterAll(async () => {
  await app.close();
  await vendors.close();
});

/** Somebody at the MSP, or the mail that a contact wrote, makes a ticket; ConnectWise tells its callbacks. */
async function create(fields: Record<string, unknown>, who = 'EmailConnector'): Promise<SandboxTicket> {
  const response = await fetch(`${vendors.connectwise.url}/v4_6_release/apis/3.0/service/tickets`, {
    method: 'POST',
    headers: sandboxLogin(config, who),
    body: JSON.stringify(fields),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as SandboxTicket;
}

const webhookUrl = () => `${app.running.url}/webhooks/${CONNECTION}?recordId=1&action=added`;
const deliver = (message: { body: Buffer; headers: Record<string, string> }) =>
  rawPost(webhookUrl(), message.body.toString('utf8'), message.headers);
const requests = () => count(app, `SELECT count(*) FROM requests WHERE channel = 'psa'`);
const arrivals = (state = '%') => count(app, 'SELECT count(*) FROM arrivals WHERE state LIKE $1', [state]);
const arrived = (ticketId: number) =>
  until(async () => {
    const { rows } = await app.database.db.pool.query<{ state: string }>(
      `SELECT state FROM arrivals WHERE ticket_id = $1 AND state <> 'pending'`,
      [String(ticketId)],
    );
    expect(rows).toHaveLength(1);
    return rows[0]?.state;
  });

describe('a ticket that a contact opened', () => {
  let ticket: SandboxTicket;

  it('is a Request of nobody proven: planned in an internal note, marked on the card, and waiting for a yes', async () => {
    ticket = await create({
      summary: 'Zendesk',
      initialDescription: 'I need access to Zendesk',
      company: { id: 250 },
      contact: { id: MAYA },
    });
    const calls = vendors.connectwise.state.deliveries;
    expect(calls).toMatchObject([{ ticketId: ticket.id, status: 200 }]);
    await app.approvalFor(people.tom);

    const { rows } = await app.database.db.pool.query(
      `SELECT r.assurance, r.state, p.mail FROM requests r JOIN persons p ON p.id = r.requester_id WHERE r.channel = 'psa'`,
    );
    expect(rows).toEqual([{ assurance: 'claimed', state: 'waiting', mail: 'maya@acme.example' }]);
    const card = app.heard(people.tom).find((each) => JSON.stringify(each.activity).includes('Zendesk'));
    expect(JSON.stringify(card?.activity)).toMatch(/not verified/i);
    expect(String(card?.activity.summary ?? '')).toContain('asked by Maya Lopez (not verified)');
    expect(JSON.stringify(card?.activity)).toContain(String(ticket.id));

    const notes = await until(async () => {
      const now = await notesOn(app, ticket.id);
      expect(now.internal).toHaveLength(1);
      return now;
    });
    expect(notes.internal[0]?.text).toContain('Plan: Give Maya Lopez access to Zendesk');
    expect(notes.internal[0]?.text).toMatch(/not verified/i);
    expect(notes.public.map(({ text }) => text)).toEqual(['I need access to Zendesk']);
    expect(app.heard(people.maya)).toEqual([]);
    expect(await membersOf(app, 'App - Zendesk')).toEqual([]);
    expect(vendors.connectwise.state.tickets).toHaveLength(1);
  });

  it('is done after the signature, told in public only then, and its status follows', async () => {
    const button = await app.approvalFor(people.tom);
    expect((await app.click(people.tom, 'approve', button)).statusCode).toBe(200);
    await app.settled();

    expect(await membersOf(app, 'App - Zendesk')).toEqual([people.maya.aadObjectId]);
    const notes = await notesOn(app, ticket.id);
    expect(notes.internal).toHaveLength(2);
    expect(notes.internal[1]?.text).toContain('Outcome: done');
    expect(notes.public.slice(1).map(({ text }) => text)).toEqual([
      expect.stringContaining('Done. You have Zendesk access. It may take 15 minutes; sign out and in once.'),
    ]);
    const written = (await writesTo(app, CONNECTION)).filter((call) => call.path.endsWith('/notes'));
    const [add] = await writesTo(app, 'northwind-m365');
    expect(Date.parse(written[0]?.at ?? '')).toBeLessThanOrEqual(Date.parse(add?.at ?? ''));
    expect(Date.parse(written[1]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(add?.at ?? ''));
    expect(
      written.map((call) => (call.body as { internalAnalysisFlag: boolean }).internalAnalysisFlag),
    ).toEqual([true, true, false]);
    expect(vendors.connectwise.state.tickets[0]?.status.name).toBe('Completed');
    expect(vendors.connectwise.state.tickets).toHaveLength(1);
    expect(app.heard(people.maya)).toEqual([]);
  });

  it('opens one Request however often ConnectWise tells of it', async () => {
    const before = await requests();
    const told = await Promise.all(
      [1, 2, 3].map(() => deliver(signedWebhook(vendors.connectwise, ticket.id))),
    );
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await arrivals()).toBe(1);
    expect(await requests()).toBe(before);

    const other = await create({
      summary: 'I need access to Salesforce',
      company: { id: 250 },
      contact: { id: PRIYA },
    });
    await Promise.all([1, 2, 3].map(() => deliver(signedWebhook(vendors.connectwise, other.id))));
    expect(await arrived(other.id)).toBe('taken');
    expect(await requests()).toBe(before + 1);
  });
});

describe('a tool that runs by itself', () => {
  it('still waits for a yes when nobody has proven who asks', async () => {
    await app.say(people.ada, 'policy acme m365.add_group_member auto');
    await until(() => expect(app.texts(people.ada).at(-1)).toContain('now runs by itself'));
    const { id } = await create({
      summary: 'Please add me to the group Finance',
      company: { id: 250 },
      contact: { id: MAYA },
    });
    expect(await arrived(id)).toBe('taken');
    await until(async () => expect((await notesOn(app, id)).internal).toHaveLength(1));
    const [waiting] = (
      await app.database.db.pool.query(
        `SELECT r.state, a.state AS approval FROM tickets t JOIN requests r ON r.id = t.request_id JOIN plans p ON p.request_id = r.id JOIN approvals a ON a.plan_id = p.id WHERE t.external_id = $1`,
        [String(id)],
      )
    ).rows;
    expect(waiting).toEqual({ state: 'waiting', approval: 'open' });
    expect(await membersOf(app, 'Finance')).not.toContain(people.maya.aadObjectId);
    expect((await notesOn(app, id)).public).toEqual([]);
  });
});

describe('a ticket that is none of our business', () => {
  it.each<[string, () => Promise<SandboxTicket>]>([
    [
      'of a company that is no client',
      () => {
        const company = { id: 999, identifier: 'elsewhere', name: 'Elsewhere', _info: {} };
        vendors.connectwise.state.companies.push(company);
        return create({ summary: 'I need access to Zendesk', company: { id: 999 } }, 'TReed');
      },
    ],
    [
      'on a board that was not chosen',
      () =>
        create(
          { summary: 'I need access to Zendesk', company: { id: 250 }, board: { name: 'Alerts' } },
          'TReed',
        ),
    ],
  ])('%s opens nothing', async (_what, make) => {
    const before = await requests();
    const { id } = await make();
    expect(await arrived(id)).toBe('ignored');
    expect(await requests()).toBe(before);
    expect((await notesOn(app, id)).internal).toEqual([]);
  });

  it('from before the connection opens nothing', async () => {
    const before = await requests();
    // Made without callbacks, so that it can be given its age before anybody hears of it.
    const callbacks = vendors.connectwise.state.callbacks.splice(0);
    const { id } = await create({
      summary: 'I need access to Zendesk',
      company: { id: 250 },
      contact: { id: MAYA },
    });
    vendors.connectwise.state.callbacks.push(...callbacks);
    const old = vendors.connectwise.state.tickets.find((each) => each.id === id);
    if (old) old._info.dateEntered = '2026-01-02T03:04:05Z';
    expect((await deliver(signedWebhook(vendors.connectwise, id))).status).toBe(200);
    expect(await arrived(id)).toBe('ignored');
    expect(await requests()).toBe(before);
  });

  it('that we opened ourselves opens nothing, whoever tells of it', async () => {
    await app.say(people.omar, 'how do I set up the vpn');
    await app.settled();
    const own = vendors.connectwise.state.tickets.at(-1);
    expect(own?.summary).toContain('vpn');
    const before = await requests();
    expect((await deliver(signedWebhook(vendors.connectwise, own?.id ?? 0))).status).toBe(200);
    expect(await arrived(own?.id ?? 0)).toBe('ignored');
    expect(await requests()).toBe(before);
    expect(await count(app, 'SELECT count(*) FROM requests WHERE channel = $1', ['teams'])).toBe(1);
  });

  it('says on the record why a mapped-to-nobody company was left alone', async () => {
    expect(await recorded(app, 'ticket.left_alone')).toMatchObject([{ facts: { why: 'unmapped company' } }]);
  });
});

describe('a webhook that is not what it says', () => {
  const good = () => signedWebhook(vendors.connectwise, 777);
  it.each<[string, number, () => { body: Buffer; headers: Record<string, string> }]>([
    ['without a signature', 401, () => ({ ...good(), headers: {} })],
    [
      'signed with another key',
      401,
      () => {
        const { body } = good();
        return { body, headers: { 'x-content-signature': signatureOf('guessed', body) } };
      },
    ],
    [
      'changed after it was signed',
      401,
      () => {
        const { body, headers } = good();
        return { headers, body: Buffer.from(body.toString().replace('777', '778')) };
      },
    ],
    [
      'with its key on another host',
      401,
      () => signedWebhook({ ...vendors.connectwise, url: 'http://127.0.0.2:9' }, 777),
    ],
    ['of another company', 401, () => signedWebhook(vendors.connectwise, 777, { CompanyId: 'southwind' })],
    [
      'that is no JSON',
      400,
      () => {
        const body = Buffer.from('{"Action":');
        const signature = signatureOf(vendors.connectwise.state.signingKey, body);
        return { body, headers: { 'x-content-signature': signature } };
      },
    ],
    ['without a body', 400, () => ({ body: Buffer.alloc(0), headers: good().headers })],
    ['too large', 413, () => signedWebhook(vendors.connectwise, 777, { Entity: 'x'.repeat(1_200_000) })],
  ])('%s gets %i and touches nothing', async (_what, status, message) => {
    const before = await arrivals();
    expect((await deliver(message())).status).toBe(status);
    expect(await arrivals()).toBe(before);
    expect(await count(app, `SELECT count(*) FROM arrivals WHERE ticket_id LIKE '77%'`)).toBe(0);
  });

  it('for a connection that is not there gets 404', async () => {
    const { body, headers } = good();
    const answer = await rawPost(`${app.running.url}/webhooks/nobody`, body.toString('utf8'), headers);
    expect(answer.status).toBe(404);
  });
});
