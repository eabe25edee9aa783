/** A ticket system that fails: the work goes on as far as it may, and every ticket and note arrives once, in order. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
const everything = '/v4_6_release/apis/3.0/';

let stage: Stage;
beforeAll(async () => void (stage = await startStage()));
afterAll(() => stage.close());
afterEach(async () => {
  stage.vendors.connectwise.fault();
  await deliverNow(stage.app);
  await stage.app.settled();
  stage.vendors.connectwise.calls.length = 0;
  stage.vendors.m365.calls.length = 0;
  acmeDirectory(stage).group.members = [];
});

const toMaya = () => stage.app.texts(people.maya);

/** The Request is done, and the ticket shows it: opened once, the plan's note before the outcome's, then closed. */
async function expectDoneAndToldOnce(): Promise<void> {
  await until(async () => expect((await newest(stage)).state).toBe('done'));
  await stage.app.settled();
  expect(stage.writes()).toHaveLength(1);
  const { notes, status } = newestTicket(stage);
  expect(notes).toEqual([
    expect.stringMatching(/Give Maya Lopez access to Zendesk/),
    expect.stringMatching(/^\W*Outcome: done/),
  ]);
  expect(status).toBe('Completed');
}

/** Retries that would come by themselves come now. */
async function heal(): Promise<void> {
  stage.vendors.connectwise.fault();
  await deliverNow(stage.app);
}

describe('ConnectWise, when somebody asks', () => {
  it.for(broken)(
    'that answers with %s holds up neither the answer nor the card, only the call',
    async ([, fault]) => {
      const tickets = stage.vendors.connectwise.state.tickets.length;
      const said = toMaya().length;
      stage.vendors.connectwise.fault({ ...fault, match: everything });
      const signed = await ask(stage, people.maya, zendesk);
      await approve(stage, signed);
      await until(() =>
        expect(toMaya().slice(said)).toEqual([
          "Hi Maya, I've got this. I'm checking it now.",
          expect.stringMatching(/^This needs a yes from your IT team\./),
        ]),
      );
      expect(stage.writes()).toEqual([]);
      await heal();
      await expectDoneAndToldOnce();
      expect(stage.vendors.connectwise.state.tickets).toHaveLength(tickets + 1);
    },
  );

  it('that stays away for two minutes is told to both sides once, and then it goes on', async () => {
    const [said, from] = [toMaya().length, stage.app.heard(people.tom).length];
    stage.vendors.connectwise.fault({ match: everything, kind: 'garbage' });
    const signed = await ask(stage, people.maya, zendesk);
    await stage.query(`UPDATE plans SET created_at = created_at - interval '3 minutes' WHERE id = $1`, [
      signed.planId,
    ]);
    await until(() => expect(toTom(stage, from)).toContain('The ticket system is not answering'));
    await until(() => expect(toMaya().at(-1)).toMatch(/^This needs a yes/));
    await approve(stage, signed);
    await until(() => expect(toMaya().at(-1)).toMatch(/^A system I need for this isn't answering right now/));
    expect(stage.writes()).toEqual([]);
    await heal();
    await expectDoneAndToldOnce();
    expect(
      toMaya()
        .slice(said)
        .map((text) => text.slice(0, 12)),
    ).toEqual(["Hi Maya, I'v", 'This needs a', 'A system I n', 'Done. You ha']);
    expect(toTom(stage, from).match(/"summary":"The ticket system is not answering/g)).toHaveLength(1);
  });

  it('that hangs does not keep the employee waiting for a word', async () => {
    stage.vendors.connectwise.fault({
      match: 'GET /v4_6_release/apis/3.0/company/contacts',
      kind: 'hang',
      times: 1,
    });
    const said = toMaya().length;
    await stage.app.say(people.maya, zendesk);
    await until(() => expect(toMaya()).toHaveLength(said + 2));
    expect(
      await stage.query(`SELECT state FROM deliveries WHERE kind = 'ticket' AND state <> 'delivered'`),
    ).toEqual([{ state: 'sending' }]);
    expect(toMaya()[said]).toBe("Hi Maya, I've got this. I'm checking it now.");
    const [open] = await stage.query<{ approvalId: string; digest: string }>(
      `SELECT id AS "approvalId", digest FROM approvals WHERE state = 'open'`,
    );
    if (!open) throw new Error('no open approval');
    await approve(stage, open);
    await expectDoneAndToldOnce();
  });

  it('that is away while a person is needed means that technicians are told', async () => {
    const from = stage.app.heard(people.tom).length;
    stage.vendors.connectwise.fault({ match: everything, kind: 'status', status: 500 });
    await say(stage, people.maya, 'My keyboard smells of burnt plastic', 'handed_off');
    await until(() => expect(toTom(stage, from)).toMatch(/A request needs a person.*burnt plastic/));
    await until(() => expect(toMaya().at(-1)).toMatch(/^This needs a person\./));
    await heal();
    await stage.app.settled();
    expect(newestTicket(stage)).toMatchObject({ status: 'Needs Technician', notes: [expect.any(String)] });
  });
});

describe('ConnectWise, when it answers wrongly about what it did', () => {
  it.for(['act_then_reset', 'act_then_500'] as const)('%s: the ticket is opened once', async (kind) => {
    const tickets = stage.vendors.connectwise.state.tickets.length;
    stage.vendors.connectwise.fault({
      match: 'POST /v4_6_release/apis/3.0/service/tickets?',
      kind,
      times: 1,
    });
    await approve(stage, await ask(stage, people.maya, zendesk));
    await deliverNow(stage.app);
    await expectDoneAndToldOnce();
    expect(stage.vendors.connectwise.state.tickets).toHaveLength(tickets + 1);
  });

  it.for(['act_then_reset', 'act_then_500'] as const)(
    '%s: each note is written once, in order',
    async (kind) => {
      const asked = await ask(stage, people.maya, zendesk);
      await until(() => expect(newestTicket(stage).notes).toHaveLength(1));
      stage.vendors.connectwise.fault({ match: '/notes', kind, times: 1 });
      await approve(stage, asked);
      await expectDoneAndToldOnce();
    },
  );

  it('act_then_reset on the first note: it is written once, and the plan runs', async () => {
    stage.hold();
    const signed = await stage.sign(people.maya, zendesk);
    stage.vendors.connectwise.fault({
      match: 'POST /v4_6_release/apis/3.0/service/tickets/',
      kind: 'act_then_reset',
      times: 1,
    });
    await deliverNow(stage.app);
    await until(() => expect(stage.notes(signed.ticketId)).toHaveLength(1));
    await expectDoneAndToldOnce();
  });

  it.for(['403', '404', '401'])(
    '%s for a note, again and again: a technician is told, and nothing runs without it',
    async (status) => {
      const from = stage.app.heard(people.tom).length;
      stage.vendors.connectwise.fault({ match: '/notes', kind: 'status', status: Number(status) });
      const signed = await ask(stage, people.maya, zendesk);
      await approve(stage, signed);
      await until(async () => {
        await deliverNow(stage.app);
        expect(toTom(stage, from)).toMatch(/The ticket system does not take what we write/);
      });
      expect(stage.writes()).toEqual([]);
      await heal();
      await expectDoneAndToldOnce();
    },
  );
});
