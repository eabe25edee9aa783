import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sender } from '../../engine/domain.ts';
import { applySettings } from '../../engine/settings/apply.ts';
import { claim, issueClaimCode, looksLikeClaimCode } from '../../engine/settings/claims.ts';
import { findKnown } from '../../engine/store/people.ts';
import { ada, emptyHouse, maya, noSecrets, practice } from '../practice.ts';

let house: Awaited<ReturnType<typeof emptyHouse>>;
let mspId: string;
const owner: Sender = {
  channel: 'slack',
  workspace: 'T0SOUTH',
  userId: 'U0OWNER',
  name: 'Olga Brandt',
  mail: 'olga@southwind.example',
  outsider: false,
};
const refusal = {
  kind: 'not_allowed',
  message: 'This code is not valid here. It works once, within 24 hours, for a member of the IT team.',
};

beforeEach(async () => {
  house = await emptyHouse();
  const file =
    'msp: { slug: southwind, name: Southwind, mode: plan }\nclients: [{ slug: dogwood, name: Dogwood, mode: inherit, workspaces: { slack: [T0DOG] } }]';
  mspId = (await applySettings(house, file, { secret: noSecrets })).mspId;
});
afterEach(() => house.close());

async function issued(): Promise<string> {
  const code = await issueClaimCode(house.db, mspId);
  if (!code) throw new Error('no code was issued');
  return code;
}

describe('a one-time code', () => {
  it('has 80 random bits and is kept as a hash alone', async () => {
    const code = await issued();
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(looksLikeClaimCode(code)).toBe(true);
    expect(JSON.stringify(await house.db.prisma.claimCode.findMany())).not.toContain(
      code.replaceAll('-', '').slice(0, 8),
    );
  });

  it('is not issued once there is an admin', async () => {
    await claim(house.db, owner, await issued());
    expect(await issueClaimCode(house.db, mspId)).toBeNull();
  });

  it('makes its sender an admin, and their workspace the own one of an Msp that has none', async () => {
    expect(await claim(house.db, owner, await issued())).toEqual({ msp: 'Southwind' });
    expect(await findKnown(house.db, owner)).toMatchObject({
      mspId,
      clientId: null,
      personName: 'Olga Brandt',
      roles: ['msp_admin'],
    });
  });

  it('is understood in small letters, without hyphens, and with O for 0 and L for 1', async () => {
    const code = await issued();
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(await claim(house.db, owner, typed)).toEqual({ msp: 'Southwind' });
  });

  it('works once, also for two who say it at the same moment', async () => {
    const code = await issued();
    const both = await Promise.allSettled([
      claim(house.db, owner, code),
      claim(house.db, { ...owner, userId: 'U0OTHER', mail: 'x@southwind.example' }, code),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await house.db.prisma.person.count({ where: { roles: { has: 'msp_admin' } } })).toBe(1);
    await expect(claim(house.db, owner, code)).rejects.toMatchObject(refusal);
  });

  it('is worth nothing after 24 hours', async () => {
    const code = await issued();
    await house.db.prisma.$executeRaw`UPDATE claim_codes SET expires_at = clock_timestamp()`;
    await expect(claim(house.db, owner, code)).rejects.toMatchObject(refusal);
  });

  it('is refused from a client, and stays good for the right person', async () => {
    const code = await issued();
    await expect(claim(house.db, { ...owner, workspace: 'T0DOG' }, code)).rejects.toMatchObject(refusal);
    expect(await house.db.prisma.person.count()).toBe(0);
    expect(await claim(house.db, owner, code)).toEqual({ msp: 'Southwind' });
  });

  it('is refused from an outsider', async () => {
    await expect(claim(house.db, { ...owner, outsider: true }, await issued())).rejects.toMatchObject(
      refusal,
    );
    expect(await findKnown(house.db, owner)).toBeNull();
  });

  it('does not add a second workspace in the same channel', async () => {
    const file = 'msp: { slug: southwind, name: Southwind, mode: plan, workspaces: { slack: [T0REAL] } }';
    await applySettings(house, file, { secret: noSecrets });
    const code = await issued();
    await expect(claim(house.db, owner, code)).rejects.toMatchObject(refusal);
    expect(await claim(house.db, { ...owner, workspace: 'T0REAL' }, code)).toEqual({ msp: 'Southwind' });
  });

  it('of one Msp is worth nothing in the workspace of another', async () => {
    const other = await practice();
    const code = await issued();
    await expect(claim(other.db, ada, code)).rejects.toMatchObject(refusal);
    await other.close();
  });
});

it('a wrong code is refused in the same words, and recorded where the workspace is somebody’s', async () => {
  const other = await practice();
  await expect(claim(other.db, ada, 'AAAA-BBBB-CCCC-DDDD')).rejects.toMatchObject(refusal);
  await expect(claim(other.db, maya, 'AAAA-BBBB-CCCC-DDDD')).rejects.toMatchObject(refusal);
  await expect(
    claim(other.db, { ...maya, workspace: 'T0NOBODY' }, 'AAAA-BBBB-CCCC-DDDD'),
  ).rejects.toMatchObject(refusal);
  expect(await other.db.prisma.activity.count({ where: { body: { contains: 'claim.refused' } } })).toBe(2);
  await other.close();
});

it('an admin who came by a code keeps the role when a settings file names others', async () => {
  await claim(house.db, owner, await issued());
  const file =
    'msp: { slug: southwind, name: Southwind, mode: plan, workspaces: { slack: [T0SOUTH] }, people: [{ name: Pat, mail: pat@southwind.example, roles: [msp_technician] }] }';
  await applySettings(house, file, { secret: noSecrets });
  expect(await findKnown(house.db, owner)).toMatchObject({ roles: ['msp_admin'] });
});
