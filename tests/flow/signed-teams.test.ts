import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { people, startApp, type App } from './app.ts';

describe('with an app id', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp((teams) => ({
      MICROSOFT_APP_ID: teams.appId,
      MICROSOFT_APP_PASSWORD: teams.appPassword,
      MICROSOFT_APP_TYPE: 'MultiTenant',
      MICROSOFT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
      MICROSOFT_TOKEN_ISSUER: teams.tokenIssuer,
      MICROSOFT_LOGIN_URL: teams.loginUrl,
    }));
  });
  afterAll(() => app.close());

  const send = async (token?: string) =>
    (
      await app.teams.deliver(
        `${app.running.url}/api/messages`,
        app.teams.personalMessage(people.maya, 'I need access to Zendesk'),
        token,
      )
    ).status;
  const requests = async () => (await app.database.db.pool.query('SELECT 1 FROM requests')).rowCount;

  it('refuses what Teams did not sign, and keeps nothing of it', async () => {
    expect([
      await send(),
      await send(await app.teams.mint({ key: 'stranger' })),
      await send(await app.teams.mint({ expiresIn: -3600 })),
    ]).toEqual([401, 401, 401]);
    expect(await requests()).toBe(0);
  });

  it('takes what Teams signed, and answers with a token of its own', async () => {
    expect(await send(await app.teams.mint())).toBeLessThan(300);
    await vi.waitFor(() => expect(app.texts(people.maya)[0]).toMatch(/^Hi Maya/), {
      timeout: 10_000,
      interval: 20,
    });
    expect(app.teams.state.tokens.length).toBeGreaterThan(0);
    expect(await requests()).toBe(1);
  });

  it('has no Desk', async () => {
    expect((await fetch(app.running.url)).status).toBe(404);
  });
});
