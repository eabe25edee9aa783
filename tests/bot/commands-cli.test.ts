import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../database.ts';
import { practiceFile } from '../practice.ts';

const root = join(import.meta.dirname, '../..');
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line as its own process. */
function countersign(...args: string[]): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'bot/cli.ts', ...args],
      { cwd: root, env },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('npx countersign', () => {
  it('shows a difference, applies it once, exports it and verifies the activity', async () => {
    const path = 'bot/desk/practice.yaml';
    expect((await countersign('diff', path)).out).toContain('Acme Corp: new client, mode execute\n');
    expect((await countersign('apply', path)).out).toMatch(/Applied to northwind: \d+ changes\.\n$/);
    expect((await countersign('apply', path)).out).toMatch(
      /was applied to northwind before, so nothing was done/,
    );
    const exported = await countersign('export', 'northwind');
    expect(exported).toMatchObject({ code: 0, err: '' });
    expect(await countersign('diff', await file('exported.yaml', exported.out))).toMatchObject({
      code: 0,
      out: 'Nothing would change.\n',
    });
    expect(await countersign('verify')).toEqual({
      code: 0,
      out: 'northwind: the activity is whole.\n',
      err: '',
    });
  });

  it('verify fails when an entry was changed behind its back', async () => {
    await database.db.pool.query('ALTER TABLE activity DISABLE TRIGGER activity_append_only');
    await database.db.pool.query(`UPDATE activity SET body = '{}' WHERE seq = 2`);
    const { code, out } = await countersign('verify', 'northwind');
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/^northwind: broken at (msp|client):\w+, entry 2\n/),
    });
  });

  it('says what is wrong with a file, and exits with 1', async () => {
    const path = await file('broken.yaml', practiceFile.replace('mode: execute\n', 'mode: exeucte\n'));
    const { code, err } = await countersign('apply', path);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('clients[0].mode: must be plan or execute or inherit'),
    });
    expect((await countersign('apply', join(folder, 'absent.yaml'))).err).toMatch(
      /absent\.yaml cannot be read \(ENOENT\)/,
    );
  });

  it('shows how it is used, and exits with 2 when it was not understood', async () => {
    expect(await countersign('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: npx countersign'),
    });
    for (const args of [['aply', 'x'], ['diff', 'x', '--force'], ['apply', 'x', 'y'], ['--nonsense']]) {
      expect(await countersign(...args)).toMatchObject({
        code: 2,
        err: expect.stringContaining('Usage: npx countersign'),
      });
    }
  });
});
