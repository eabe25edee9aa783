/** Vendors that fail: the right words for people, no Request lost, nothing written twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../connectors/sandbox.ts';
import type { TeamsPerson } from '../stand-ins/bot-framework.ts';
import { people } from './app.ts';
import { acmeDirectory, ask, cardOf, deliverNow, startStage, type Stage } from './held.ts';
import { until } from './seen.ts';

const zendesk = 'I need access to Zendesk';
const handedOff = /^This needs a person\. I've passed on everything/;
const failed = /^I couldn't finish this, and I'm sorry\. A person has it now/;
const delayed = /^A system I need for this isn't answering right now/;

let stage: Stage;
beforeAll(async () => void (stage = await startStage()));
afterAll(() => stage.close());
afterEach(async () => {
  const { connectwise, m365, hudu } = stage.vendors;
  connectwise.fault();
  m365.fault();
  hudu.fault();
  await deliverNow(stage.app);
  await stage.app.settled();
  m365.calls.length = 0;
  connectwise.calls.length = 0;
  acmeDirectory(stage).group.members = [];
});

interface Known {
  id: string;
  state: string;
}
async function newest(): Promise<Known> {
  const [request] = await stage.query<Known>(
    'SELECT id, state FROM requests ORDER BY created_at DESC LIMIT 1',
  );
  if (!request) throw new Error('no request yet');
  return request;
}

/** Says it, and waits until the Request is in this state. */
async function say(who: TeamsPerson, text: string, state: string): Promise<Known> {
  const { rowCount } = await stage.app.database.db.pool.query('SELECT FROM requests');
  await stage.app.say(who, text);
  return until(async () => {
    const [{ count } = { count: 0 }] = await stage.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM requests',
    );
    expect(count).toBe((rowCount ?? 0) + 1);
    const request = await newest();
    expect(request.state).toBe(state);
    return request;
  });
}

async function becomes(state: string): Promise<void> {
  await until(async () => expect((await newest()).state).toBe(state));
}

/** The newest ticket with its status and internal notes. */
function ticket() {
  const found = stage.vendors.connectwise.state.tickets.at(-1);
  if (!found) throw new Error('no ticket');
  return { id: found.id, status: found.status.name, notes: stage.notes(found.id) };
}

/** Alerts to a technician since `from`. */
function alerts(from: number): string {
  return stage.app
    .heard(people.tom)
    .slice(from)
    .map(({ activity }) => JSON.stringify(activity))
    .join('\n');
}
const toldTom = () => stage.app.heard(people.tom).length;
const lastToMaya = () => stage.app.texts(people.maya).at(-1);

async function approve({ approvalId, digest }: { approvalId: string; digest: string }): Promise<void> {
  await stage.app.click(people.tom, 'approve', { approvalId, digest });
}

const brokenReads: [string, Fault, RegExp][] = [
  ['401', { match: '', kind: 'status', status: 401 }, /did not accept our credentials/],
  ['403', { match: '', kind: 'status', status: 403 }, /does not allow us to do this/],
  ['404', { match: '', kind: 'status', status: 404 }, /does not know what we asked for/],
  ['429', { match: '', kind: 'status', status: 429, retryAfter: '60' }, /is asking us to slow down/],
  ['500', { match: '', kind: 'status', status: 500 }, /is not answering/],
  ['a reset connection', { match: '', kind: 'reset' }, /is not answering/],
  ['garbage', { match: '', kind: 'garbage' }, /gave an answer that makes no sense/],
];

describe('Microsoft 365, while a plan is made', () => {
  it.for(brokenReads)('that answers with %s means a person, told why', async ([, fault, why]) => {
    stage.vendors.m365.fault({ ...fault, match: 'GET /v1.0/groups?' });
    await say(people.maya, zendesk, 'handed_off');
    await stage.app.settled();
    expect(lastToMaya()).toMatch(handedOff);
    expect(ticket().status).toBe('Needs Technician');
    expect(ticket().notes).toEqual([expect.stringMatching(why)]);
    expect(stage.writes()).toEqual([]);
  });

  it('that slows us down for a moment only is waited for', async () => {
    stage.vendors.m365.fault({
      match: 'GET /v1.0/groups?',
      kind: 'status',
      status: 429,
      retryAfter: '1',
      times: 1,
    });
    await say(people.maya, zendesk, 'waiting');
    await stage.app.settled();
  });
});

describe('Microsoft 365, when a signed plan runs', () => {
  const write = 'POST /v1.0/groups/aaaaaaaa-1111-4000-8000-000000000001/members/$ref';
  /** Asks and signs; the fault is in force from the signature on. */
  async function run(...faults: Fault[]): Promise<number> {
    const signed = await ask(stage, people.maya, zendesk);
    const from = toldTom();
    stage.vendors.m365.fault(...faults);
    await approve(signed);
    return from;
  }
  async function expectDoneOnce(calls: number): Promise<void> {
    await becomes('done');
    await stage.app.settled();
    expect(stage.writes()).toEqual(Array(calls).fill(write));
    expect(acmeDirectory(stage).group.members).toEqual([people.maya.aadObjectId]);
    expect(lastToMaya()).toMatch(/^Done\. You have Zendesk access\./);
    expect(ticket().status).toBe('Completed');
    expect(ticket().notes).toHaveLength(2);
  }

  it.for<[string, Fault, number]>([
    ['acted and then answered 500', { match: write, kind: 'act_then_500', times: 1 }, 1],
    ['acted and then broke the connection', { match: write, kind: 'act_then_reset', times: 1 }, 1],
    ['answered 500 without acting', { match: write, kind: 'status', status: 500, times: 1 }, 2],
    ['broke the connection without acting', { match: write, kind: 'reset', times: 1 }, 2],
    [
      'slows us down for a second',
      { match: write, kind: 'status', status: 429, retryAfter: '1', times: 1 },
      2,
    ],
    [
      'slows us down for three seconds',
      { match: write, kind: 'status', status: 429, retryAfter: '3', times: 1 },
      2,
    ],
    ['cannot be asked for a while', { match: 'GET /v1.0/', kind: 'status', status: 500, times: 8 }, 1],
    ['answers garbage for a while', { match: 'GET /v1.0/', kind: 'garbage', times: 3 }, 1],
  ])('that %s is done with exactly one effect', async ([, fault, calls]) => {
    await run(fault);
    await expectDoneOnce(calls);
  });

  it.for<[string, Fault, RegExp]>([
    ['403', { match: write, kind: 'status', status: 403 }, /does not allow us to do this/],
    ['401', { match: write, kind: 'status', status: 401 }, /did not accept our credentials/],
    ['404', { match: write, kind: 'status', status: 404 }, /does not know what we asked for/],
    ['400', { match: write, kind: 'status', status: 400 }, /refused it as not valid/],
    ['500, again and again', { match: write, kind: 'status', status: 500 }, /is not answering/],
  ])('that answers the write with %s leaves it to a person', async ([, fault, why]) => {
    const from = await run(fault);
    await becomes('failed');
    await stage.app.settled();
    expect(acmeDirectory(stage).group.members).toEqual([]);
    expect(stage.writes().length).toBeLessThanOrEqual(3);
    expect(lastToMaya()).toMatch(failed);
    expect(alerts(from)).toMatch(/A signed plan could not be finished/);
    expect(alerts(from)).toMatch(why);
    expect(ticket().status).toBe('Needs Technician');
    expect(ticket().notes.at(-1)).toMatch(why);
  });

  it('that refuses our credentials before the call leaves it to a person at once', async () => {
    const from = await run({ match: 'GET /v1.0/', kind: 'status', status: 401 });
    await becomes('handed_off');
    await stage.app.settled();
    expect(stage.writes()).toEqual([]);
    expect(lastToMaya()).toMatch(handedOff);
    expect(alerts(from)).toMatch(/was not run.*did not accept our credentials/);
  });

  it('that cannot be asked any more after a write in doubt is said not to be known', async () => {
    const from = await run(
      { match: write, kind: 'act_then_reset', times: 1 },
      { match: 'GET /v1.0/', kind: 'status', status: 500, times: 0 },
    );
    await expectDoneOnce(1);
    expect(alerts(from)).not.toMatch(/We don't know/);
  });

  it('that stays away for two minutes is told to both sides, once, and goes on when it is back', async () => {
    const signed = await ask(stage, people.maya, zendesk);
    await until(async () =>
      expect(
        await stage.query('SELECT FROM plans WHERE id = $1 AND noted_at IS NOT NULL', [signed.planId]),
      ).toHaveLength(1),
    );
    const [from, said] = [toldTom(), stage.app.texts(people.maya).length];
    stage.vendors.m365.fault({ match: 'GET /v1.0/', kind: 'garbage' });
    await stage.query(
      `UPDATE plans SET created_at = created_at - interval '3 minutes', noted_at = noted_at - interval '3 minutes' WHERE id = $1`,
      [signed.planId],
    );
    await approve(signed);
    await stage.query(`UPDATE decisions SET at = at - interval '3 minutes' WHERE approval_id = $1`, [
      signed.approvalId,
    ]);
    await until(() => expect(lastToMaya()).toMatch(delayed));
    const turns = stage.vendors.m365.calls.length;
    await until(() => expect(stage.vendors.m365.calls.length).toBeGreaterThan(turns));
    stage.vendors.m365.fault();
    await expectDoneOnce(1);
    expect(stage.app.texts(people.maya).slice(said)).toEqual([
      expect.stringMatching(delayed),
      expect.stringMatching(/^Done\./),
    ]);
    expect(alerts(from).match(/A signed plan has to wait"/g)).toHaveLength(1);
  });
});

describe('Hudu', () => {
  it.for(brokenReads)('that answers with %s does not keep a plan from being made', async ([, fault]) => {
    stage.vendors.hudu.fault({ ...fault, match: '/articles' });
    await say(people.maya, zendesk, 'waiting');
    await stage.app.settled();
    expect(ticket().notes).toHaveLength(1);
  });

  it.for(brokenReads)(
    'that answers with %s leaves a question to a person, told why',
    async ([, fault, why]) => {
      stage.vendors.hudu.fault({ ...fault, match: '/articles' });
      await say(people.maya, 'How do I set up the VPN?', 'handed_off');
      await stage.app.settled();
      expect(lastToMaya()).toMatch(handedOff);
      expect(ticket().notes).toEqual([expect.stringMatching(why)]);
    },
  );
});
