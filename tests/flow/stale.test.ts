/** What is signed is what runs, as things are when it runs: every change between signature and call. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TeamsPerson } from '../stand-ins/bot-framework.ts';
import { findAction, people, tenants } from './app.ts';
import { acmeDirectory, approve, ask, cardOf, startStage, type Signed, type Stage } from './held.ts';
import { until } from './seen.ts';

const zendesk = 'I need access to Zendesk';
const handedOff = /^This needs a person\. I've passed on everything/;

async function stateOf({ query }: Stage, { requestId }: Signed): Promise<string | undefined> {
  return (await query<{ state: string }>('SELECT state FROM requests WHERE id = $1', [requestId]))[0]?.state;
}

/** Everything that was said to a technician that is not a card to decide on. */
function alertsTo({ app }: Stage, { ticketId }: Signed): string[] {
  return app
    .heard(people.tom)
    .filter(({ activity }) => findAction(activity, 'approve') === null)
    .map(({ activity }) => JSON.stringify(activity))
    .filter((text) => text.includes(`${ticketId}`) && text.includes('was not run'));
}

/** Nothing was called; technician, ticket and employee know, and a person has it. */
async function expectStopped(stage: Stage, signed: Signed, why: RegExp): Promise<void> {
  await until(async () => expect(await stateOf(stage, signed)).toBe('handed_off'));
  await stage.app.settled();
  expect(stage.writes()).toEqual([]);
  expect(alertsTo(stage, signed)).toEqual([expect.stringMatching(why)]);
  expect(stage.notes(signed.ticketId).at(-1)).toMatch(/Outcome: stopped/);
  expect(stage.notes(signed.ticketId).at(-1)).toMatch(why);
  expect(stage.app.texts(people.maya).at(-1)).toMatch(handedOff);
}

/** Nothing was called, and a new plan about the same Request waits for signatures. Gives its Approvals. */
async function expectAskedAgain(stage: Stage, signed: Signed, why: RegExp) {
  const approvals = await until(async () => {
    const found = await stage.query<{ id: string; signer: string; digest: string }>(
      `SELECT a.id, a.signer, a.digest FROM approvals a JOIN plans p ON p.id = a.plan_id
       WHERE p.request_id = $1 AND p.version = 2 AND a.state = 'open' ORDER BY a.signer DESC`,
      [signed.requestId],
    );
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
  await stage.app.settled();
  expect(await stateOf(stage, signed)).toBe('waiting');
  expect(stage.writes()).toEqual([]);
  expect(alertsTo(stage, signed)).toEqual([expect.stringMatching(why)]);
  expect(
    stage.notes(signed.ticketId).filter((note) => /Outcome: stopped, the plan is out of date/.test(note)),
  ).toEqual([expect.stringMatching(why)]);
  expect(cardOf(stage.app.heard(people.tom), approvals[0]?.id ?? '')).toBeDefined();
  expect(stage.app.texts(people.maya).at(-1)).toMatch(/^This needs a yes from/);
  return approvals;
}

describe('what the database was made to say after the signature', () => {
  let stage: Stage;
  beforeAll(async () => void (stage = await startStage()));
  afterAll(() => stage.close());

  async function tamper(sql: string, values: (signed: Signed) => unknown[]): Promise<Signed> {
    stage.hold();
    const signed = await stage.sign(people.maya, zendesk);
    await stage.query(sql, values(signed));
    await stage.release();
    return signed;
  }

  it('runs nothing of a plan whose text was edited', async () => {
    const signed = await tamper(
      `UPDATE plans SET canonical = replace(canonical, 'aaaaaaaa-1111-4000-8000-000000000001', 'aaaaaaaa-1111-4000-8000-000000000003') WHERE id = $1`,
      ({ planId }) => [planId],
    );
    await expectStopped(stage, signed, /not what was signed/);
  });

  it('runs nothing of a plan whose text is no plan any more', async () => {
    const signed = await tamper(`UPDATE plans SET canonical = '{}' WHERE id = $1`, ({ planId }) => [planId]);
    await expectStopped(stage, signed, /not what was signed/);
  });

  it('runs nothing of a plan whose text and digest were both edited', async () => {
    const signed = await tamper(
      `WITH edited AS (SELECT replace(canonical, 'aaaaaaaa-1111-4000-8000-000000000001', 'aaaaaaaa-1111-4000-8000-000000000003') AS text FROM plans WHERE id = $1)
       UPDATE plans SET canonical = edited.text, digest = encode(sha256(convert_to(edited.text, 'UTF8')), 'hex') FROM edited WHERE id = $1`,
      ({ planId }) => [planId],
    );
    await expectStopped(stage, signed, /not what was signed/);
  });

  it('runs nothing on an approval of something else', async () => {
    const signed = await tamper(
      `UPDATE approvals SET digest = repeat('0', 64) WHERE id = $1`,
      ({ approvalId }) => [approvalId],
    );
    await expectStopped(stage, signed, /not what was signed/);
  });

  const expire = `UPDATE approvals SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`;

  it('runs nothing that could not begin within 24 hours', async () => {
    const signed = await tamper(expire, ({ approvalId }) => [approvalId]);
    await expectStopped(stage, signed, /could not begin within 24 hours/);
  });

  it('gives up after 24 hours on a note that never arrives, and says so', async () => {
    stage.hold();
    const signed = await stage.sign(people.maya, zendesk);
    await stage.query(expire, [signed.approvalId]);
    await until(async () => expect(await stateOf(stage, signed)).toBe('handed_off'));
    await until(() => expect(stage.app.texts(people.maya).at(-1)).toMatch(handedOff));
    await stage.release();
    await expectStopped(stage, signed, /could not begin within 24 hours/);
  });

  it('asks again when the approval is gone', async () => {
    const signed = await tamper(
      `WITH gone AS (DELETE FROM decisions WHERE approval_id = $1 RETURNING approval_id), copies AS (DELETE FROM deliveries WHERE approval_id = $1)
       DELETE FROM approvals WHERE id IN (SELECT approval_id FROM gone)`,
      ({ approvalId }) => [approvalId],
    );
    await expectAskedAgain(stage, signed, /signature that is not there/);
  });

  it('asks again when the decision is by somebody who may not decide', async () => {
    const signed = await tamper(
      `UPDATE decisions SET person_id = (SELECT id FROM persons WHERE name = 'Priya Shah') WHERE approval_id = $1`,
      ({ approvalId }) => [approvalId],
    );
    await expectAskedAgain(stage, signed, /signature that is not there/);
  });

  it('asks again when the one who signed is no technician any more', async () => {
    const signed = await tamper(
      `UPDATE persons SET roles = '{}' WHERE name = 'Tom Reed' AND $1::text IS NOT NULL`,
      ({ planId }) => [planId],
    );
    await until(async () => expect(await stateOf(stage, signed)).toBe('waiting'));
    await stage.app.settled();
    await stage.query(`UPDATE persons SET roles = '{msp_technician}' WHERE name = 'Tom Reed'`);
    expect(stage.writes()).toEqual([]);
    expect(stage.notes(signed.ticketId).join()).toMatch(/signature that is not there/);
  });
});

/** Waits until a command was answered. */
async function command({ app }: Stage, who: TeamsPerson, line: string): Promise<string> {
  const before = app.heard(who).length;
  await app.say(who, line);
  return JSON.stringify(
    (await until(() => app.heard(who)[before] ?? Promise.reject(new Error('no answer yet')))).activity,
  );
}

describe('what people and the world changed after the signature', () => {
  let stage: Stage;
  beforeAll(async () => void (stage = await startStage()));
  afterAll(() => stage.close());

  /** Signed, then changed, then free to run; `undo` puts it back after the test. */
  async function change(happen: () => unknown, undo: () => unknown): Promise<Signed> {
    stage.hold();
    const signed = await stage.sign(people.maya, zendesk);
    onTestFinished(async () => void (await undo()));
    await happen();
    await stage.release();
    return signed;
  }

  const says = (who: TeamsPerson, line: string) => () => command(stage, who, line);

  it('runs nothing of a tool that an admin disabled', async () => {
    const signed = await change(
      says(people.ada, 'policy acme m365.add_group_member disabled'),
      says(people.ada, 'policy acme m365.add_group_member inherit'),
    );
    await expectStopped(stage, signed, /m365\.add_group_member is switched off/);
  });

  it('runs nothing once the client is in plan mode', async () => {
    const signed = await change(says(people.ada, 'mode acme plan'), says(people.ada, 'mode acme execute'));
    await expectStopped(stage, signed, /plan mode/);
  });

  it('runs nothing once a technician has said stop', async () => {
    const signed = await change(
      says(people.tom, 'stop acme'),
      says(people.ada, 'resume acme checked with the client'),
    );
    await expectStopped(stage, signed, /stopped all work/);
  });

  it('runs nothing for a client that was archived', async () => {
    const status = `UPDATE clients SET status = $1 WHERE slug = 'acme'`;
    const signed = await change(
      () => stage.query(status, ['archived']),
      () => stage.query(status, ['active']),
    );
    await expectStopped(stage, signed, /archived/);
  });

  it('runs nothing in a tenant that the plan was not signed for', async () => {
    const mapping = `UPDATE mappings SET external_id = $1 WHERE connection_id = 'northwind-m365' AND client_id = (SELECT id FROM clients WHERE slug = 'acme')`;
    const signed = await change(
      () => stage.query(mapping, ['44444444-4444-4444-8444-444444444444']),
      () => stage.query(mapping, [tenants.acme]),
    );
    await expectStopped(stage, signed, /no longer connected for this client as it was signed/);
  });

  it('asks again, the manager too, when the policy was tightened', async () => {
    const signed = await change(
      () =>
        stage.query(
          `INSERT INTO policies (id, msp_id, client_id, tool, setting, manager, set_by)
           SELECT 'pol_tightened', msp_id, id, 'm365.add_group_member', 'approval_needed', true, 'test' FROM clients WHERE slug = 'acme'`,
        ),
      () => stage.query(`DELETE FROM policies WHERE id = 'pol_tightened'`),
    );
    await expectBothAsked(signed);
  });

  it('asks again, the manager too, when the target has gained a directory role', async () => {
    const { directoryRoles } = acmeDirectory(stage).tenant;
    const signed = await change(
      () =>
        directoryRoles.push({
          id: 'role-99',
          displayName: 'Helpdesk Administrator',
          members: [people.maya.aadObjectId],
        }),
      () => directoryRoles.pop(),
    );
    await expectBothAsked(signed);
  });

  it('asks again when the target has gained a role that neither of two signers was shown', async () => {
    await stage.query(
      `INSERT INTO policies (id, msp_id, client_id, tool, setting, manager, set_by)
       SELECT 'pol_both', msp_id, id, 'm365.add_group_member', 'approval_needed', true, 'test' FROM clients WHERE slug = 'acme'`,
    );
    onTestFinished(async () => void (await stage.query(`DELETE FROM policies WHERE id = 'pol_both'`)));
    stage.hold();
    const asked = await ask(stage, people.maya, zendesk);
    await approve(stage, asked);
    const [second] = await stage.query<{ id: string }>(
      `SELECT id FROM approvals WHERE plan_id = $1 AND signer = 'manager'`,
      [asked.planId],
    );
    await stage.app.click(people.priya, 'approve', { approvalId: second?.id ?? '', digest: asked.digest });
    expect(await stage.query('SELECT state FROM plans WHERE id = $1', [asked.planId])).toEqual([
      { state: 'authorized' },
    ]);
    const { directoryRoles } = acmeDirectory(stage).tenant;
    directoryRoles.push({
      id: 'role-98',
      displayName: 'User Administrator',
      members: [people.maya.aadObjectId],
    });
    onTestFinished(() => void directoryRoles.pop());
    await stage.release();
    await expectAskedAgain(stage, asked, /not what was signed any more/);
  });

  async function expectBothAsked(signed: Signed): Promise<void> {
    const approvals = await expectAskedAgain(stage, signed, /signature that is not there \(manager\)/);
    expect(approvals.map(({ signer }) => signer)).toEqual(['technician', 'manager']);
    expect(cardOf(stage.app.heard(people.priya), approvals[1]?.id ?? '')).toBeDefined();
    expect(stage.app.texts(people.maya).at(-1)).toMatch(
      /^This needs a yes from your IT team and your manager\./,
    );
  }

  it('asks again when the person is called something else by now', async () => {
    const maya = acmeDirectory(stage).tenant.users.find(({ id }) => id === people.maya.aadObjectId);
    if (!maya) throw new Error('Acme has no Maya');
    const signed = await change(
      () => (maya.displayName = 'Maya Lopez-Grant'),
      () => (maya.displayName = 'Maya Lopez'),
    );
    await expectAskedAgain(stage, signed, /not what was signed any more/);
  });

  it('passes it to a person when the group can no longer be changed', async () => {
    const { group } = acmeDirectory(stage);
    const signed = await change(
      () => (group.groupTypes = ['DynamicMembership']),
      () => (group.groupTypes = []),
    );
    await until(async () => expect(await stateOf(stage, signed)).toBe('handed_off'));
    await stage.app.settled();
    expect(stage.writes()).toEqual([]);
    expect(alertsTo(stage, signed)).toEqual([expect.stringMatching(/come from a rule/)]);
    expect(stage.app.texts(people.maya).at(-1)).toMatch(handedOff);
  });

  it('calls nothing when it has become so meanwhile', async () => {
    const { group } = acmeDirectory(stage);
    const signed = await change(
      () => group.members.push(people.maya.aadObjectId),
      () => group.members.pop(),
    );
    await until(async () => expect(await stateOf(stage, signed)).toBe('done'));
    await stage.app.settled();
    expect(stage.writes()).toEqual([]);
    expect(stage.notes(signed.ticketId).at(-1)).toMatch(/so already; nothing was called/);
    expect(stage.app.texts(people.maya).at(-1)).toMatch(/^Done\. You have Zendesk access\./);
  });

  it('runs once what was signed, and nothing more for the same click again', async () => {
    stage.hold();
    const signed = await stage.sign(people.maya, zendesk);
    await stage.release();
    await until(async () => expect(await stateOf(stage, signed)).toBe('done'));
    await stage.app.settled();
    const told = stage.app.texts(people.maya).length;
    const { approvalId, digest } = signed;
    for (const who of [people.tom, people.nina]) {
      const answer = await stage.app.click(who, 'approve', { approvalId, digest });
      expect(JSON.stringify(answer)).toContain('Tom Reed has already approved this');
    }
    await stage.app.settled();
    expect(stage.writes()).toHaveLength(1);
    expect(stage.app.texts(people.maya)).toHaveLength(told);
    expect(stage.notes(signed.ticketId)).toHaveLength(2);
  });
});
