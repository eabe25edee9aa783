import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { run } from '../../bot/cli.ts';
import { connectors } from '../../connectors/index.ts';
import { signHeads } from '../../engine/checkpoints.ts';
import { createVault } from '../../engine/secrets.ts';
import { applySettings } from '../../engine/settings/apply.ts';
import { testDatabase, type TestDatabase } from '../database.ts';

const key = Buffer.alloc(32, 9);
const practice = new URL('../../bot/desk/practice.yaml', import.meta.url);
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('SECRET_KEY', key.toString('base64'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
});

async function verified(): Promise<{ code: number; said: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const code = await run(['verify', 'northwind']);
    return { code, said: out.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    out.mockRestore();
  }
}

it('verify finds a tail that was cut off together with its head', async () => {
  const { db } = database;
  const vault = createVault(key);
  await applySettings({ db, vault, connectors }, await readFile(practice, 'utf8'), {
    secret: () => undefined,
  });
  await signHeads({ db, vault });
  expect(await verified()).toEqual({ code: 0, said: 'northwind: the activity is whole.\n' });

  await db.pool.query('ALTER TABLE activity DISABLE TRIGGER activity_append_only');
  const cut = await db.pool.query<{ chain: string; seq: string }>(
    `DELETE FROM activity a USING chain_heads h WHERE a.chain = h.chain AND a.seq = h.seq AND h.seq > 1 RETURNING a.chain, a.seq`,
  );
  await db.pool.query(
    `UPDATE chain_heads h SET seq = a.seq, hash = a.hash FROM activity a WHERE a.chain = h.chain AND a.seq = h.seq - 1`,
  );
  const { code, said } = await verified();
  expect(code).toBe(1);
  expect(said.trim().split('\n').sort()).toEqual(
    cut.rows.map(({ chain, seq }) => `northwind: broken at ${chain}, entry ${seq}`).sort(),
  );
});
