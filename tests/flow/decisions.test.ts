import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectors } from '../../connectors/index.ts';
import { createVault } from '../../engine/secrets.ts';
import { applySettings } from '../../engine/settings/apply.ts';
import type { Posted, TeamsPerson } from '../stand-ins/bot-framework.ts';
import { findAction, people, startApp, type App } from './app.ts';
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

let app: App;
beforeAll(async () => {
  app = await startApp();
  for (const who of [people.tom, people.nina, people.ada]) await app.say(who, 'status');
  await app.settled();
});
afterAll(() => app.close());

interface Button {
  approvalId: string;
  digest: string;
}
const signers = [people.tom, people.nina, people.ada];

/** Asks, and gives what the Approve button on Tom's card carries. */
async function ask(who: TeamsPerson, text: string): Promise<Button> {
  const cards = () => app.heard(people.tom).filter((each) => findAction(each.activity, 'approve'));
  const before = cards().length;
  await app.say(who, text);
  await until(async () => {
    expect(cards().length).toBeGreaterThan(before);
    expect(await stateOf(app, who.name)).toBe('waiting');
  });
  await app.settled();
  return findAction(cards().at(-1)?.activity, 'approve') as unknown as Button;
}

const approve = (who: TeamsPerson, button: Button) => app.click(who, 'approve', { ...button });
const deny = (who: TeamsPerson, button: Button, more: Record<string, string>) =>
  app.click(who, 'deny', { ...button, ...more });

/** What the clicker is shown, whether words or a card. */
const shown = (answer: { value: unknown }) => JSON.stringify(answer.value);
const decisionsOn = (button: Button) =>
  count(app, 'SELECT count(*) FROM decisions WHERE approval_id = $1', [button.approvalId]);
const cardOf = (who: TeamsPerson, words: string): Posted | undefined =>
  app.heard(who).findLast((each) => {
    const text = JSON.stringify(each.activity);
    return text.includes(words) && text.includes('Plan ');
  });
const refusals = async (button: Button) =>
  (await recorded(app, 'approval.refused')).filter(({ facts }) => facts['approvalId'] === button.approvalId);
/** Everything that people outside of the MSP can read: their chats, and every public note. */
async function saidOutside(): Promise<string> {
  const inside = new Set(signers.map((each) => `a:${each.aadObjectId}`));
  const posted = app.teams.calls.filter(
    (call) =>
      call.method !== 'GET' && ![...inside].some((chat) => call.path.includes(encodeURIComponent(chat))),
  );
  const notes = (await connectwise(app)).notes.filter((each) => each.detailDescriptionFlag);
  return JSON.stringify([posted.map(({ body }) => body), notes]);
}

describe('a denial', () => {
  const reason = 'Her contract ends on Friday';

  it('tells the employee the message meant for them and keeps the internal reason inside', async () => {
    const button = await ask(people.maya, 'I need access to Zendesk');
    expect(await shown(await deny(people.tom, button, { message: 'x' }))).toContain('Please say why.');
    expect(await decisionsOn(button)).toBe(0);

    const answer = await deny(people.tom, button, { reason, message: 'Please ask Priya first.' });
    expect(shown(answer)).toContain('Denied by Tom Reed');
    await app.settled();
    const { id } = await ticketAbout(app, 'Zendesk');
    const last = app.heard(people.maya).at(-1);
    expect(JSON.stringify(last?.activity)).toContain(
      `Your IT team didn't approve this. Ticket ${id} has the details.`,
    );
    expect(JSON.stringify(last?.activity)).toContain('Please ask Priya first.');
    const outside = await saidOutside();
    expect(outside).toContain('Please ask Priya first.');
    expect(outside).toContain('I need access to Zendesk');
    expect(outside).not.toContain('contract ends');

    for (const who of signers) {
      const card = JSON.stringify(cardOf(who, 'Zendesk')?.activity);
      expect(card).toContain('Denied by Tom Reed');
      expect(card).toContain(reason);
      expect(card).not.toContain('"approve"');
    }
    const notes = await notesOn(app, id);
    expect(notes.internal.at(-1)?.text).toContain('Outcome: denied');
    expect(notes.internal.at(-1)?.text).toContain(reason);
    expect(notes.internal.at(-1)?.text).toContain('Tom Reed');
    expect(await stateOf(app, 'Maya Lopez')).toBe('denied');
    const ticket = await ticketAbout(app, 'Zendesk');
    expect([ticket.status.name, ticket.closedFlag]).toEqual(['Needs Technician', false]);
    expect(await membersOf(app, 'App - Zendesk')).toEqual([]);
    expect(await writesTo(app, 'northwind-m365')).toEqual([]);
    expect(JSON.stringify(await recorded(app, 'approval.deny'))).not.toContain('contract');
  });

  it('leaves a way to talk to someone, and the technicians hear of it', async () => {
    const button = findAction(app.heard(people.maya).at(-1)?.activity, 'talk_to_person');
    expect(button).not.toBeNull();
    const strange = await app.click(people.omar, 'talk_to_person', button ?? {});
    expect(shown(strange)).toContain('Only the person who asked can do that.');
    const answer = await app.click(people.maya, 'talk_to_person', button ?? {});
    expect(shown(answer)).toContain("I've asked your IT team to get in touch.");
    await app.click(people.maya, 'talk_to_person', button ?? {});
    await app.settled();
    const { id } = await ticketAbout(app, 'Zendesk');
    for (const who of signers) {
      const alerts = app
        .heard(who)
        .filter((each) => JSON.stringify(each.activity).includes('An employee asks to talk to someone'));
      expect(alerts).toHaveLength(1);
      expect(alerts[0]?.activity.summary).toBe(
        `An employee asks to talk to someone · Acme Corp · Maya Lopez: I need access to Zendesk · ticket ${id}`,
      );
    }
    expect(app.texts(people.maya).filter((text) => text.startsWith('This needs a person.'))).toHaveLength(1);
  });

  it('without a message says what is always said', async () => {
    const button = await ask(people.maya, 'I need access to Salesforce');
    await deny(people.nina, button, { reason });
    await app.settled();
    const { id } = await ticketAbout(app, 'Salesforce');
    expect(JSON.stringify(app.heard(people.maya).at(-1)?.activity)).toContain(
      `"text":"Your IT team didn't approve this. Ticket ${id} has the details."`,
    );
    expect(await saidOutside()).not.toContain('contract ends');
  });

  it('stands: a click on the decided card says who decided, and nothing runs', async () => {
    const button = await until(async () => {
      const { rows } = await app.database.db.pool.query<Button>(
        `SELECT id AS "approvalId", digest FROM approvals ORDER BY created_at DESC LIMIT 1`,
      );
      return rows[0] as Button;
    });
    const late = await approve(people.tom, button);
    expect(shown(late)).toContain('Denied by Nina Cole');
    expect((await refusals(button)).map(({ facts }) => facts['why'])).toEqual(['already denied']);
    expect(await writesTo(app, 'northwind-m365')).toEqual([]);
  });
});

describe('an approval that nobody answers', () => {
  let button: Button;

  it('expires with an apology and a way to ask again, and the technicians are told', async () => {
    button = await ask(people.priya, 'I need access to Zendesk');
    await app.database.db.pool.query(
      `UPDATE approvals SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`,
      [button.approvalId],
    );
    await until(async () => expect(await stateOf(app, 'Priya Shah')).toBe('expired'));
    await app.settled();
    const last = app.heard(people.priya).at(-1);
    expect(JSON.stringify(last?.activity)).toContain(
      `"text":"Nobody answered in time, and that's on us. Please ask again."`,
    );
    expect(findAction(last?.activity, 'ask_again')).not.toBeNull();
    for (const who of signers) {
      const texts = app.heard(who).map((each) => JSON.stringify(each.activity));
      expect(texts.filter((text) => text.includes('Nobody answered in time'))).toHaveLength(1);
      expect(JSON.stringify(cardOf(who, 'Priya')?.activity)).toContain('nobody decided in time');
    }
    const { id } = await ticketAbout(app, 'Priya');
    expect((await notesOn(app, id)).internal.at(-1)?.text).toContain('Outcome: expired');
  });

  it('answers a click that comes too late, and runs nothing', async () => {
    const late = await approve(people.tom, button);
    expect(shown(late)).toContain('nobody decided in time');
    expect(await decisionsOn(button)).toBe(0);
    expect(await writesTo(app, 'northwind-m365')).toEqual([]);
  });

  it('is asked anew by the button, once, and by nobody else', async () => {
    const again = findAction(app.heard(people.priya).at(-1)?.activity, 'ask_again') ?? {};
    const before = await count(app, 'SELECT count(*) FROM requests');
    expect(shown(await app.click(people.omar, 'ask_again', again))).toContain('Only the person who asked');
    await app.click(people.priya, 'ask_again', again);
    await app.click(people.priya, 'ask_again', again);
    await until(async () => expect(await stateOf(app, 'Priya Shah')).toBe('waiting'));
    await app.settled();
    expect(await count(app, 'SELECT count(*) FROM requests')).toBe(before + 1);
    const fresh = findAction(cardOf(people.tom, 'Priya')?.activity, 'approve') as unknown as Button;
    expect(fresh.approvalId).not.toBe(button.approvalId);
    expect((await approve(people.ada, fresh)).statusCode).toBe(200);
    await app.settled();
    expect(app.texts(people.priya).at(-1)).toMatch(/^Done\. You have Zendesk access\./);
  });

  it('is too late by the clock alone, before any sweep has seen it', async () => {
    const open = await ask(people.priya, 'please remove me from Finance');
    await app.database.db.pool.query(`UPDATE approvals SET expires_at = clock_timestamp() WHERE id = $1`, [
      open.approvalId,
    ]);
    const late = await approve(people.tom, open);
    expect(shown(late)).toMatch(/expired/i);
    expect(await decisionsOn(open)).toBe(0);
    await until(async () => expect(await stateOf(app, 'Priya Shah')).toBe('expired'));
    await app.settled();
  });

  it('asked anew, is asked in the mode of today', async () => {
    const again = findAction(app.heard(people.priya).at(-1)?.activity, 'ask_again') ?? {};
    const heard = app.heard(people.priya).length;
    await app.database.db.pool.query(`UPDATE clients SET mode = 'plan' WHERE slug = 'acme'`);
    await app.click(people.priya, 'ask_again', again);
    await until(async () => expect(await stateOf(app, 'Priya Shah')).toBe('observed'));
    await app.settled();
    expect(app.heard(people.priya)).toHaveLength(heard);
    await app.database.db.pool.query(`UPDATE clients SET mode = 'execute' WHERE slug = 'acme'`);
  });
});

describe("a request about somebody else's account", () => {
  it('goes to a person, with the reason in the note and the very words to the employee', async () => {
    const written = (await writesTo(app, 'northwind-m365')).length;
    await app.say(people.maya, 'Omar needs access to Salesforce');
    await until(async () => expect(await stateOf(app, 'Maya Lopez')).toBe('handed_off'));
    await app.settled();
    const { id, status } = await ticketAbout(app, 'Omar needs');
    expect(app.texts(people.maya).at(-1)).toBe(
      `This needs a person. I've passed on everything, so you won't have to repeat it. Your ticket is ${id}.`,
    );
    const notes = await notesOn(app, id);
    expect(notes.internal).toHaveLength(1);
    expect(notes.internal[0]?.text).toContain('Why a person');
    expect(notes.internal[0]?.text).toMatch(/somebody else/i);
    expect(notes.public).toHaveLength(1);
    expect(status.name).toBe('Needs Technician');
    expect(await writesTo(app, 'northwind-m365')).toHaveLength(written);
  });

  /** Any planner may be wrong about who may ask for whom, so this one always is. */
  async function whilePlanned(name: string, userId: string, run: () => Promise<void>): Promise<void> {
    const { house } = app.running;
    const embedded = house.planner;
    const groups = await groupsOfAcme();
    house.planner = {
      name: 'careless 1',
      propose: async () => ({
        kind: 'steps',
        title: `Give ${name} access to Salesforce`,
        diagnosis: [],
        done: `${name} has Salesforce access.`,
        steps: [
          {
            tool: 'm365.add_group_member',
            args: { userId, groupId: groups['App - Salesforce'] },
            origins: { userId: 'directory', groupId: 'directory' },
          },
        ],
      }),
    };
    await run().finally(() => void (house.planner = embedded));
  }
  const groupsOfAcme = async () => {
    const graph = (await app.sandbox('northwind-m365')) as unknown as Record<
      string,
      { groups: { id: string; displayName: string }[] }
    >;
    const groups = graph[people.maya.tenantId]?.groups ?? [];
    return Object.fromEntries(groups.map(({ id, displayName }) => [displayName, id]));
  };

  it('goes to a person even when a planner plans it', async () => {
    await whilePlanned('Omar Haddad', people.omar.aadObjectId, async () => {
      await app.say(people.maya, 'give my colleague what he needs');
      await until(async () => expect(await stateOf(app, 'Maya Lopez')).toBe('handed_off'));
      await app.settled();
    });
    const { id } = await ticketAbout(app, 'my colleague');
    expect((await notesOn(app, id)).internal.map(({ text }) => text)).toEqual([
      expect.stringContaining("asks for a change to Omar Haddad's account and is not their manager."),
    ]);
    expect(app.texts(people.maya).at(-1)).toMatch(/^This needs a person\./);
  });

  it('is theirs to ask when they are the manager, and still a technician signs', async () => {
    await whilePlanned('Maya Lopez', people.maya.aadObjectId, async () => {
      const button = await ask(people.priya, 'Maya is to have it');
      expect(shown(await approve(people.priya, button))).toContain(
        'Only technicians and admins can decide this.',
      );
      expect((await approve(people.tom, button)).statusCode).toBe(200);
      await app.settled();
    });
    expect(await membersOf(app, 'App - Salesforce')).toContain(people.maya.aadObjectId);
    expect(app.texts(people.priya).at(-1)).toBe('Done. Maya Lopez has Salesforce access.');
  });
});

describe('technicians who click at once', () => {
  it('make one decision between them, both see who decided, and the vendor is called once', async () => {
    const button = await ask(people.maya, 'please remove me from VPN Users');
    const before = (await writesTo(app, 'northwind-m365')).length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) => approve(place % 2 === 0 ? people.tom : people.nina, button)),
    );
    await app.settled();
    const { rows } = await app.database.db.pool.query<{ name: string }>(
      'SELECT p.name FROM decisions d JOIN persons p ON p.id = d.person_id WHERE d.approval_id = $1',
      [button.approvalId],
    );
    expect(rows).toHaveLength(1);
    const winner = rows[0]?.name ?? '';
    expect(['Tom Reed', 'Nina Cole']).toContain(winner);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(200);
      expect(shown(answer)).toContain(`Approved by ${winner}`);
    }
    for (const who of signers)
      expect(JSON.stringify(cardOf(who, 'VPN Users')?.activity)).toContain(`Approved by ${winner}`);
    expect(await writesTo(app, 'northwind-m365')).toHaveLength(before + 1);
    expect(await membersOf(app, 'VPN Users')).not.toContain(people.maya.aadObjectId);
    expect(app.texts(people.maya).filter((text) => text.startsWith('Done.'))).toHaveLength(1);
    expect((await refusals(button)).map(({ facts }) => facts['why'])).toEqual(
      Array.from({ length: 19 }, () => 'already approved'),
    );
  });

  it('when one denies and the other approves, one of them counts', async () => {
    const button = await ask(people.maya, 'please add me to VPN Users');
    await Promise.all([
      approve(people.tom, button),
      deny(people.nina, button, { reason: 'not now' }),
      approve(people.ada, button),
    ]);
    await app.settled();
    const { rows } = await app.database.db.pool.query<{ answer: string }>(
      'SELECT answer FROM decisions WHERE approval_id = $1',
      [button.approvalId],
    );
    expect(rows).toHaveLength(1);
    const approved = rows[0]?.answer === 'approve';
    expect((await membersOf(app, 'VPN Users')).includes(people.maya.aadObjectId)).toBe(approved);
    expect(await stateOf(app, 'Maya Lopez')).toBe(approved ? 'done' : 'denied');
  });
});

describe('those who may not decide', () => {
  let button: Button;
  beforeAll(async () => {
    button = await ask(people.lena, 'I need access to Salesforce');
  });

  const untouched = async (why: string) => {
    expect(await decisionsOn(button)).toBe(0);
    expect(await stateOf(app, 'Lena Fox')).toBe('waiting');
    expect((await refusals(button)).at(-1)?.facts['why']).toBe(why);
  };

  it('an employee with a forged action: refused and recorded', async () => {
    const answer = await approve(people.omar, button);
    expect(shown(answer)).toContain('Only technicians and admins can decide this.');
    await untouched('not a technician');
    const { rows } = await app.database.db.pool.query<{ id: string }>(
      `SELECT id FROM persons WHERE mail = 'omar@acme.example'`,
    );
    expect((await refusals(button)).at(-1)?.actor).toBe(rows[0]?.id);
    expect(shown(answer)).not.toContain(button.digest);
  });

  it('the requester in their own chat', async () => {
    expect(shown(await approve(people.lena, button))).toContain(
      'Only technicians and admins can decide this.',
    );
    await untouched('not a technician');
  });

  it('the requester who is a technician too', async () => {
    const lenaAtNorthwind = {
      ...people.tom,
      aadObjectId: '99999999-0000-4000-8000-000000000009',
      name: 'Lena Fox',
    };
    await app.database.db.pool.query(
      `WITH person AS (
         INSERT INTO persons (id, msp_id, name, mail, roles) SELECT 'per_lena_too', id, 'Lena Fox', 'lena@acme.example', '{msp_technician}' FROM msps RETURNING id, msp_id
       ) INSERT INTO identities (id, msp_id, person_id, channel, workspace, user_id, via)
         SELECT 'idn_lena_too', msp_id, id, 'teams', $1, $2, 'settings' FROM person`,
      [lenaAtNorthwind.tenantId, lenaAtNorthwind.aadObjectId],
    );
    expect(shown(await approve(lenaAtNorthwind, button))).toContain(
      'You cannot sign a plan that is for yourself. Somebody else has to.',
    );
    await untouched('requester or subject');
    await app.database.db.pool.query(
      `WITH gone AS (DELETE FROM identities WHERE id = 'idn_lena_too') DELETE FROM persons WHERE id = 'per_lena_too'`,
    );
  });

  it("a guest in the MSP's tenant, and a stranger to it", async () => {
    const guest = { ...people.tom, aadObjectId: '99999999-0000-4000-8000-0000000000aa', name: 'Gil Guest' };
    expect(shown(await approve(guest, button))).toContain('I do not know you here');
    await untouched('unknown person');
    const stranger = { ...people.tom, tenantId: '77777777-7777-4777-8777-777777777777' };
    expect(shown(await approve(stranger, button))).toContain('There is nothing here that you can decide.');
    await untouched('unknown person');
  });

  it('another plan than the one that was shown', async () => {
    const forged = { ...button, digest: 'f'.repeat(64) };
    expect(shown(await approve(people.tom, forged))).toContain(
      'This is not the plan that was asked about, so nothing was decided.',
    );
    await untouched('digest differs');
  });

  it("another MSP's technician", async () => {
    const other = readFileSync(join(import.meta.dirname, 'southwind.yaml'), 'utf8');
    await applySettings(
      { db: app.database.db, vault: createVault(new Uint8Array(32).fill(7)), connectors },
      other,
      { secret: () => undefined },
    );
    const sam: TeamsPerson = {
      tenantId: '88888888-8888-4888-8888-888888888888',
      aadObjectId: '88888888-0000-4000-8000-000000000001',
      name: 'Sam South',
    };
    const answer = await approve(sam, button);
    expect(shown(answer)).toContain('There is nothing here that you can decide.');
    expect(shown(answer)).not.toContain('Lena');
    expect(await decisionsOn(button)).toBe(0);
    expect(await stateOf(app, 'Lena Fox')).toBe('waiting');
    const { rows } = await app.database.db.pool.query<{ slug: string }>(
      `SELECT m.slug FROM activity a JOIN msps m ON m.id = a.msp_id WHERE a.body LIKE '%unknown approval%'`,
    );
    expect(rows).toEqual([{ slug: 'southwind' }]);
  });

  it('leave it open for those who may', async () => {
    expect((await approve(people.nina, button)).statusCode).toBe(200);
    await app.settled();
    expect(app.texts(people.lena).at(-1)).toMatch(/^Done\. You have Salesforce access\./);
  });
});
