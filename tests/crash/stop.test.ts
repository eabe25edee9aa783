import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startChild } from './child.ts';

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the product and its own Postgres, and the next start finds all as it was',
  async (signal) => {
    const home = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
    await chmod(home, 0o711);
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const environment = { DATA_DIR: join(home, 'data') };
    for (let start = 1; start <= 2; start += 1) {
      const child = await startChild(environment);
      expect((await fetch(`${child.url}/readyz`)).status).toBe(200);
      child.process.kill(signal);
      await child.gone;
      expect(child.process.exitCode).toBe(0);
      expect(existsSync(join(home, 'data/postgres/postmaster.pid'))).toBe(false);
    }
  },
);

it('a signal to "npm start" reaches what npm has started', async () => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
  await chmod(home, 0o711);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const npm = spawn('npm', ['start'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, HOME: home, PORT: '0', DATA_DIR: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await new Promise<string>((resolve) => {
    let printed = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
      if (found) resolve(found);
    });
  });
  npm.kill('SIGTERM');
  const answers = () =>
    fetch(`${url}/healthz`).then(
      () => 'still there',
      () => 'gone',
    );
  await vi.waitFor(async () => expect(await answers()).toBe('gone'), { timeout: 15_000, interval: 100 });
  await vi.waitFor(() => expect(existsSync(join(home, 'data/postgres/postmaster.pid'))).toBe(false), {
    timeout: 15_000,
    interval: 100,
  });
});
