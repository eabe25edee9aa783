/** The whole product in this process on a database of its own, with Teams played by the Bot Framework stand-in. */
import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { loadConfig } from '../../bot/config.ts';
import { start, type Running } from '../../bot/main.ts';
import {
  startBotFramework,
  type BotFramework,
  type Posted,
  type TeamsPerson,
} from '../stand-ins/bot-framework.ts';
import { testDatabase, type TestDatabase } from '../database.ts';

const acme = '11111111-1111-4111-8111-111111111111';
const person = (tenantId: string, aadObjectId: string, name: string): TeamsPerson => ({
  tenantId,
  aadObjectId,
  name,
});
const atAcme = (place: number, name: string) =>
  person(acme, `aaaaaaaa-0000-4000-8000-00000000000${place}`, name);
const atNorthwind = (place: number, name: string) =>
  person('99999999-9999-4999-8999-999999999999', `99999999-0000-4000-8000-00000000000${place}`, name);

export const people = {
  maya: atAcme(1, 'Maya Lopez'),
  priya: atAcme(2, 'Priya Shah'),
  omar: atAcme(3, 'Omar Haddad'),
  lena: atAcme(4, 'Lena Fox'),
  ben: person('22222222-2222-4222-8222-222222222222', 'bbbbbbbb-0000-4000-8000-000000000001', 'Ben Ito'),
  carol: person('33333333-3333-4333-8333-333333333333', 'cccccccc-0000-4000-8000-000000000001', 'Carol Diaz'),
  tom: atNorthwind(1, 'Tom Reed'),
  nina: atNorthwind(2, 'Nina Cole'),
  ada: atNorthwind(3, 'Ada Park'),
};
export const tenants = { acme };

export interface App {
  running: Running;
  database: TestDatabase;
  teams: BotFramework;
  /** Somebody writes in their own chat with the bot. */
  say(who: TeamsPerson, text: string): Promise<void>;
  /** Clicks; gives the invoke's answer. */
  click(
    who: TeamsPerson,
    verb: string,
    data: Record<string, string>,
  ): Promise<{ statusCode: number; type: string; value: unknown }>;
  /** Everything that was posted to somebody, oldest first. */
  heard(who: TeamsPerson): Posted[];
  /** The plain texts somebody was sent. */
  texts(who: TeamsPerson): string[];
  /** Waits for the newest card with an Approve button in somebody's chat; gives what the button carries. */
  approvalFor(who: TeamsPerson): Promise<{ approvalId: string; digest: string }>;
  sandbox(connectionId: string): Promise<Record<string, never>>;
  calls(connectionId: string): Promise<{ method: string; path: string; body: unknown; at: string }[]>;
  fault(connectionId: string, faults: object[]): Promise<void>;
  /** Waits until every Request has ended or waits for people, and nothing is left to deliver. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

type Environment = Record<string, string>;

/** `environment` may depend on where the stand-in of Teams is. */
export async function startApp(
  environment: Environment | ((teams: BotFramework) => Environment) = {},
): Promise<App> {
  const database = await testDatabase();
  const teams = await startBotFramework();
  const config = loadConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    SECRET_KEY: randomBytes(32).toString('base64'),
    ...(typeof environment === 'function' ? environment(teams) : environment),
  });
  const running = await start(config);
  const messages = `${running.url}/api/messages`;
  const url = (connectionId: string) => running.sandboxes.urls.get(connectionId) ?? '';
  const heard = (who: TeamsPerson) =>
    teams.state.posted.filter((each) => each.conversation === `a:${who.aadObjectId}`);
  return {
    running,
    database,
    teams,
    async say(who, text) {
      const answer = await teams.deliver(messages, teams.personalMessage(who, text));
      if (answer.status >= 300) throw new Error(`the bot answered ${answer.status}: ${answer.text}`);
    },
    async click(who, verb, data) {
      const answer = await teams.deliver(messages, teams.click(who, verb, data));
      return JSON.parse(answer.text);
    },
    heard,
    texts: (who) =>
      heard(who).flatMap(({ activity }) => (typeof activity.text === 'string' ? [activity.text] : [])),
    approvalFor: (who) => vi.waitFor(() => readButton(heard(who)), { timeout: 10_000, interval: 20 }),
    sandbox: async (id) =>
      (await fetch(`${url(id)}/_sandbox/state`)).json() as Promise<Record<string, never>>,
    calls: async (id) =>
      (await fetch(`${url(id)}/_sandbox/calls`)).json() as Promise<
        { method: string; path: string; body: unknown; at: string }[]
      >,
    async fault(id, faults) {
      await fetch(`${url(id)}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify(faults),
        headers: { 'content-type': 'application/json' },
      });
    },
    settled: () => vi.waitFor(() => assertSettled(database), { timeout: 15_000, interval: 25 }),
    async close() {
      await running.stop();
      await teams.close();
      await database.close();
    },
  };
}

function readButton(posted: Posted[]): { approvalId: string; digest: string } {
  const open = posted.map((each) => findAction(each.activity, 'approve')).filter((data) => data !== null);
  const last = open.at(-1);
  if (!last) throw new Error('no open approval card yet');
  return last as { approvalId: string; digest: string };
}

/** The data of the first action with this verb, anywhere in the activity. */
export function findAction(value: unknown, verb: string): Record<string, string> | null {
  if (typeof value !== 'object' || value === null) return null;
  const action = value as { verb?: unknown; data?: Record<string, string> };
  if (action.verb === verb && action.data) return action.data;
  for (const inner of Object.values(value)) {
    const found = findAction(inner, verb);
    if (found) return found;
  }
  return null;
}

async function assertSettled({ db }: TestDatabase): Promise<void> {
  const moving = await db.pool.query(
    `SELECT (SELECT count(*) FROM requests WHERE state IN ('received', 'diagnosing', 'executing')) + (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending'))
       + (SELECT count(*) FROM arrivals WHERE state = 'pending') AS moving`,
  );
  if (moving.rows[0].moving !== '0') throw new Error('still moving');
}
