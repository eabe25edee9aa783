/** The database goes away in the middle of things and comes back: the process lives on, and so does every Request. */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../engine/store/embedded-postgres.ts';
import { people } from './app.ts';
import { acmeDirectory, ask, newest, newestTicket, startStage, type Stage } from './held.ts';
import { until } from './seen.ts';

let home: string;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let stage: Stage;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'countersign-restart-'));
  // Run as root, Postgres runs as a user of its own, which has to reach its files.
  await chmod(home, 0o711);
  postgres = await startEmbeddedPostgres(home);
  stage = await startStage({ DATABASE_URL: postgres.url });
}, 60_000);
afterAll(async () => {
  await stage.close();
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
});

async function startAgain(): Promise<void> {
  postgres = await startEmbeddedPostgres(home, Number(new URL(postgres.url).port));
}

/** Stops the server before the next line of the product runs: nothing that it says from here on is kept. */
function stopAtOnce(): void {
  const pidFile = join(home, 'postgres/postmaster.pid');
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGINT');
  const turn = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(pidFile)) Atomics.wait(turn, 0, 0, 5);
}

/** Stops the server when the product first comes to this place; resolves when it has. */
function stopAt(place: string): Promise<void> {
  const { house } = stage.app.running;
  return new Promise((resolve) => {
    house.failpoint = (name) => {
      if (name !== place) return;
      house.failpoint = () => undefined;
      stopAtOnce();
      resolve();
    };
  });
}

async function settled(): Promise<void> {
  await until(async () =>
    expect(await stage.query(`SELECT kind FROM deliveries WHERE state IN ('pending', 'sending')`)).toEqual(
      [],
    ),
  );
}

/** Clicks as a person does: again, when nothing came of it. */
async function approve({ approvalId, digest }: { approvalId: string; digest: string }): Promise<void> {
  await until(async () => {
    const answer = await stage.app.click(people.tom, 'approve', { approvalId, digest });
    expect(answer.statusCode).toBe(200);
  });
}

async function expectDoneOnce(said: number): Promise<void> {
  await until(async () => expect((await newest(stage)).state).toBe('done'));
  await settled();
  expect(stage.writes()).toHaveLength(1);
  expect(acmeDirectory(stage).group.members).toEqual([people.maya.aadObjectId]);
  expect(newestTicket(stage).notes).toEqual([
    expect.stringMatching(/Give Maya Lopez access to Zendesk/),
    expect.stringMatching(/^\W*Outcome: done/),
  ]);
  expect(newestTicket(stage).status).toBe('Completed');
  expect(
    stage.app
      .texts(people.maya)
      .slice(said)
      .filter((text) => text.startsWith('Done.')),
  ).toHaveLength(1);
}

describe('a restart of Postgres', () => {
  it.for([
    'between the card and the click',
    'diagnose.claimed',
    'diagnose.proposed',
    'plan.before-commit',
    'deliver.note.sent',
    'approve.before-commit',
    'approve.committed',
    'execute.claimed',
    'step.claimed',
    'step.called',
    'report.before-commit',
  ])('(%s) loses nothing and doubles nothing', { timeout: 40_000 }, async (place) => {
    stage.vendors.m365.calls.length = 0;
    acmeDirectory(stage).group.members = [];
    const said = stage.app.texts(people.maya).length;
    const tickets = stage.vendors.connectwise.state.tickets.length;

    const between = place === 'between the card and the click';
    const restarted = between ? null : stopAt(place).then(startAgain);
    const asked = await ask(stage, people.maya, 'I need access to Zendesk');
    if (between) {
      await settled();
      await postgres.stop();
      await startAgain();
    }
    await approve(asked);
    await restarted;
    await expectDoneOnce(said);
    expect(stage.vendors.connectwise.state.tickets).toHaveLength(tickets + 1);
  });

  it('leaves the process with one session that says it lives, and ready', async () => {
    await until(async () =>
      expect(
        await stage.query(`SELECT granted FROM pg_locks WHERE locktype = 'advisory' AND classid = 7321`),
      ).toEqual([{ granted: true }]),
    );
    expect((await fetch(`${stage.app.running.url}/readyz`)).status).toBe(200);
  });
});
