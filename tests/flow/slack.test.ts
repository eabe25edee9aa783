import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackDriver, type Button, type SlackDriver } from '../stand-ins/slack-driver.ts';
import { startSlackStandIn, type SlackPost, type SlackStandIn } from '../stand-ins/slack.ts';
import { people as inTeams, startApp, type App } from './app.ts';
import { count, membersOf, notesOn, recorded, stateOf, ticketAbout, until, writesTo } from './seen.ts';

const SIGNING_SECRET = 'practice-signing-secret';
const user = (id: string, team: string, name: string, mail: string) => ({ id, team, name, mail });
const users = [
  user('U0MAYA', 'T0ACME', 'Maya Lopez', 'maya@acme.example'),
  user('U0PRIYA', 'T0ACME', 'Priya Shah', 'priya@acme.example'),
  user('U0OMAR', 'T0ACME', 'Omar Haddad', 'omar@acme.example'),
  // Set by an admin of Acme's own Slack, who may write there what they like.
  user('U0FAKE', 'T0ACME', 'Tom Reed', 'tom@northwind.example'),
  user('U0TOM', 'T0NORTH', 'Tom Reed', 'tom@northwind.example'),
  user('U0NINA', 'T0NORTH', 'Nina Cole', 'nina@northwind.example'),
  user('U0ADA', 'T0NORTH', 'Ada Park', 'ada@northwind.example'),
];
const maya = { team: 'T0ACME', user: 'U0MAYA' };
const priya = { team: 'T0ACME', user: 'U0PRIYA' };
const fake = { team: 'T0ACME', user: 'U0FAKE' };
const tom = { team: 'T0NORTH', user: 'U0TOM' };
const nina = { team: 'T0NORTH', user: 'U0NINA' };
const staff = ['U0TOM', 'U0NINA', 'U0ADA'];

let slack: SlackStandIn;
let app: App;
let driver: SlackDriver;
beforeAll(async () => {
  slack = await startSlackStandIn({ users });
  app = await startApp({
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_BOT_TOKEN: 'xoxb-test',
    SLACK_API_URL: slack.apiUrl,
  });
  driver = createSlackDriver(slack, app.running.url, SIGNING_SECRET);
});
afterAll(async () => {
  await app.close();
  await slack.close();
});

const home = (who: { team: string; user: string }) => ({ ...who, channel: slack.dm(who.user) });
const said = (userId: string) => slack.posts(slack.dm(userId)).map(({ text }) => text);
const cardsOf = (userId: string, words: string) =>
  slack.posts(slack.dm(userId)).filter(({ text }) => text.includes(words));
const shown = (post: SlackPost | undefined) => JSON.stringify(post?.blocks ?? []);

interface Pressable extends Button {
  action_id: string;
}
function buttonOf(post: SlackPost | undefined, verb: string): Pressable {
  const blocks = (post?.blocks ?? []) as { type: string; elements?: Pressable[] }[];
  const button = blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => elements ?? [])
    .find(({ action_id }) => action_id.split(':')[0] === verb);
  if (!button) throw new Error(`no button ${verb}`);
  return { action_id: button.action_id, value: button.value };
}

/** The card with these words in somebody's DM, once it is there and open. */
const openCard = (userId: string, words: string) =>
  until(() => {
    const post = cardsOf(userId, words).at(-1);
    buttonOf(post, 'approve');
    return post as SlackPost;
  });

/** What was said to one person alone, in their DM. */
const whispers = (userId: string) =>
  slack
    .callsOf('chat.postEphemeral')
    .filter(({ args }) => args['user'] === userId)
    .map(({ args }) => String(args['text']));

describe('a request over the raw Slack protocol', () => {
  it('goes from a DM to a signed, verified change, with every copy of the card and both notes in step', async () => {
    const answered = await driver.dm(maya, 'I need access to Zendesk');
    expect(answered.status).toBe(200);
    expect(await count(app, 'SELECT count(*) FROM requests')).toBe(1);

    const cards = await Promise.all(staff.map((userId) => openCard(userId, 'Zendesk')));
    expect(cards.map(({ text }) => text)).toEqual(
      staff.map(() => 'Approve? Give Maya Lopez access to Zendesk · Acme Corp · asked by Maya Lopez'),
    );
    expect(shown(cards[0])).toContain("Slack account in Acme Corp's own workspace");
    const [card] = cards;
    const clicked = await driver.click(home(tom), buttonOf(card, 'approve'), { ts: card?.ts ?? '' });
    expect(clicked.status).toBe(200);

    await until(() => expect(said('U0MAYA')).toHaveLength(3));
    expect(said('U0MAYA')).toEqual([
      expect.stringMatching(/^Hi Maya, I've got this \(ticket \d+\)\. I'm checking it now\.$/),
      expect.stringMatching(
        /^This needs a yes from your IT team\. I asked them at \d+:\d\d and will write here either way\.$/,
      ),
      'Done. You have Zendesk access. It may take 15 minutes; sign out and in once.',
    ]);
    expect(await membersOf(app, 'App - Zendesk')).toEqual([inTeams.maya.aadObjectId]);

    await until(() => {
      for (const userId of staff) {
        const [copy] = cardsOf(userId, 'Zendesk');
        expect(copy?.text).toContain('Done, approved by Tom Reed:');
        expect(shown(copy)).toContain('Approved by Tom Reed');
        expect(shown(copy)).toContain('All steps are done and verified.');
        expect(shown(copy)).not.toContain('"actions"');
        expect(cardsOf(userId, 'Zendesk')).toHaveLength(1);
      }
    });
    const edits = slack.callsOf('chat.update');
    for (const userId of staff) {
      const mine = edits.filter(({ args }) => args['channel'] === slack.dm(userId));
      expect(mine.some(({ args }) => String(args['text']).startsWith('Approved by Tom Reed:'))).toBe(true);
    }
  });

  it('has its internal note on the ticket before the effect, the outcome after it, and nothing public but the ask', async () => {
    const ticket = await ticketAbout(app, 'Zendesk');
    const notes = await until(async () => {
      const now = await notesOn(app, ticket.id);
      expect(now.internal).toHaveLength(2);
      return now;
    });
    expect(notes.internal[0]?.text).toContain('Plan: Give Maya Lopez access to Zendesk');
    expect(notes.internal[0]?.text).toContain('m365.add_group_member');
    expect(notes.internal[1]?.text).toContain('Outcome: done');
    expect(notes.public.map(({ text }) => text)).toEqual([
      expect.stringContaining('asked for help in Slack'),
    ]);
    const [add] = await writesTo(app, 'northwind-m365');
    const written = (await writesTo(app, 'northwind-connectwise')).filter((call) =>
      call.path.endsWith('/notes'),
    );
    expect(Date.parse(written[0]?.at ?? '')).toBeLessThanOrEqual(Date.parse(add?.at ?? ''));
    expect(Date.parse(written[1]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(add?.at ?? ''));
    await until(async () => expect((await ticketAbout(app, 'Zendesk')).status.name).toBe('Completed'));
  });
});

describe('an app mention', () => {
  it('opens one Request from both events, is answered in its thread, and is denied through the modal', async () => {
    const before = await count(app, 'SELECT count(*) FROM requests');
    const spot = { ...priya, channel: 'C0HELP' };
    const answers = await driver.mention(spot, 'I need access to Salesforce');
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const card = await openCard('U0TOM', 'Salesforce');
    expect(await count(app, 'SELECT count(*) FROM requests')).toBe(before + 1);

    const clicked = await driver.click(home(tom), buttonOf(card, 'deny'), { ts: card.ts });
    expect(clicked.status).toBe(200);
    const view = slack.callsOf('views.open').at(-1)?.args['view'] as Record<string, unknown>;
    const empty = await driver.submit(tom, view, { reason: '  ', message: null });
    expect(JSON.parse(empty.text)).toMatchObject({ response_action: 'errors' });
    expect(await stateOf(app, 'Priya Shah')).toBe('waiting');

    const sent = await driver.submit(tom, view, {
      reason: 'She is leaving on Friday, licence is gone',
      message: 'Please talk to your manager first.',
    });
    expect(sent.status).toBe(200);
    await until(() => expect(slack.posts('C0HELP')).toHaveLength(3));
    const thread = slack.posts('C0HELP');
    expect(new Set(thread.map(({ thread_ts }) => thread_ts))).toEqual(new Set([thread[0]?.thread_ts]));
    expect(thread[0]?.thread_ts).toBeTruthy();
    const { id } = await ticketAbout(app, 'Salesforce');
    expect(thread[2]?.text).toBe(
      `Your IT team didn't approve this. Ticket ${id} has the details. Please talk to your manager first.`,
    );
    expect(buttonOf(thread[2], 'talk_to_person').action_id).toBeTruthy();
    expect(JSON.stringify(thread)).not.toContain('leaving on Friday');
    expect(slack.posts(slack.dm('U0PRIYA'))).toEqual([]);
    await until(() => {
      for (const userId of staff) {
        const copy = cardsOf(userId, 'Salesforce').at(-1);
        expect(copy?.text).toContain('Denied by Tom Reed:');
        expect(shown(copy)).toContain('leaving on Friday');
      }
    });
    expect(await membersOf(app, 'App - Salesforce')).toEqual([]);
  });
});

describe('Slack sends the same thing again', () => {
  it('and it opens one Request', async () => {
    const before = await count(app, 'SELECT count(*) FROM requests');
    const event = {
      type: 'message',
      channel_type: 'im',
      channel: slack.dm('U0OMAR'),
      user: 'U0OMAR',
      team: 'T0ACME',
      ts: slack.newTs(),
      text: 'how do I set up the vpn',
    };
    const envelope = { event_id: 'Ev0AGAIN' };
    await Promise.all([
      driver.event('T0ACME', event, { envelope }),
      driver.event('T0ACME', event, { envelope, headers: { 'x-slack-retry-num': '1' } }),
    ]);
    await driver.event('T0ACME', event, { envelope, headers: { 'x-slack-retry-num': '2' } });
    await until(async () => expect(await stateOf(app, 'Omar Haddad')).toBe('done'));
    await until(() => expect(said('U0OMAR')).toHaveLength(2));
    expect(await count(app, 'SELECT count(*) FROM requests')).toBe(before + 1);
  });
});

describe('the slash command', () => {
  it('shows the status to the MSP and tells everybody else to write', async () => {
    const shownToTom = await driver.slash(home(tom), 'status');
    expect(shownToTom.status).toBe(200);
    expect(shownToTom.text).toContain('Status of Northwind IT');
    expect(JSON.parse(shownToTom.text)).toMatchObject({ response_type: 'ephemeral' });
    const refused = await driver.slash(home(maya), 'status');
    expect(JSON.parse(refused.text).text).toMatch(/^Commands are for your IT team\./);
  });

  it('answers an unknown word with the nearest command and its usage', async () => {
    const answer = await driver.slash(home(tom), 'aprovals');
    expect(answer.text).toContain('Did you mean approvals?');
    expect(answer.text).toContain('Usage: approvals');
  });
});

describe("somebody whose mail in a client's Slack is a technician's", () => {
  it('is an employee of that client: no command runs and no approval is theirs to give', async () => {
    await driver.dm(maya, 'please remove me from VPN Users');
    const card = await openCard('U0TOM', 'VPN Users');
    const button = buttonOf(card, 'approve');

    const slash = await driver.slash(home(fake), 'mode acme plan');
    expect(JSON.parse(slash.text).text).toMatch(/^Commands are for your IT team\./);
    await driver.dm(fake, 'stop acme');
    await driver.click(home(fake), button, { ts: card.ts });
    await until(() => expect(whispers('U0FAKE')).toEqual(['Only technicians and admins can decide this.']));

    const { rows } = await app.database.db.pool.query(
      `SELECT mode, stopped_at AS stopped FROM clients WHERE slug = 'acme'`,
    );
    expect(rows).toEqual([{ mode: 'execute', stopped: null }]);
    expect(
      await count(
        app,
        `SELECT count(*) FROM decisions d JOIN approvals a ON a.id = d.approval_id WHERE a.id = $1`,
        [JSON.parse(button.value ?? '{}').approvalId],
      ),
    ).toBe(0);
    expect(await recorded(app, 'approval.refused')).toContainEqual(
      expect.objectContaining({
        facts: expect.objectContaining({
          approvalId: JSON.parse(button.value ?? '{}').approvalId,
          why: 'not a technician',
        }),
      }),
    );
    const roles = await app.database.db.pool.query(
      `SELECT p.roles, c.slug FROM identities i JOIN persons p ON p.id = i.person_id LEFT JOIN clients c ON c.id = p.client_id WHERE i.user_id = 'U0FAKE'`,
    );
    expect(roles.rows).toEqual([{ roles: [], slug: 'acme' }]);
    expect(cardsOf('U0FAKE', 'VPN Users')).toEqual([]);
  });
});

describe('two technicians who click at once', () => {
  it('make one decision, and the one who was later is told who decided', async () => {
    const [card, other] = await Promise.all([
      openCard('U0TOM', 'VPN Users'),
      openCard('U0NINA', 'VPN Users'),
    ]);
    const button = buttonOf(card, 'approve');
    const removed = async () =>
      (await writesTo(app, 'northwind-m365')).filter(({ method }) => method === 'DELETE');
    const earlier = { tom: whispers('U0TOM').length, nina: whispers('U0NINA').length };
    await Promise.all([
      driver.click(home(tom), button, { ts: card.ts }),
      driver.click(home(nina), buttonOf(other, 'approve'), { ts: other.ts }),
    ]);
    await until(() => {
      expect(whispers('U0TOM')).toHaveLength(earlier.tom + 1);
      expect(whispers('U0NINA')).toHaveLength(earlier.nina + 1);
    });
    const heard = [whispers('U0TOM').at(-1), whispers('U0NINA').at(-1)];
    expect(heard).toContain('Approved.');
    const winner = heard[0] === 'Approved.' ? 'Tom Reed' : 'Nina Cole';
    expect(heard).toContain(`${winner} has already approved this.`);
    await until(async () => expect(await stateOf(app, 'Maya Lopez')).toBe('done'));
    expect(await removed()).toHaveLength(1);
    const { approvalId } = JSON.parse(button.value ?? '{}');
    expect(await count(app, 'SELECT count(*) FROM decisions WHERE approval_id = $1', [approvalId])).toBe(1);
    await until(() => {
      for (const userId of staff)
        expect(cardsOf(userId, 'VPN Users').at(-1)?.text).toContain(`Done, approved by ${winner}:`);
    });
  });
});

describe('what is not from Slack', () => {
  it('gets 401, 400 or 413 and opens nothing', async () => {
    const before = await count(app, 'SELECT count(*) FROM messages');
    const body = JSON.stringify({ type: 'event_callback', team_id: 'T0ACME', event: { type: 'message' } });
    const json = 'application/json';
    expect((await driver.post(body, json, { signature: 'v0=00' })).status).toBe(401);
    expect((await driver.post(body, json, { signature: null })).status).toBe(401);
    expect((await driver.post(body, json, { timestamp: 1_700_000_000 })).status).toBe(401);
    expect((await driver.post('{', json)).status).toBe(400);
    expect((await driver.post(JSON.stringify({ pad: 'x'.repeat(2_000_000) }), json)).status).toBe(413);
    expect(await count(app, 'SELECT count(*) FROM messages')).toBe(before);
  });
});
