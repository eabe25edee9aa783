/** The audit trail after a whole flow: it holds together, shows every change, and says nothing personal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenCheckpoints, signHeads } from '../../engine/checkpoints.ts';
import { createVault } from '../../engine/secrets.ts';
import { verifyActivity } from '../../engine/store/activity.ts';
import { people } from '../flow/app.ts';
import { ask, startStage, type Stage } from '../flow/held.ts';
import { until } from '../flow/seen.ts';

const reason = 'No licence left until Monday';
let stage: Stage;
let mspId: string;

interface Row {
  chain: string;
  seq: string;
  body: string;
  sealed: string | null;
  personId: string | null;
}
const trail = () =>
  stage.query<Row>(
    'SELECT chain, seq, body, sealed, person_id AS "personId" FROM activity ORDER BY chain, activity.seq',
  );

/** Changes the trail as only somebody with the database in their hands can, looks, and puts it back. */
async function behindItsBack<T>(sql: string[], look: () => Promise<T>): Promise<T> {
  const tables = ['activity', 'chain_heads', 'checkpoints'];
  for (const table of tables) await stage.query(`CREATE TABLE kept_${table} AS TABLE ${table}`);
  await stage.query('ALTER TABLE activity DISABLE TRIGGER activity_append_only');
  try {
    for (const each of sql) await stage.query(each);
    return await look();
  } finally {
    for (const table of tables) {
      await stage.query(`DELETE FROM ${table}`);
      await stage.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      await stage.query(`DROP TABLE kept_${table}`);
    }
    await stage.query('ALTER TABLE activity ENABLE TRIGGER activity_append_only');
  }
}

const verify = async () => [
  await verifyActivity(stage.app.database.db, mspId),
  await brokenCheckpoints(stage.app.running.house, mspId),
];
const whole = [[], []];
const acme = `'client:' || (SELECT id FROM clients WHERE slug = 'acme')`;
const last = `(SELECT max(seq) FROM activity WHERE chain = ${acme})`;

beforeAll(async () => {
  stage = await startStage();
  const { app } = stage;
  stage.hold();
  await stage.sign(people.maya, 'I need access to Zendesk');
  await stage.release();
  await until(async () =>
    expect(await stage.query('SELECT state FROM requests')).toEqual([{ state: 'done' }]),
  );
  const denied = await ask(stage, people.maya, 'I need access to Salesforce');
  const { approvalId, digest } = denied;
  await app.click(people.maya, 'approve', { approvalId, digest });
  await app.click(people.tom, 'deny', { approvalId, digest, reason, message: 'Ask your manager, Maya' });
  await app.say(people.ada, 'mode birch execute');
  await app.say(people.tom, 'stop cedar');
  await app.say(people.ada, 'resume cedar Carol Diaz called');
  await app.say(people.priya, 'How do I set up the VPN?');
  await until(async () =>
    expect(
      await stage.query(`SELECT count(*)::int AS ended FROM requests WHERE closed_at IS NOT NULL`),
    ).toEqual([{ ended: 3 }]),
  );
  await app.settled();
  mspId = (await stage.query<{ id: string }>('SELECT id FROM msps'))[0]?.id ?? '';
  await stage.query('DELETE FROM checkpoints');
  await signHeads(app.running.house);
});
afterAll(() => stage.close());

describe('the audit trail', () => {
  it('holds together after a whole flow, and each chain is signed at its head', async () => {
    expect((await trail()).length).toBeGreaterThan(15);
    expect(await verify()).toEqual(whole);
    const [heads] = await stage.query<{ heads: number; signed: number }>(
      `SELECT (SELECT count(*)::int FROM chain_heads) AS heads, (SELECT count(*)::int FROM checkpoints c JOIN chain_heads h USING (chain, seq)) AS signed`,
    );
    expect(heads?.signed).toBe(heads?.heads);
  });

  it('lets nobody change or delete a row', async () => {
    await expect(stage.query(`UPDATE activity SET body = '{}'`)).rejects.toThrow(/append-only/);
    await expect(stage.query('DELETE FROM activity')).rejects.toThrow(/append-only/);
  });

  const changes: [string, string[]][] = [
    [
      'a changed body',
      [
        `UPDATE activity SET body = replace(body, 'approval.approve', 'approval.deny') WHERE body LIKE '%approval.approve%'`,
      ],
    ],
    ['changed ciphertext', [`UPDATE activity SET sealed = sealed || 'x' WHERE sealed IS NOT NULL`]],
    ['a row taken out of the middle', [`DELETE FROM activity WHERE chain = ${acme} AND seq = 3`]],
    [
      'a row that was moved in time',
      [`UPDATE activity SET at = at - interval '1 day' WHERE chain = ${acme} AND seq = 3`],
    ],
    ['a cut tail', [`DELETE FROM activity WHERE chain = ${acme} AND seq = ${last}`]],
  ];
  it.for(changes)('shows %s', async ([, sql]) => {
    const [broken] = await behindItsBack(sql, verify);
    expect(broken?.length).toBeGreaterThan(0);
    expect(await verify()).toEqual(whole);
  });

  it('shows a tail that was cut together with its head, by the signed checkpoint', async () => {
    const cut = [
      `DELETE FROM activity WHERE chain = ${acme} AND seq = ${last}`,
      `UPDATE chain_heads h SET seq = a.seq, hash = a.hash FROM activity a WHERE a.chain = h.chain AND h.chain = ${acme} AND a.seq = ${last}`,
    ];
    const [chains, checkpoints] = await behindItsBack(cut, verify);
    expect(chains).toEqual([]);
    expect(checkpoints).toHaveLength(1);
  });

  it('shows a checkpoint that was made to fit', async () => {
    const forge = [`UPDATE checkpoints SET signature = repeat('0', 64) WHERE chain = ${acme}`];
    const [, checkpoints] = await behindItsBack(forge, verify);
    expect(checkpoints).toHaveLength(1);
  });

  it('says who did what by id alone: no names, no mails, no words of anybody', async () => {
    const bodies = (await trail())
      .map((row) => row.body)
      .join('\n')
      .toLowerCase();
    const personal = [
      'maya',
      'lopez',
      'priya',
      'tom reed',
      'carol',
      '@acme',
      '@northwind',
      'zendesk',
      'salesforce',
      'vpn',
      'licence',
      'manager, ',
      'called',
    ];
    expect(personal.filter((word) => bodies.includes(word))).toEqual([]);
  });

  it('keeps what was said under the key of the one who said it', async () => {
    const { vault } = stage.app.running.house;
    const keys = await stage.query<{ id: string; name: string; key: string | null }>(
      'SELECT id, name, audit_key AS key FROM persons',
    );
    const keyOf = async (name: string) => {
      const key = keys.find((each) => each.name === name)?.key;
      if (!key) throw new Error(`${name} has no key`);
      return createVault(Buffer.from(await vault.open(key), 'base64'));
    };
    const denial = (await trail()).find((row) => row.body.includes('approval.deny'));
    const sealed = denial?.sealed ?? '';
    expect(denial?.personId).toBe(keys.find((each) => each.name === 'Tom Reed')?.id);
    expect(await (await keyOf('Tom Reed')).open(sealed)).toContain(reason);
    await expect(vault.open(sealed)).rejects.toThrow();
    const mayas = await keyOf('Maya Lopez');
    await expect(mayas.open(sealed)).rejects.toThrow();
    const plan = (await trail()).find((row) => row.body.includes('plan.frozen'));
    expect(await mayas.open(plan?.sealed ?? '')).toContain('Give Maya Lopez access to Zendesk');
  });

  it('still verifies when a person was erased by throwing their key away', async () => {
    await stage.query(`UPDATE persons SET audit_key = NULL WHERE name = 'Maya Lopez'`);
    expect(await verify()).toEqual(whole);
  });
});
