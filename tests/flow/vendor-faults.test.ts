/** Vendors that fail: the right words for people, no Request lost, nothing written twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../connectors/sandbox.ts';
import { people } from './app.ts';
import {
  acmeDirectory,
  approve,
  ask,
  broken,
  deliverNow,
  newest,
  newestTicket,
  say,
  startStage,
  toTom,
  type Stage,
} from './held.ts';
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

const toldTom = () => stage.app.heard(people.tom).length;
const lastToMaya = () => stage.app.texts(people.maya).at(-1);
const ticket = () => newestTicket(stage);

async function becomes(state: string): Promise<void> {
  await until(async () => expect((await newest(stage)).state).toBe(state));
}

describe('Microsoft 365, while a plan is made', () => {
  it.for(broken)('that answers with %s means a person, told why', async ([, fault, why]) => {
    stage.vendors.m365.fault({ ...fault, match: 'GET /v1.0/groups?' });
    await say(stage, people.maya, zendesk, 'handed_off');
    await stage.app.settled();
    expect(lastToMaya()).toMatch(handedOff);
    expect(ticket().status).toBe('Needs Technician');
    expect(ticket().notes).toEqual([expect.stringMatching(why)]);
    expect(stage.writes()).toEqual([]);
  });

  it('that slows us down for a moment only is waited for, as long as it says', async () => {
    stage.vendors.m365.fault({
      match: 'GET /v1.0/groups?',
      kind: 'status',
      status: 429,
      retryAfter: '1',
      times: 1,
    });
    await say(stage, people.maya, zendesk, 'waiting');
    const [first, again] = stage.vendors.m365.calls.filter(({ path }) => path.startsWith('/v1.0/groups?'));
    expect(Date.parse(again?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(990);
  });
});

describe('Microsoft 365, when a signed plan runs', () => {
  const write = 'POST /v1.0/groups/aaaaaaaa-1111-4000-8000-000000000001/members/$ref';
  /** Asks and signs; the fault is in force from the signature on. */
  async function run(...faults: Fault[]): Promise<number> {
    const signed = await ask(stage, people.maya, zendesk);
    const from = toldTom();
    stage.vendors.m365.fault(...faults);
    await approve(stage, signed);
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
    ['never answers, without acting', { match: write, kind: 'hang', times: 1 }, 2],
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
    expect(toTom(stage, from)).toMatch(/A signed plan could not be finished/);
    expect(toTom(stage, from)).toMatch(why);
    expect(ticket().status).toBe('Needs Technician');
    expect(ticket().notes.at(-1)).toMatch(why);
  });

  it('that refuses our credentials before the call leaves it to a person at once', async () => {
    const from = await run({ match: 'GET /v1.0/', kind: 'status', status: 401 });
    await becomes('handed_off');
    await stage.app.settled();
    expect(stage.writes()).toEqual([]);
    expect(lastToMaya()).toMatch(handedOff);
    expect(toTom(stage, from)).toMatch(/was not run.*did not accept our credentials/);
  });

  it('that goes away in the middle of a write is never written to again, and people are told that nobody knows', async () => {
    const { group } = acmeDirectory(stage);
    const gone: Fault[] = [{ match: 'GET /v1.0/', kind: 'status', status: 500 }];
    // Gone from the moment at which it acts.
    group.members = Object.assign([] as string[], {
      push(id: string) {
        stage.vendors.m365.fault(...gone);
        return Array.prototype.push.call(group.members, id);
      },
    });
    const from = await run({ match: write, kind: 'act_then_reset', times: 1 });
    await becomes('failed');
    stage.vendors.m365.fault();
    await stage.app.settled();
    expect(stage.writes()).toEqual([write]);
    expect(lastToMaya()).toMatch(failed);
    expect(toTom(stage, from)).toMatch(/We don't know whether a step happened/);
    expect(ticket().notes.at(-1)).toMatch(
      /We don't know whether this happened\. Check before doing it by hand\./,
    );
    expect(ticket().status).toBe('Needs Technician');
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
    await approve(stage, signed);
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
    expect(toTom(stage, from).match(/A signed plan has to wait"/g)).toHaveLength(1);
  });
});

describe('Hudu', () => {
  it.for(broken)('that answers with %s does not keep a plan from being made', async ([, fault]) => {
    stage.vendors.hudu.fault({ ...fault, match: '/articles' });
    await say(stage, people.maya, zendesk, 'waiting');
    await stage.app.settled();
    expect(ticket().notes).toHaveLength(1);
  });

  it.for(broken)('that answers with %s leaves a question to a person, told why', async ([, fault, why]) => {
    stage.vendors.hudu.fault({ ...fault, match: '/articles' });
    await say(stage, people.maya, 'How do I set up the VPN?', 'handed_off');
    await stage.app.settled();
    expect(lastToMaya()).toMatch(handedOff);
    expect(ticket().notes).toEqual([expect.stringMatching(why)]);
  });
});
