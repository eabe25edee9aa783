import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindOf, startM365, type Args, type M365Setup } from './m365-setup.ts';
import { acme, finance, lena, maya, omar, zendesk } from './practice-world.ts';

let setup: M365Setup;
beforeEach(async () => void (setup = await startM365()));
afterEach(() => setup.sandbox.close());

const tenant = () => setup.sandbox.state[acme]!;
const userNamed = (id: string) => tenant().users.find((user) => user.id === id)!;
const groupNamed = (id: string) => tenant().groups.find((group) => group.id === id)!;
const holders = (id: string) => groupNamed(id).members;

const startedAt = new Date();
const preview = (name: string, args: Args) => setup.tool(name).preview(setup.callFor(acme), args);
const obstacle = (name: string, args: Args) => setup.tool(name).preconditions(setup.callFor(acme), args);
const verify = (name: string, args: Args) => setup.tool(name).verify(setup.callFor(acme, startedAt), args);
const sentence = async (name: string, args: Args) => {
  const tool = setup.tool(name);
  return tool.describe(args, await tool.subjects(setup.callFor(acme), args));
};

describe('adding to a group', () => {
  const args = { userId: maya, groupId: zendesk };

  it('puts the person in once, however often it runs', async () => {
    await setup.run('add_group_member', args);
    await setup.run('add_group_member', args);
    expect(holders(zendesk)).toEqual([maya]);
  });

  it('stays an error when Graph refuses for another reason', async () => {
    groupNamed(zendesk).onPremisesSyncEnabled = true;
    expect(await kindOf(setup.run('add_group_member', args))).toBe('rejected');
    expect(await kindOf(setup.run('add_group_member', { ...args, userId: 'nobody' }))).toBe('not_found');
    setup.sandbox.fault({ match: 'POST /v1.0', kind: 'act_then_500' });
    await expect(setup.run('add_group_member', { userId: maya, groupId: finance })).rejects.toMatchObject({
      mayHaveActed: true,
    });
  });

  it('speaks of access for app groups and of the group for others', async () => {
    expect(await sentence('add_group_member', args)).toBe('Give Maya Lopez access to Zendesk');
    expect(await sentence('add_group_member', { userId: omar, groupId: finance })).toBe(
      'Add Omar Haddad to Finance',
    );
  });

  it('keeps the sentence short for long names', async () => {
    userNamed(maya).displayName = 'M'.repeat(300);
    groupNamed(zendesk).displayName = `App - ${'Z'.repeat(300)}`;
    expect((await sentence('add_group_member', args)).length).toBeLessThan(200);
  });

  it('shows what changes and how to take it back', async () => {
    expect(await preview('add_group_member', args)).toEqual({
      key: `group:${zendesk}:member:${maya}`,
      what: 'Maya Lopez in App - Zendesk',
      before: 'not a member',
      after: 'member',
      undo: 'Remove Maya Lopez from App - Zendesk',
      remarks: [],
    });
    await setup.run('add_group_member', args);
    expect(await preview('add_group_member', args)).toMatchObject({
      before: 'member',
      remarks: ['Nothing to change: Maya Lopez is already in App - Zendesk'],
    });
  });

  it('names whom and what it acts on, and what makes them privileged', async () => {
    groupNamed(zendesk).isAssignableToRole = true;
    expect(
      await setup.tool('add_group_member').subjects(setup.callFor(acme), { ...args, userId: omar }),
    ).toEqual([
      {
        kind: 'user',
        id: omar,
        name: 'Omar Haddad',
        mail: 'omar@acme.example',
        privileged: true,
        roles: ['Global Administrator'],
      },
      { kind: 'group', id: zendesk, name: 'App - Zendesk', privileged: true, roles: [] },
    ]);
  });

  it.each([
    [{ groupTypes: ['DynamicMembership'] }, /come from a rule/],
    [{ onPremisesSyncEnabled: true }, /on-premises/],
    [{ mailEnabled: true }, /only Exchange/],
  ])('is refused beforehand for a group with %j', async (change, reason) => {
    Object.assign(groupNamed(zendesk), change);
    expect(await obstacle('add_group_member', args)).toMatch(reason);
    expect(await obstacle('remove_group_member', args)).toMatch(reason);
  });

  it('is not refused for a Microsoft 365 group', async () => {
    Object.assign(groupNamed(zendesk), { groupTypes: ['Unified'], mailEnabled: true });
    expect(await obstacle('add_group_member', args)).toBeNull();
  });

  it('is refused beforehand when the person or the group is gone', async () => {
    expect(await obstacle('add_group_member', { ...args, userId: 'nobody' })).toMatch(/person is no longer/);
    expect(await obstacle('add_group_member', { ...args, groupId: 'nothing' })).toMatch(/group is no longer/);
    expect(
      await kindOf(
        setup.tool('add_group_member').subjects(setup.callFor(acme), { ...args, groupId: 'nothing' }),
      ),
    ).toBe('not_found');
  });

  it('is proven by the membership alone', async () => {
    expect(await verify('add_group_member', args)).toBe('not_done');
    await setup.run('add_group_member', args);
    expect(await verify('add_group_member', args)).toBe('done');
    setup.sandbox.fault({ match: 'memberOf', kind: 'status', status: 403 });
    expect(await verify('add_group_member', args)).toBe('unclear');
  });

  it('is settled after an answer that got lost', async () => {
    setup.sandbox.fault({ match: 'POST /v1.0', kind: 'act_then_reset', times: 1 });
    await expect(setup.run('add_group_member', args)).rejects.toMatchObject({
      kind: 'unavailable',
      mayHaveActed: true,
    });
    expect(await verify('add_group_member', args)).toBe('done');
    expect(holders(zendesk)).toEqual([maya]);
  });
});

describe('removing from a group', () => {
  const args = { userId: maya, groupId: finance };

  it('takes the person out, and again is no error', async () => {
    await setup.run('remove_group_member', args);
    await setup.run('remove_group_member', args);
    expect(holders(finance)).toEqual([]);
  });

  it('leaves everybody else in', async () => {
    holders(finance).push(omar);
    await setup.run('remove_group_member', args);
    expect(holders(finance)).toEqual([omar]);
  });

  it('says so in words, with the way back', async () => {
    expect(await sentence('remove_group_member', args)).toBe('Remove Maya Lopez from Finance');
    expect(await preview('remove_group_member', args)).toMatchObject({
      key: `group:${finance}:member:${maya}`,
      before: 'member',
      after: 'not a member',
      undo: 'Add Maya Lopez to Finance',
    });
  });

  it('is proven by the membership alone', async () => {
    expect(await verify('remove_group_member', args)).toBe('not_done');
    await setup.run('remove_group_member', args);
    expect(await verify('remove_group_member', args)).toBe('done');
    expect(await verify('remove_group_member', { ...args, userId: 'nobody' })).toBe('unclear');
  });
});

describe('enabling sign-in', () => {
  const args = { userId: lena };

  it('lets the person in, and again changes nothing', async () => {
    expect(await verify('enable_sign_in', args)).toBe('not_done');
    await setup.run('enable_sign_in', args);
    await setup.run('enable_sign_in', args);
    expect(userNamed(lena).accountEnabled).toBe(true);
    expect(await verify('enable_sign_in', args)).toBe('done');
    expect(await verify('enable_sign_in', { userId: 'nobody' })).toBe('unclear');
  });

  it('is high risk and says who blocked it and when', async () => {
    expect(setup.tool('enable_sign_in').risk).toBe('high');
    expect(await sentence('enable_sign_in', args)).toBe('Let Lena Fox sign in again');
    expect(await preview('enable_sign_in', args)).toEqual({
      key: `user:${lena}:sign_in`,
      what: 'Sign-in of Lena Fox',
      before: 'blocked',
      after: 'allowed',
      undo: 'Block the sign-in of Lena Fox again',
      remarks: ['Blocked by Tom Reed on 3 March 2026, 14:02 UTC'],
    });
  });

  it('says plainly what is unknown', async () => {
    const [audit] = tenant().audits;
    audit!.initiatedBy = { user: null, app: null };
    expect((await preview('enable_sign_in', args)).remarks).toEqual([
      'Blocked on 3 March 2026, 14:02 UTC; by whom is unknown',
    ]);
    setup.sandbox.fault({ match: 'directoryAudits', kind: 'status', status: 403 });
    expect((await preview('enable_sign_in', args)).remarks).toEqual([
      'Who blocked the sign-in, and when, is unknown',
    ]);
  });

  it('is refused beforehand for a synced account, for an open one and for nobody', async () => {
    expect(await obstacle('enable_sign_in', args)).toBeNull();
    expect(await obstacle('enable_sign_in', { userId: maya })).toBe('Maya Lopez can already sign in.');
    expect(await obstacle('enable_sign_in', { userId: 'nobody' })).toMatch(/no longer/);
    userNamed(lena).onPremisesSyncEnabled = true;
    expect(await obstacle('enable_sign_in', args)).toMatch(/synced from an on-premises directory/);
    expect(await kindOf(setup.run('enable_sign_in', args))).toBe('rejected');
    expect(userNamed(lena).accountEnabled).toBe(false);
  });
});

describe('signing out everywhere', () => {
  const args = { userId: maya };

  it('ends the sign-ins from before now', async () => {
    await setup.run('revoke_sessions', args);
    expect(await verify('revoke_sessions', args)).toBe('done');
  });

  it('is not proven by an older sign-out, and unclear without a start', async () => {
    expect(await verify('revoke_sessions', args)).toBe('not_done');
    expect(await setup.tool('revoke_sessions').verify(setup.callFor(acme), args)).toBe('unclear');
    Object.assign(userNamed(maya), { signInSessionsValidFromDateTime: null });
    expect(await verify('revoke_sessions', args)).toBe('unclear');
  });

  it('cannot be undone and says so', async () => {
    expect(await sentence('revoke_sessions', args)).toBe('Sign Maya Lopez out everywhere');
    expect(await preview('revoke_sessions', args)).toMatchObject({
      key: `user:${maya}:sessions`,
      undo: null,
    });
    expect(await obstacle('revoke_sessions', args)).toBeNull();
    expect(await obstacle('revoke_sessions', { userId: 'nobody' })).toMatch(/no longer/);
  });
});

it('keeps its state as plain JSON that can be read from outside, without tokens', async () => {
  await setup.run('add_group_member', { userId: maya, groupId: zendesk });
  const state = (await (await fetch(`${setup.sandbox.url}/_sandbox/state`)).json()) as Record<
    string,
    unknown
  >;
  expect(state).toEqual(JSON.parse(JSON.stringify(setup.sandbox.state)));
  expect(JSON.stringify(state)).not.toMatch(/Bearer|sandbox-[0-9a-f]{8}-/);
});
