/** What is signed is what runs, as things are when it runs: every change between signature and call. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAction, people } from './app.ts';
import { cardOf, startStage, type Signed, type Stage } from './held.ts';
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

  it('runs nothing that could not begin within 24 hours', async () => {
    const signed = await tamper(
      `UPDATE approvals SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`,
      ({ approvalId }) => [approvalId],
    );
    await expectStopped(stage, signed, /24 hours/);
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
