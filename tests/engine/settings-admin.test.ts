import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recentActivity } from '../../engine/settings/activity.ts';
import { getModes, setMode } from '../../engine/settings/modes.ts';
import { listPolicies, setPolicy } from '../../engine/settings/policies.ts';
import { getStatus } from '../../engine/settings/status.ts';
import { resume, stop } from '../../engine/settings/stops.ts';
import { verifyActivity } from '../../engine/store/activity.ts';
import { loadScope } from '../../engine/store/scope.ts';
import { clientId, personId, practice, type Practice } from '../practice.ts';

let house: Practice;
let adminId: string;
let technicianId: string;
beforeEach(async () => {
  house = await practice();
  adminId = await personId(house, 'ada@northwind.example');
  technicianId = await personId(house, 'tom@northwind.example');
});
afterEach(() => house.close());

const addMember = 'm365.add_group_member';
const scopeOf = async (slug: string) => loadScope(house.db.pool, house.mspId, await clientId(house, slug));
const policyOf = async (client: string | null, tool: string) =>
  (await listPolicies(house, house.mspId, { client, tool })).policies[0];

describe('who may change what', () => {
  const onlyAnAdmin = { kind: 'not_allowed', message: 'Only an admin can change that. Ask Ada Park.' };

  it('a technician changes no setting, and is told whom to ask', async () => {
    const { db, mspId } = house;
    await expect(
      setMode(db, mspId, { by: technicianId, client: 'acme', mode: 'plan' }),
    ).rejects.toMatchObject(onlyAnAdmin);
    await expect(
      setPolicy(house, mspId, { by: technicianId, client: null, tool: addMember, setting: 'auto' }),
    ).rejects.toMatchObject(onlyAnAdmin);
    await expect(
      resume(house, mspId, { by: technicianId, client: 'acme', reason: 'fine' }),
    ).rejects.toMatchObject(onlyAnAdmin);
    expect(await house.db.prisma.settingChange.count({ where: { by: technicianId } })).toBe(0);
  });

  it('a client’s employee can neither change nor stop anything', async () => {
    const by = await personId(house, 'maya@acme.example');
    await expect(setMode(house.db, house.mspId, { by, client: 'acme', mode: 'plan' })).rejects.toMatchObject({
      kind: 'not_allowed',
    });
    await expect(stop(house.db, house.mspId, { by, client: 'acme' })).rejects.toMatchObject({
      kind: 'not_allowed',
    });
  });

  it('an admin of another Msp has no say here', async () => {
    const other = await house.db.prisma.msp.create({
      data: { id: 'msp_other', slug: 'southwind', name: 'Southwind' },
    });
    await expect(
      setMode(house.db, other.id, { by: adminId, client: null, mode: 'execute' }),
    ).rejects.toMatchObject({ kind: 'not_allowed' });
  });
});

describe('modes', () => {
  it('a change is what the next request sees, and is recorded with what it was', async () => {
    expect(await setMode(house.db, house.mspId, { by: adminId, client: 'acme', mode: 'plan' })).toEqual({
      name: 'Acme Corp',
      before: 'execute',
      mode: 'plan',
    });
    expect(await scopeOf('acme')).toMatchObject({ mode: 'plan' });
    expect(await house.db.prisma.settingChange.findMany({ where: { what: 'mode' } })).toMatchObject([
      { before: 'execute', after: 'plan', by: adminId },
    ]);
    expect(await verifyActivity(house.db, house.mspId)).toEqual([]);
  });

  it('a client that inherits follows the Msp', async () => {
    await setMode(house.db, house.mspId, { by: adminId, client: null, mode: 'execute' });
    const { clients } = await getModes(house.db, house.mspId);
    expect(clients.map(({ slug, mode, effective }) => `${slug} ${mode} ${effective}`)).toEqual([
      'acme execute execute',
      'birch plan plan',
      'cedar inherit execute',
    ]);
  });

  it('a client is found by its name in any case, and an unknown one gets the nearest', async () => {
    expect(
      await setMode(house.db, house.mspId, { by: adminId, client: 'birch dental', mode: 'execute' }),
    ).toMatchObject({ name: 'Birch Dental' });
    await expect(
      setMode(house.db, house.mspId, { by: adminId, client: 'acne', mode: 'plan' }),
    ).rejects.toMatchObject({ kind: 'invalid', message: 'There is no client "acne". Did you mean acme?' });
  });

  it('setting what is already so leaves no trace', async () => {
    await setMode(house.db, house.mspId, { by: adminId, client: 'acme', mode: 'execute' });
    expect(await house.db.prisma.settingChange.count({ where: { what: 'mode' } })).toBe(0);
  });
});

describe('policies', () => {
  it('come from the client, else the Msp, else the tool', async () => {
    const { mspId } = house;
    expect(await policyOf('acme', addMember)).toMatchObject({ setting: 'approval_needed', from: 'default' });
    await setPolicy(house, mspId, { by: adminId, client: null, tool: addMember, setting: 'auto' });
    expect(await policyOf('acme', addMember)).toMatchObject({ setting: 'auto', from: 'msp' });
    await setPolicy(house, mspId, {
      by: adminId,
      client: 'acme',
      tool: addMember,
      setting: 'approval_needed',
    });
    expect(await policyOf('acme', addMember)).toMatchObject({ setting: 'approval_needed', from: 'client' });
    expect(await policyOf('birch', addMember)).toMatchObject({ setting: 'auto', from: 'msp' });
    await setPolicy(house, mspId, { by: adminId, client: 'acme', tool: addMember, setting: 'inherit' });
    expect(await policyOf('acme', addMember)).toMatchObject({ setting: 'auto', from: 'msp' });
    expect((await scopeOf('acme')).policies).toEqual([
      { tool: addMember, setting: 'auto', manager: false, client: false },
    ]);
  });

  it('what the Msp disabled stays disabled for a client that wants it', async () => {
    await setPolicy(house, house.mspId, { by: adminId, client: null, tool: addMember, setting: 'disabled' });
    const { policy } = await setPolicy(house, house.mspId, {
      by: adminId,
      client: 'acme',
      tool: addMember,
      setting: 'auto',
    });
    expect(policy).toMatchObject({ setting: 'disabled', from: 'msp' });
  });

  it('a high risk tool cannot be set to run by itself', async () => {
    await expect(
      setPolicy(house, house.mspId, {
        by: adminId,
        client: 'acme',
        tool: 'm365.enable_sign_in',
        setting: 'auto',
      }),
    ).rejects.toMatchObject({
      kind: 'invalid',
      message:
        'm365.enable_sign_in is high risk and never runs by itself. Choose approval_needed or disabled.',
    });
    expect(await policyOf('acme', 'm365.enable_sign_in')).toMatchObject({
      setting: 'approval_needed',
      floor: true,
    });
  });

  it('a signature that a manager must give is not lost by setting approval_needed again', async () => {
    await house.db.prisma.policy.create({
      data: {
        id: 'pol_1',
        mspId: house.mspId,
        tool: addMember,
        setting: 'disabled',
        manager: true,
        setBy: 'file',
      },
    });
    const { policy } = await setPolicy(house, house.mspId, {
      by: adminId,
      client: null,
      tool: addMember,
      setting: 'approval_needed',
    });
    expect(policy).toMatchObject({ setting: 'approval_needed', manager: true });
  });

  it('two admins at once leave one policy', async () => {
    const set = (setting: 'auto' | 'disabled') =>
      setPolicy(house, house.mspId, { by: adminId, client: 'acme', tool: addMember, setting });
    await Promise.all([set('auto'), set('disabled'), set('auto'), set('disabled')]);
    expect(await house.db.prisma.policy.count()).toBe(1);
    expect(await verifyActivity(house.db, house.mspId)).toEqual([]);
  });

  it('the listing holds the tools of what is connected, for one client or all', async () => {
    await house.db.prisma.mapping.deleteMany({
      where: { connectionId: 'northwind-m365', clientId: await clientId(house, 'cedar') },
    });
    const tools = async (client: string | null) =>
      (await listPolicies(house, house.mspId, { client, tool: null })).policies.map(({ tool }) => tool);
    expect(await tools(null)).toContain(addMember);
    expect(await tools('cedar')).toEqual(['hudu.search_articles', 'hudu.get_article']);
  });
});

describe('stop and resume', () => {
  it('any technician stops a client at once; only an admin resumes it, with a reason', async () => {
    expect(await stop(house.db, house.mspId, { by: technicianId, client: 'acme' })).toEqual({
      name: 'Acme Corp',
      already: false,
    });
    expect(await scopeOf('acme')).toMatchObject({ clientStopped: true, mspStopped: false });
    expect(await stop(house.db, house.mspId, { by: adminId, client: 'acme' })).toEqual({
      name: 'Acme Corp',
      already: true,
    });
    await expect(
      resume(house, house.mspId, { by: adminId, client: 'acme', reason: '  ' }),
    ).rejects.toMatchObject({ kind: 'invalid' });
    expect(
      await resume(house, house.mspId, { by: adminId, client: 'acme', reason: 'It was a false alarm' }),
    ).toMatchObject({ already: false });
    expect(await scopeOf('acme')).toMatchObject({ clientStopped: false });
  });

  it('the reason is kept sealed', async () => {
    await stop(house.db, house.mspId, { by: technicianId, client: null });
    await resume(house, house.mspId, { by: adminId, client: null, reason: 'Priya said it was fine' });
    const resumed = await house.db.prisma.activity.findFirstOrThrow({
      where: { body: { contains: 'work.resumed' } },
    });
    expect(resumed).toMatchObject({ personId: adminId, sealed: expect.any(String) });
    expect(`${resumed.body}${resumed.sealed}`).not.toContain('Priya');
    expect(await verifyActivity(house.db, house.mspId)).toEqual([]);
  });

  it('a stop of everybody outlasts the resuming of one client', async () => {
    await stop(house.db, house.mspId, { by: technicianId, client: null });
    await stop(house.db, house.mspId, { by: technicianId, client: 'acme' });
    expect(await resume(house, house.mspId, { by: adminId, client: 'acme', reason: 'fine' })).toMatchObject({
      mspStopped: true,
    });
    await stop(house.db, house.mspId, { by: technicianId, client: 'acme' });
    expect(await resume(house, house.mspId, { by: adminId, client: null, reason: 'fine' })).toMatchObject({
      clientsStopped: ['Acme Corp'],
    });
  });
});

describe('status and activity', () => {
  it('status names modes, stops with who did it, and connections', async () => {
    await stop(house.db, house.mspId, { by: technicianId, client: 'birch' });
    await house.db.prisma.connection.update({
      where: { id: 'northwind-hudu' },
      data: { status: 'error', statusReason: 'Hudu did not accept our credentials.' },
    });
    const status = await getStatus(house.db, house.mspId);
    expect(status.clients).toMatchObject([
      { name: 'Acme Corp', effective: 'execute', stopped: null },
      { name: 'Birch Dental', stopped: { by: 'Tom Reed' } },
      { name: 'Cedar Legal', mode: 'inherit', effective: 'plan' },
    ]);
    expect(status.connections.map(({ id, problem }) => [id, problem])).toEqual([
      ['northwind-connectwise', null],
      ['northwind-hudu', 'Hudu did not accept our credentials.'],
      ['northwind-m365', null],
    ]);
    expect(status).toMatchObject({ openApprovals: 0, deliveries: { waiting: 0, late: 0, failed: 0 } });
  });

  it('activity is told in sentences, newest first, for all or for one client', async () => {
    await setMode(house.db, house.mspId, { by: adminId, client: 'birch', mode: 'execute' });
    await setPolicy(house, house.mspId, { by: adminId, client: null, tool: addMember, setting: 'auto' });
    await stop(house.db, house.mspId, { by: technicianId, client: 'birch' });
    const all = await recentActivity(house.db, house.mspId, null, 3);
    expect(all.entries.map(({ client, text }) => [client, text])).toEqual([
      ['Birch Dental', 'Tom Reed stopped all steps.'],
      [null, 'Ada Park set m365.add_group_member to auto.'],
      ['Birch Dental', 'Ada Park set the mode to execute.'],
    ]);
    const birch = await recentActivity(house.db, house.mspId, 'birch', 50);
    expect(birch.entries.every(({ client }) => client === 'Birch Dental')).toBe(true);
    expect(birch.entries.at(-1)?.text).toBe('The settings file added this client.');
  });
});
