import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../bot/card.ts';
import { runCommand } from '../../bot/commands/run.ts';
import type { Sender } from '../../engine/domain.ts';
import { issueClaimCode } from '../../engine/settings/claims.ts';
import { applySettings } from '../../engine/settings/apply.ts';
import { findKnown } from '../../engine/store/people.ts';
import {
  ada,
  adaInTeams,
  clientId,
  emptyHouse,
  maya,
  noSecrets,
  personId,
  practice,
  tom,
  type Practice,
} from '../practice.ts';

let house: Practice;
beforeEach(async () => {
  house = await practice();
});
afterEach(() => house.close());

function wordsOf(card: Card | null): string {
  if (!card) return '';
  const blocks = card.blocks.map((block) => {
    if (block.type === 'text' || block.type === 'mark') return block.text;
    return block.type === 'facts' ? block.facts.map(({ name, value }) => `${name}: ${value}`).join('\n') : '';
  });
  return [card.title, ...blocks].filter((line) => line !== '').join('\n');
}
const say = async (sender: Sender, line: string) => wordsOf(await runCommand(house, sender, line));

describe('who is answered', () => {
  it('a client’s employee is not: their words are an ordinary message', async () => {
    for (const line of [
      'help',
      'status',
      'I need access to Zendesk',
      'claim expenses',
      'claim re-imbursements',
    ])
      expect(await runCommand(house, maya, line)).toBeNull();
  });

  it('a workspace that belongs to nobody is not either', async () => {
    expect(await runCommand(house, { ...maya, workspace: 'T0NOBODY' }, 'status')).toBeNull();
  });

  it('staff are, in Slack and in Teams alike', async () => {
    expect(await say(ada, 'mode')).toBe(await say(adaInTeams, 'mode'));
    expect(await say(tom, 'mode')).toContain('Acme Corp: execute');
  });

  it('somebody of the Msp without a role is told so, and whom to ask', async () => {
    const pat = { ...tom, userId: 'U0PAT', name: 'Pat', mail: 'pat@northwind.example' };
    expect(await say(pat, 'mode acme plan')).toBe(
      'Commands are for technicians and admins of Northwind IT. Ask Ada Park.',
    );
    expect(await findKnown(house.db, maya)).toMatchObject({ clientMode: 'execute' });
  });

  it('a guest in the Msp’s own workspace is not staff, even with the user id of an admin', async () => {
    expect(await say({ ...ada, outsider: true }, 'mode acme plan')).toMatch(/^Commands are for technicians/);
  });

  it('staff whom the settings name by mail alone are known from their first words on', async () => {
    const file =
      'msp: { slug: northwind, name: Northwind IT, mode: plan, people: [{ name: Zoe, mail: zoe@northwind.example, roles: [msp_technician] }, { name: Ada Park, mail: ada@northwind.example, roles: [msp_admin] }] }';
    await applySettings(house, file, { secret: noSecrets });
    expect(
      await say({ ...tom, userId: 'U0ZOE', name: 'Zoe', mail: 'zoe@northwind.example' }, 'stop acme'),
    ).toMatch(/^Stopped\./);
  });

  it('an employee of a client whose mail was set to a technician’s gains nothing', async () => {
    expect(
      await runCommand(house, { ...maya, userId: 'U0FAKE', mail: 'tom@northwind.example' }, 'stop acme'),
    ).toBeNull();
  });
});

describe('what is answered', () => {
  it('an unknown word gets the nearest command and its usage', async () => {
    expect(await say(ada, 'staus')).toBe('I don\'t know "staus". Did you mean status?\nUsage: status');
    expect(await say(ada, 'mode acme exeucte')).toMatch(/Did you mean execute\?\nUsage: mode \[client\]/);
  });

  it('help names every command, and one with its usage', async () => {
    const text = await say(ada, 'help');
    for (const noun of [
      'help',
      'status',
      'claim',
      'mode',
      'policy',
      'approvals',
      'activity',
      'stop',
      'resume',
    ])
      expect(text).toContain(`\n${noun}`);
    expect(await say(ada, 'help resume')).toContain('resume [client] <reason...>');
  });

  it('mode changes what the next request sees, and says so', async () => {
    expect(await say(ada, 'mode birch execute')).toBe(
      'Birch Dental is now in mode execute: plans are signed and run. It was plan. This counts from the next request on.',
    );
    expect(await say(ada, 'mode birch')).toContain('Birch Dental: execute');
    expect(await say(ada, 'mode birch execute')).toMatch(/already is in mode execute/);
    expect(await say(tom, 'mode birch plan')).toBe('Only an admin can change that. Ask Ada Park.');
    expect(await say(ada, 'mode Cedar Legal')).toContain('Cedar Legal: inherit (plan)');
  });

  it('policy shows where each setting comes from, and refuses what a tool rules out', async () => {
    expect(await say(ada, 'policy acme m365.add_group_member auto')).toBe(
      'm365.add_group_member now runs by itself for Acme Corp (set for this client).',
    );
    expect(await say(tom, 'policy acme m365.add_group_member')).toContain('auto (set for this client)');
    expect(await say(ada, 'policy acme m365.enable_sign_in auto')).toMatch(
      /high risk and never runs by itself/,
    );
    expect(await say(ada, 'policy m365.add_group_member disabled')).toMatch(
      /is switched off \(set for the whole MSP\)/,
    );
    expect(await say(ada, 'policy acme m365.add_group_member auto')).toMatch(
      /but the MSP has disabled this tool everywhere/,
    );
    const listing = await say(tom, 'policy acme');
    expect(listing.indexOf('m365.revoke_sessions')).toBeLessThan(listing.indexOf('m365.list_user_groups'));
  });

  it('a client that is not there gets the nearest', async () => {
    expect(await say(ada, 'activity acne')).toBe('There is no client "acne". Did you mean acme?');
  });

  it('stop is for every technician, resume for admins with a reason, and status shows both', async () => {
    expect(await say(tom, 'stop acme')).toBe(
      'Stopped. No further step runs for Acme Corp until an admin writes: resume Acme Corp <reason>',
    );
    expect(await say(tom, 'status')).toMatch(/Acme Corp is stopped since .+, by Tom Reed\./);
    expect(await say(tom, 'resume Acme Corp all is well')).toBe(
      'Only an admin can change that. Ask Ada Park.',
    );
    expect(await say(ada, 'resume acme')).toMatch(/resume needs a reason/);
    expect(await say(ada, 'resume Acme Corp all is well')).toBe('Steps for Acme Corp may run again.');
    expect(await say(ada, 'status')).not.toMatch(/stopped/);
    expect(await say(tom, 'activity acme')).toMatch(
      /Ada Park let steps run again\.\n.*Tom Reed stopped all steps\./,
    );
  });

  it('approvals lists what waits, with client, requester, code and end', async () => {
    expect(await say(tom, 'approvals')).toBe('Nothing waits for a signature.');
    await openApproval();
    expect(await say(tom, 'approvals')).toMatch(
      /^1 approval waits\nGive Maya Lopez access to Zendesk\nAcme Corp · asked by Maya Lopez · code K7QX9P\nWaits for a technician until \w{3} \d+ \w{3,4}, \d+:\d\d$/,
    );
    expect(await say(tom, 'status')).toContain('Open approvals: 1');
  });

  it('every card has a push text that stands by itself', async () => {
    for (const line of ['help', 'status', 'mode', 'policy', 'approvals', 'activity', 'nonsense'])
      expect((await runCommand(house, ada, line))?.push).not.toBe('');
  });
});

async function openApproval(): Promise<void> {
  const place = { mspId: house.mspId, clientId: await clientId(house, 'acme') };
  const request = {
    ...place,
    id: 'req_1',
    requesterId: await personId(house, 'maya@acme.example'),
    channel: 'slack',
    assurance: 'verified',
    mode: 'execute',
    text: 'x',
    state: 'waiting',
  };
  await house.db.prisma.request.create({ data: request });
  const canonical = JSON.stringify({
    title: 'Give Maya Lopez access to Zendesk',
    requester: { name: 'Maya Lopez' },
  });
  await house.db.prisma.plan.create({
    data: {
      ...place,
      id: 'pln_1',
      requestId: 'req_1',
      version: 1,
      canonical,
      digest: 'd',
      code: 'K7QX9P',
      verdict: {},
    },
  });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await house.db.prisma.approval.create({
    data: { ...place, id: 'apr_1', planId: 'pln_1', signer: 'technician', digest: 'd', expiresAt },
  });
}

describe('claim', () => {
  it('makes the first admin from a workspace nobody has, who is then answered there', async () => {
    const fresh = await emptyHouse();
    const { mspId } = await applySettings(fresh, 'msp: { slug: southwind, name: Southwind, mode: plan }', {
      secret: noSecrets,
    });
    const olga = {
      ...ada,
      workspace: 'T0SOUTH',
      userId: 'U0OLGA',
      name: 'Olga',
      mail: 'olga@southwind.example',
    };
    expect(await runCommand(fresh, olga, 'status')).toBeNull();
    expect(wordsOf(await runCommand(fresh, olga, `Claim ${await issueClaimCode(fresh.db, mspId)}`))).toMatch(
      /^You are now an admin of Southwind\./,
    );
    expect(wordsOf(await runCommand(fresh, olga, 'mode execute'))).toMatch(
      /^Southwind is now in mode execute/,
    );
    await fresh.close();
  });

  it('with a wrong code says one thing only, to everybody', async () => {
    const said = 'This code is not valid here. It works once, within 24 hours, for a member of the IT team.';
    for (const sender of [ada, maya, { ...maya, workspace: 'T0NOBODY' }, { ...ada, outsider: true }])
      expect(await say(sender, 'claim K7QX-9PTM-3V5A-BC7D')).toBe(said);
  });
});
