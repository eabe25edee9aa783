import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { people, startApp, type App } from './app.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

describe('a fault of our own that does not go away', () => {
  let app: App;
  beforeAll(async () => void (app = await startApp()));
  afterAll(() => app.close());

  it('ends with a person, told to both sides, instead of going round for ever', async () => {
    await app.say(people.tom, 'status');
    const { name } = app.running.house.planner;
    Object.defineProperty(app.running.house.planner, 'name', {
      configurable: true,
      get: () => {
        throw new Error('broken on purpose');
      },
    });
    await app.say(people.maya, 'I need access to Zendesk');
    await until(() => expect(app.texts(people.maya).at(-1)).toMatch(/^This needs a person\./));
    await until(() => expect(JSON.stringify(app.heard(people.tom))).toContain('A request needs a person'));
    const { rows } = await app.database.db.pool.query('SELECT state, retries FROM requests');
    expect(rows).toEqual([{ state: 'handed_off', retries: 4 }]);
    Object.defineProperty(app.running.house.planner, 'name', { value: name });
  });

  it('while a signed plan is run ends likewise', async () => {
    const before = app.heard(people.tom).length;
    await app.say(people.priya, 'I need access to Salesforce');
    const m365 = app.running.house.connectors.find((each) => each.id === 'm365');
    const add = m365?.tools.find((each) => each.name === 'm365.add_group_member') as { preview?: unknown };
    const button = await vi.waitFor(() => app.approvalFor(people.tom), { timeout: 30_000 });
    add.preview = () => {
      throw new TypeError('broken on purpose');
    };
    await app.click(people.tom, 'approve', button);
    await until(() => expect(app.texts(people.priya).at(-1)).toMatch(/^This needs a person\./));
    await until(() =>
      expect(JSON.stringify(app.heard(people.tom).slice(before))).toContain('failed several times'),
    );
    expect(
      (await app.calls('northwind-m365')).filter(
        ({ method, path }) => method === 'POST' && path.includes('members'),
      ),
    ).toEqual([]);
  });
});
