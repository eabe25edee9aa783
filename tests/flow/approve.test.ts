import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people, startApp, tenants, type App } from './app.ts';

describe('Maya asks for Zendesk over the Bot Framework', () => {
  let app: App;
  beforeAll(async () => void (app = await startApp()));
  afterAll(() => app.close());

  it('is told at once, Tom signs, it is done and verified, and the ticket has both notes in order', async () => {
    await app.say(people.tom, 'status');
    await app.say(people.maya, 'I need access to Zendesk');
    const button = await app.approvalFor(people.tom);
    const clicked = await app.click(people.tom, 'approve', button);
    expect(clicked.statusCode).toBe(200);
    await app.settled();

    expect(app.texts(people.maya)).toEqual([
      expect.stringMatching(/^Hi Maya, I've got this \(ticket \d+\)\. I'm checking it now\.$/),
      expect.stringMatching(
        /^This needs a yes from your IT team\. I asked them at \d+:\d\d and will write here either way\.$/,
      ),
      'Done. You have Zendesk access. It may take 15 minutes; sign out and in once.',
    ]);
    const graph = (await app.sandbox('northwind-m365')) as unknown as Record<
      string,
      { groups: { displayName: string; members: string[] }[] }
    >;
    const zendesk = graph[tenants.acme]?.groups.find((group) => group.displayName === 'App - Zendesk');
    expect(zendesk?.members.filter((id) => id === people.maya.aadObjectId)).toHaveLength(1);
  });
});
