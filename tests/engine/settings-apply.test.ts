import { afterEach, describe, expect, it } from 'vitest';
import { applySettings, diffSettings, type SettingsParts } from '../../engine/settings/apply.ts';
import { exportSettings } from '../../engine/settings/export.ts';
import { setMode } from '../../engine/settings/modes.ts';
import { setPolicy } from '../../engine/settings/policies.ts';
import { verifyActivity } from '../../engine/store/activity.ts';
import { findKnown, learnIdentity } from '../../engine/store/people.ts';
import {
  ada,
  clientId,
  emptyHouse,
  maya,
  noSecrets,
  personId,
  practice,
  practiceFile,
  tom,
} from '../practice.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const house of open.splice(0)) await house.close();
});
async function opened<House extends { close(): Promise<void> }>(house: Promise<House>): Promise<House> {
  open.push(await house);
  return house;
}

const apply = (house: SettingsParts, text: string, force = false) =>
  applySettings(house, text, { secret: noSecrets, force });
const edited = (from: string | RegExp, to: string) => {
  expect(practiceFile).toMatch(from);
  return practiceFile.replace(from, to);
};

describe('applying a settings file', () => {
  it('makes the Msp, active clients, people with their roles and ways to be known, connections and mappings', async () => {
    const house = await opened(practice());
    expect(await findKnown(house.db, ada)).toMatchObject({
      mspSlug: 'northwind',
      mspMode: 'plan',
      clientId: null,
      personName: 'Ada Park',
      roles: ['msp_admin'],
    });
    expect(await findKnown(house.db, maya)).toMatchObject({
      clientSlug: 'acme',
      clientStatus: 'active',
      clientMode: 'execute',
      personName: 'Maya Lopez',
      roles: [],
    });
    const connections = await house.db.prisma.connection.findMany({ orderBy: { id: 'asc' } });
    expect(connections.map(({ id, sandbox, secrets }) => ({ id, sandbox, secrets }))).toEqual(
      ['northwind-connectwise', 'northwind-hudu', 'northwind-m365'].map((id) => ({
        id,
        sandbox: true,
        secrets: null,
      })),
    );
    expect(await house.db.prisma.mapping.count()).toBe(9);
  });

  it('writes each difference down, in an audit trail that holds together', async () => {
    const house = await opened(practice());
    const acme = await clientId(house, 'acme');
    expect(
      await house.db.prisma.settingChange.findMany({ where: { clientId: acme, what: 'client' } }),
    ).toMatchObject([{ by: 'file', before: null, after: { name: 'Acme Corp', mode: 'execute' } }]);
    expect(await house.db.prisma.activity.count({ where: { clientId: acme } })).toBeGreaterThan(5);
    expect(await verifyActivity(house.db, house.mspId)).toEqual([]);
  });

  it('puts no name and no mail of a person into the audit trail in the clear', async () => {
    const house = await opened(practice());
    const bodies = (await house.db.prisma.activity.findMany()).map(({ body }) => body).join('\n');
    expect(bodies).not.toMatch(/maya|lopez|@/i);
  });

  it('does nothing the second time, so that a change made in chat outlives a restart', async () => {
    const house = await opened(practice());
    await setMode(house.db, house.mspId, {
      by: await personId(house, 'ada@northwind.example'),
      client: 'acme',
      mode: 'plan',
    });
    expect(await apply(house, practiceFile)).toMatchObject({ applied: false, changes: [] });
    expect(await findKnown(house.db, maya)).toMatchObject({ clientMode: 'plan' });
  });

  it('undoes a change made in chat when forced, or when its text is new', async () => {
    const house = await opened(practice());
    const by = await personId(house, 'ada@northwind.example');
    await setMode(house.db, house.mspId, { by, client: 'acme', mode: 'plan' });
    expect(await apply(house, practiceFile, true)).toMatchObject({
      applied: true,
      changes: ['Acme Corp: mode plan -> execute'],
    });
    await setMode(house.db, house.mspId, { by, client: 'acme', mode: 'plan' });
    expect(await apply(house, `${practiceFile}\n# newer\n`)).toMatchObject({
      applied: true,
      changes: ['Acme Corp: mode plan -> execute'],
    });
  });

  it('applies once when two processes start with it at the same time', async () => {
    const house = await opened(emptyHouse());
    const both = await Promise.all([apply(house, practiceFile), apply(house, practiceFile)]);
    expect(both.map(({ applied }) => applied).sort()).toEqual([false, true]);
    expect(new Set(both.map(({ mspId }) => mspId)).size).toBe(1);
  });

  it('applies nothing of a file that is not right', async () => {
    const house = await opened(emptyHouse());
    await expect(apply(house, edited('northwind-hudu: 13', 'northwind-hud: 13'))).rejects.toMatchObject({
      kind: 'invalid',
    });
    expect(await house.db.prisma.msp.count()).toBe(0);
  });

  it('refuses a tenant or team of another Msp, and applies nothing', async () => {
    const house = await opened(practice());
    const other = 'msp: { slug: southwind, name: Southwind, mode: plan, workspaces: { slack: [T0ACME] } }';
    await expect(apply(house, other)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'The Slack team T0ACME already belongs to another MSP here.',
    });
    expect(await house.db.prisma.msp.count()).toBe(1);
  });

  it('refuses a connection id of another Msp', async () => {
    const house = await opened(practice());
    const other =
      'msp: { slug: southwind, name: Southwind, mode: plan }\nconnections: [{ id: northwind-hudu, connector: hudu, sandbox: true }]';
    await expect(apply(house, other)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('northwind-hudu is already used by another MSP'),
    });
  });

  it('keeps what it leaves out, and takes from a list that it has what is no longer there', async () => {
    const house = await opened(practice());
    const text =
      'msp: { slug: northwind, name: Northwind IT, mode: plan }\nclients: [{ slug: acme, name: Acme Corp, mode: execute, workspaces: { slack: [T0NEW] } }]';
    expect((await apply(house, text)).changes).toEqual([
      'Acme Corp: has slack T0NEW',
      'Acme Corp: no longer has slack T0ACME',
    ]);
    expect(await findKnown(house.db, maya)).toBeNull();
    expect(await findKnown(house.db, ada)).toMatchObject({ roles: ['msp_admin'] });
    expect(await house.db.prisma.client.count()).toBe(3);
    expect(await house.db.prisma.mapping.count()).toBe(9);
  });

  it('takes the role from staff who are no longer listed', async () => {
    const house = await opened(practice());
    const text = edited(/ {4}- name: Tom Reed\n(?: {6}.*\n){4}/, '');
    expect((await apply(house, text)).changes).toEqual(['the MSP: Tom Reed no longer has a role']);
    expect(await findKnown(house.db, tom)).toMatchObject({ roles: [] });
  });

  it('lets a team move from one client to another, and forgets who was known there', async () => {
    const house = await opened(practice());
    const moved = edited('slack: [T0BIRCH]', 'slack: []')
      .replace('slack: [T0CEDAR]', 'slack: [T0CEDAR, T0BIRCH]')
      .replace(', slack: U0BEN', '')
      .replace(', slack: U0CAROL', '');
    await apply(house, moved);
    const ben = { ...maya, workspace: 'T0BIRCH', userId: 'U0BEN' };
    expect(await findKnown(house.db, ben)).toMatchObject({ clientSlug: 'cedar', personId: null });
  });

  it('joins a person who was met in chat with the one the file names', async () => {
    const house = await opened(practice());
    const acme = await clientId(house, 'acme');
    await learnIdentity(house.db, {
      mspId: house.mspId,
      clientId: acme,
      channel: 'slack',
      workspace: 'T0ACME',
      userId: 'U0NEW',
      name: 'Noa',
      mail: null,
      via: 'channel',
    });
    await apply(house, edited('slack: U0MAYA', 'slack: U0NEW'));
    expect(await findKnown(house.db, { ...maya, userId: 'U0NEW' })).toMatchObject({
      personName: 'Maya Lopez',
    });
  });
});

describe('credentials', () => {
  const real = edited(
    '    sandbox: true\n    config:\n      companyId',
    '    secrets: { privateKey: COUNTERSIGN_SECRET_CW }\n    config:\n      companyId',
  );
  const secretIs = (value: string) => ({
    secret: (name: string) => (name === 'COUNTERSIGN_SECRET_CW' ? value : undefined),
  });

  it('are sealed, and neither the changes nor the audit trail nor an export hold them', async () => {
    const house = await opened(emptyHouse());
    const { mspId } = await applySettings(house, real, secretIs('s3cret-value'));
    const row = await house.db.prisma.connection.findUniqueOrThrow({
      where: { id: 'northwind-connectwise' },
    });
    expect(JSON.parse(await house.vault.open(row.secrets ?? ''))).toEqual({ privateKey: 's3cret-value' });
    const exported = await exportSettings(house, mspId);
    const told = [
      exported,
      JSON.stringify(await house.db.prisma.settingChange.findMany()),
      ...(await house.db.prisma.activity.findMany()).map(({ body }) => body),
    ];
    expect(told.join('\n')).not.toContain('s3cret-value');
    expect(exported).toContain('privateKey: COUNTERSIGN_SECRET_CW');
  });

  it('that changed make a new version of the connection, and unchanged ones do not', async () => {
    const house = await opened(emptyHouse());
    const version = async () =>
      (await house.db.prisma.connection.findUniqueOrThrow({ where: { id: 'northwind-connectwise' } }))
        .version;
    await applySettings(house, real, secretIs('one'));
    await applySettings(house, real, { ...secretIs('one'), force: true });
    expect(await version()).toBe(1);
    expect(await applySettings(house, real, { ...secretIs('two'), force: true })).toMatchObject({
      changes: ['connection northwind-connectwise: credentials changed'],
    });
    expect(await version()).toBe(2);
  });
});

describe('diff and export', () => {
  it('a diff says what would change and changes nothing', async () => {
    const house = await opened(practice());
    const before = await house.db.prisma.activity.count();
    expect(await diffSettings(house, edited('mode: execute\n', 'mode: plan\n'), noSecrets)).toEqual([
      'Acme Corp: mode execute -> plan',
    ]);
    expect(await findKnown(house.db, maya)).toMatchObject({ clientMode: 'execute' });
    expect(await house.db.prisma.activity.count()).toBe(before);
  });

  it('an export is a settings file with which nothing would change', async () => {
    const house = await opened(practice());
    const by = await personId(house, 'ada@northwind.example');
    await setPolicy(house, house.mspId, {
      by,
      client: 'acme',
      tool: 'm365.add_group_member',
      setting: 'auto',
    });
    const text = await exportSettings(house, house.mspId);
    expect(text).toContain('m365.add_group_member: auto');
    expect(await diffSettings(house, text, noSecrets)).toEqual([]);
  });
});
