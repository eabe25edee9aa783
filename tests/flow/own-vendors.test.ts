import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxSecrets as connectwiseSecrets } from '../../connectors/connectwise/sandbox.ts';
import { sandboxSecrets as huduSecrets } from '../../connectors/hudu/sandbox.ts';
import { sandboxSecrets as m365Secrets } from '../../connectors/m365/sandbox.ts';
import { startPracticeVendors, type PracticeVendors } from '../practice-vendors.ts';
import { createSlackDriver, type SlackDriver } from '../stand-ins/slack-driver.ts';
import { startSlackStandIn, type SlackStandIn } from '../stand-ins/slack.ts';
import { startApp, tenants, type App } from './app.ts';
import { until } from './seen.ts';

const SIGNING_SECRET = 'a-signing-secret';
const secrets: Record<string, { values: Record<string, string>; names: Record<string, string> }> = {
  'northwind-connectwise': {
    values: { COUNTERSIGN_SECRET_CW: connectwiseSecrets.privateKey },
    names: { privateKey: 'COUNTERSIGN_SECRET_CW' },
  },
  'northwind-m365': {
    values: { COUNTERSIGN_SECRET_M365: m365Secrets.clientSecret },
    names: { clientSecret: 'COUNTERSIGN_SECRET_M365' },
  },
  'northwind-hudu': {
    values: { COUNTERSIGN_SECRET_HUDU: huduSecrets.apiKey },
    names: { apiKey: 'COUNTERSIGN_SECRET_HUDU' },
  },
};

describe('connections with addresses and credentials of their own, as a real MSP has them', () => {
  let vendors: PracticeVendors;
  let slack: SlackStandIn;
  let app: App;
  let driver: SlackDriver;

  beforeAll(async () => {
    vendors = await startPracticeVendors((settings) => {
      for (const connection of settings.connections)
        Object.assign(connection, { sandbox: false, secrets: secrets[connection.id]?.names });
    });
    const user = (id: string, team: string, name: string, mail: string) => ({ id, team, name, mail });
    slack = await startSlackStandIn({
      users: [
        user('U0MAYA', 'T0ACME', 'Maya Lopez', 'maya@acme.example'),
        user('U0TOM', 'T0NORTH', 'Tom Reed', 'tom@northwind.example'),
        user('U0NINA', 'T0NORTH', 'Nina Cole', 'nina@northwind.example'),
        user('U0ADA', 'T0NORTH', 'Ada Park', 'ada@northwind.example'),
      ],
    });
    app = await startApp({
      COUNTERSIGN_CONFIG: vendors.settingsFile,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_BOT_TOKEN: 'xoxb-test',
      SLACK_API_URL: slack.apiUrl,
      ...Object.assign({}, ...Object.values(secrets).map(({ values }) => values)),
    });
    driver = createSlackDriver(slack, app.running.url, SIGNING_SECRET);
  });
  afterAll(async () => {
    await app.close();
    await slack.close();
    await vendors.close();
  });

  it('opens neither the Desk nor the unsigned Teams endpoint, nor says where its vendors are', async () => {
    for (const path of ['/', '/desk/state', '/desk/sandboxes'])
      expect((await fetch(`${app.running.url}${path}`)).status).toBe(404);
    const answer = await app.teams.deliver(
      `${app.running.url}/api/messages`,
      app.teams.personalMessage({ tenantId: tenants.acme, aadObjectId: 'x', name: 'X' }, 'hi'),
    );
    expect(answer.status).toBe(404);
  });

  it('keeps no credential in clear text', async () => {
    const { rows } = await app.database.db.pool.query(
      'SELECT config::text || secrets AS kept FROM connections',
    );
    expect(rows).toHaveLength(3);
    for (const { values } of Object.values(secrets))
      for (const value of Object.values(values)) expect(JSON.stringify(rows)).not.toContain(value);
  });

  it('asks, is signed, and runs', async () => {
    await driver.dm({ team: 'T0ACME', user: 'U0MAYA' }, 'I need access to Zendesk');
    await until(() =>
      expect(
        slack
          .posts(slack.dm('U0TOM'))
          .map(({ text }) => text)
          .join(),
      ).toContain('Zendesk'),
    );
    const [card] = slack.posts(slack.dm('U0TOM'));
    const blocks = (card?.blocks ?? []) as {
      type: string;
      elements?: { action_id: string; value: string }[];
    }[];
    const button = blocks
      .flatMap(({ elements }) => elements ?? [])
      .find(({ action_id }) => action_id === 'approve');
    const home = { team: 'T0NORTH', user: 'U0TOM', channel: slack.dm('U0TOM') };
    const pressed = { action_id: 'approve', value: button?.value ?? '' };
    await driver.click(home, pressed, { ts: card?.ts ?? '' });
    await until(() =>
      expect(slack.posts(slack.dm('U0MAYA')).at(-1)?.text).toMatch(/^Done\. You have Zendesk access/),
    );
    const group = vendors.m365.state[tenants.acme]?.groups.find(
      (each) => each.displayName === 'App - Zendesk',
    );
    expect(group?.members).toContain('aaaaaaaa-0000-4000-8000-000000000001');
  });
});
