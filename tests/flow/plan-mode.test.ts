import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TeamsPerson } from '../stand-ins/bot-framework.ts';
import { people, startApp, type App } from './app.ts';
import {
  connectwise,
  count,
  membersOf,
  notesOn,
  recorded,
  stateOf,
  ticketAbout,
  until,
  writesTo,
} from './seen.ts';

const birch = people.ben.tenantId;

let app: App;
beforeAll(async () => {
  app = await startApp();
  // From here on the bot has somewhere to write, so that silence is a choice.
  for (const who of [people.tom, people.nina, people.ada]) await command(who, 'status');
});
afterAll(() => app.close());

/** What somebody is answered to a command line. */
async function command(who: TeamsPerson, line: string): Promise<string> {
  await app.settled();
  const before = app.heard(who).length;
  await app.say(who, line);
  return until(() => {
    const answer = app.heard(who)[before];
    if (!answer) throw new Error(`no answer to ${line}`);
    return typeof answer.activity.text === 'string'
      ? answer.activity.text
      : JSON.stringify(answer.activity.attachments);
  });
}

const approvals = () => count(app, 'SELECT count(*) FROM approvals');
const writesToM365 = async () => (await writesTo(app, 'northwind-m365')).length;

/** Asks in plan mode and gives the one note, having held that nobody saw or felt a thing. */
async function observe(who: TeamsPerson, text: string, words: string): Promise<string> {
  const posted = app.teams.state.posted.length;
  const [asked, written] = [await approvals(), await writesToM365()];
  await app.say(who, text);
  await until(async () => expect(await stateOf(app, who.name)).toBe('observed'));
  await app.settled();
  expect(app.teams.state.posted).toHaveLength(posted);
  expect(await approvals()).toBe(asked);
  expect(await writesToM365()).toBe(written);
  const ticket = await ticketAbout(app, words);
  const notes = await notesOn(app, ticket.id);
  expect(notes.internal).toHaveLength(1);
  expect(notes.public).toEqual([expect.objectContaining({ text: expect.stringContaining(text) })]);
  expect(ticket.status.name).toBe('New');
  return notes.internal[0]?.text ?? '';
}

describe('a client in plan mode', () => {
  it('gets one internal note with the diagnosis, the tools in order and the expected outcome, and then nothing', async () => {
    const note = await observe(people.ben, 'I need access to Zendesk', 'Zendesk');
    expect(note).toContain('Plan only: nothing was or will be run');
    expect(note).toContain('Give Ben Ito access to Zendesk');
    expect(note).toContain('Diagnosis');
    expect(note).toContain('not in App - Zendesk');
    expect(note).toContain('Steps, in order');
    expect(note).toContain('m365.add_group_member');
    expect(note).toContain('Expected outcome');
    expect(note).toContain('You have Zendesk access.');
    expect(await membersOf(app, 'App - Zendesk', birch)).toEqual([]);
    const { rows } = await app.database.db.pool.query('SELECT state FROM plans');
    expect(rows).toEqual([{ state: 'observed' }]);
  });

  it('gets an answer, a question and a hand-off only as a note too', async () => {
    expect(await observe(people.ben, 'how do I use the reception printer', 'printer')).toContain(
      'The answer that would have been given',
    );
    expect(await observe(people.ben, 'I need access to an app', 'an app')).toContain(
      'The question that would have been asked',
    );
    expect(await observe(people.ben, 'the coffee machine is on fire', 'coffee')).toContain(
      'Why a person would have got this',
    );
  });

  it('is in it by what it inherits from the MSP', async () => {
    const note = await observe(people.carol, 'I need access to Clio', 'Clio');
    expect(note).toContain('Give Carol Diaz access to Clio');
  });
});

describe('the mode command', () => {
  it('is refused to a technician, in a sentence that names whom to ask', async () => {
    expect(await command(people.tom, 'mode birch execute')).toBe(
      'Only an admin can change that. Ask Ada Park.',
    );
    expect(await count(app, `SELECT count(*) FROM clients WHERE slug = 'birch' AND mode = 'plan'`)).toBe(1);
  });

  it('counts from the next request on and leaves earlier ones as they ended', async () => {
    expect(await command(people.ada, 'mode birch execute')).toBe(
      'Birch Dental is now in mode execute: plans are signed and run. It was plan. This counts from the next request on.',
    );
    expect(await recorded(app, 'mode.changed')).toMatchObject([
      { facts: { before: 'plan', mode: 'execute' } },
    ]);
    await app.settled();
    expect(await approvals()).toBe(0);
    expect(app.heard(people.ben)).toEqual([]);

    await app.say(people.ben, 'I need access to Dentally');
    const button = await app.approvalFor(people.tom);
    await command(people.ada, 'mode');
    expect((await app.click(people.tom, 'approve', button)).statusCode).toBe(200);
    await app.settled();
    expect(app.texts(people.ben).at(-1)).toMatch(/^Done\. You have Dentally access\./);
    expect(await membersOf(app, 'App - Dentally', birch)).toEqual([people.ben.aadObjectId]);
    expect(await membersOf(app, 'App - Zendesk', birch)).toEqual([]);
  });

  it('set back, silences the next request again', async () => {
    await command(people.ada, 'mode birch plan');
    await observe(people.ben, 'please remove me from Reception', 'Reception');
  });
});

describe('the policy command', () => {
  it('is refused to a technician', async () => {
    expect(await command(people.nina, 'policy acme m365.add_group_member auto')).toBe(
      'Only an admin can change that. Ask Ada Park.',
    );
  });

  it('lets a tool run by itself, shows it, and takes it back', async () => {
    expect(await command(people.ada, 'policy acme m365.add_group_member auto')).toBe(
      'm365.add_group_member now runs by itself for Acme Corp (set for this client).',
    );
    expect(await command(people.tom, 'policy acme m365.add_group_member')).toContain(
      'auto (set for this client)',
    );
    const before = await approvals();
    await app.say(people.maya, 'I need access to Zendesk');
    await until(() => expect(app.texts(people.maya).at(-1)).toMatch(/^Done\. You have Zendesk access\./));
    expect(await approvals()).toBe(before);
    expect(app.texts(people.maya)).toHaveLength(2);
    expect(await membersOf(app, 'App - Zendesk')).toEqual([people.maya.aadObjectId]);
    expect(await command(people.ada, 'policy acme m365.add_group_member inherit')).toBe(
      "m365.add_group_member now needs a signature for Acme Corp (the tool's default).",
    );
  });

  it('hides a disabled tool from planning: the request goes to a person', async () => {
    await command(people.ada, 'policy acme m365.add_group_member disabled');
    await app.say(people.priya, 'I need access to Salesforce');
    await until(async () => expect(await stateOf(app, 'Priya Shah')).toBe('handed_off'));
    await app.settled();
    expect(app.texts(people.priya).at(-1)).toMatch(/^This needs a person\./);
    expect(await membersOf(app, 'App - Salesforce')).toEqual([]);
    await command(people.ada, 'policy acme m365.add_group_member inherit');
  });
});

describe('stop and resume', () => {
  it('any technician stops a client; what comes then goes to a person', async () => {
    expect(await command(people.tom, 'stop acme')).toBe(
      'Stopped. No further step runs for Acme Corp until an admin writes: resume Acme Corp <reason>',
    );
    expect(await command(people.ada, 'status')).toContain('Acme Corp is stopped since');
    const written = await writesToM365();
    await app.say(people.lena, 'I need access to Salesforce');
    await until(async () => expect(await stateOf(app, 'Lena Fox')).toBe('handed_off'));
    await app.settled();
    expect(app.texts(people.lena).at(-1)).toMatch(/^This needs a person\./);
    expect(await writesToM365()).toBe(written);
  });

  it('only an admin resumes, and only with a reason', async () => {
    expect(await command(people.tom, 'resume acme all is well')).toBe(
      'Only an admin can change that. Ask Ada Park.',
    );
    expect(await command(people.ada, 'resume acme')).toContain('resume needs a reason');
    expect(await count(app, 'SELECT count(*) FROM clients WHERE stopped_at IS NOT NULL')).toBe(1);
    expect(await command(people.ada, 'resume acme the vendor is back')).toBe(
      'Steps for Acme Corp may run again.',
    );
    expect(await count(app, 'SELECT count(*) FROM clients WHERE stopped_at IS NOT NULL')).toBe(0);
    expect((await recorded(app, 'work.resumed')).length).toBe(1);

    await app.say(people.lena, 'I need access to Salesforce');
    await until(async () => expect(await stateOf(app, 'Lena Fox')).toBe('waiting'));
  });
});

describe('an unknown word', () => {
  it('is answered with the nearest command and how it is written', async () => {
    const answer = await command(people.ada, 'stauts');
    expect(answer).toContain('I don\'t know "stauts". Did you mean status?');
    expect(answer).toContain('Usage: status');
  });

  it('changes nothing even when a setting is meant', async () => {
    expect(await command(people.ada, 'mode birch exceute')).toContain('Did you mean execute?');
    expect(await count(app, `SELECT count(*) FROM clients WHERE slug = 'birch' AND mode = 'plan'`)).toBe(1);
  });
});

describe('what was said in commands', () => {
  it('opened no ticket and no Request', async () => {
    const { tickets } = await connectwise(app);
    expect(tickets.filter(({ summary }) => /^(Tom|Ada|Nina)\b/.test(summary))).toEqual([]);
    expect(
      await count(app, 'SELECT count(*) FROM requests r WHERE r.workspace = $1', [people.ada.tenantId]),
    ).toBe(0);
  });
});
