import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../database.ts';
import { findAction, people, tenants } from '../flow/app.ts';
import { startPracticeVendors } from '../practice-vendors.ts';
import { startBotFramework, type BotFramework } from '../stand-ins/bot-framework.ts';
import { startChild, type Child } from './child.ts';

type Finish = (close: () => Promise<void>) => void;

async function stage(failpoint: string, finish: Finish) {
  const [database, vendors, teams] = await Promise.all([
    testDatabase(),
    startPracticeVendors(),
    startBotFramework(),
  ]);
  finish(async () => void (await Promise.all([database.close(), vendors.close(), teams.close()])));
  const environment = {
    DATABASE_URL: database.url,
    SECRET_KEY: randomBytes(32).toString('base64'),
    COUNTERSIGN_CONFIG: vendors.settingsFile,
  };
  let child: Child = await startChild({ ...environment, COUNTERSIGN_FAILPOINT: failpoint });
  finish(() => child.stop());
  let died = false;
  const restarted = child.gone.then(async () => {
    died = true;
    child = await startChild(environment);
  });
  /** Sends as Teams or a person does: again, when the process was gone before it answered. */
  async function deliver(activity: unknown): Promise<void> {
    const answer = await teams.deliver(`${child.url}/api/messages`, activity).catch(() => null);
    if (answer && answer.status < 300) return;
    await restarted;
    const again = await teams.deliver(`${child.url}/api/messages`, activity);
    expect(again.status).toBeLessThan(300);
  }
  return { database, vendors, teams, deliver, restarted, died: () => died };
}

function buttonOf(teams: BotFramework): Record<string, string> {
  const cards = teams.state.posted.filter((each) => each.conversation === `a:${people.tom.aadObjectId}`);
  const button = cards.map((each) => findAction(each.activity, 'approve')).find((data) => data !== null);
  if (!button) throw new Error('no card yet');
  return button;
}

const places = [
  'receive.before-commit',
  'diagnose.claimed',
  'diagnose.ticket',
  'diagnose.proposed',
  'plan.before-commit',
  'plan.committed',
  'approve.before-commit',
  'approve.committed',
  'execute.claimed',
  'step.claimed',
  'step.called',
  'step.recorded',
  'execute.ran',
  'report.before-commit',
  'execute.ended',
  'deliver.ticket.sent',
  'deliver.note.sent',
  'deliver.status.sent',
];

describe.concurrent('kill -9', () => {
  it.for(places)(
    'at %s loses nothing and doubles nothing',
    { timeout: 60_000 },
    async (place, { onTestFinished }) => {
      const { database, vendors, teams, deliver, restarted, died } = await stage(place, onTestFinished);
      await deliver(teams.personalMessage(people.tom, 'status'));
      await deliver(teams.personalMessage(people.maya, 'I need access to Zendesk'));
      const button = await vi.waitFor(() => buttonOf(teams), { timeout: 20_000, interval: 30 });
      await deliver(teams.click(people.tom, 'approve', button));
      await restarted;
      await vi.waitFor(
        async () => {
          const { rows } = await database.db.pool.query(
            `SELECT (SELECT string_agg(state, ',') FROM requests) AS requests, (SELECT count(*)::int FROM deliveries WHERE state <> 'delivered') AS waiting`,
          );
          expect(rows[0]).toEqual({ requests: 'done', waiting: 0 });
        },
        { timeout: 25_000, interval: 50 },
      );

      expect(died()).toBe(true);
      const adds = vendors.m365.calls.filter(
        (call) => call.method === 'POST' && call.path.includes('/members/$ref'),
      );
      expect(adds).toHaveLength(1);
      const group = Object.values(vendors.m365.state[tenants.acme]?.groups ?? {}).find(
        (each) => each.displayName === 'App - Zendesk',
      );
      expect(group?.members.filter((id) => id === people.maya.aadObjectId)).toHaveLength(1);

      expect(
        vendors.connectwise.calls.filter(
          (call) => call.method === 'POST' && call.path.endsWith('/service/tickets'),
        ),
      ).toHaveLength(1);
      const notes = vendors.connectwise.calls.filter(
        (call) => call.method === 'POST' && call.path.endsWith('/notes'),
      );
      expect(notes).toHaveLength(2);
      expect(notes[0] && Date.parse(notes[0].at)).toBeLessThanOrEqual(Date.parse(adds[0]?.at ?? ''));

      const posted = teams.state.posted;
      const said = posted
        .filter((each) => each.conversation === `a:${people.maya.aadObjectId}`)
        .map(({ activity }) => String(activity.text).slice(0, 12));
      const cards = posted.filter(
        (each) =>
          each.conversation === `a:${people.tom.aadObjectId}` &&
          JSON.stringify(each.activity).includes('Zendesk'),
      );
      // Teams cannot say whether a message was posted when the process died over it; what was said again is on record.
      const again = await database.db.pool.query(
        `SELECT 1 FROM activity WHERE body LIKE '%delivery.sent_again%'`,
      );
      expect([...new Set(said)]).toEqual(["Hi Maya, I'v", 'This needs a', 'Done. You ha']);
      expect(cards.length).toBeGreaterThanOrEqual(1);
      expect(said.length - 3 + (cards.length - 1)).toBeLessThanOrEqual(again.rowCount ?? 0);
    },
  );
});
