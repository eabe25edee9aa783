/** The practice MSP in a database of its own, and its people as their channels prove them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '../connectors/index.ts';
import type { Sender } from '../engine/domain.ts';
import { createVault } from '../engine/secrets.ts';
import { applySettings, type SettingsParts } from '../engine/settings/apply.ts';
import type { ReadSecret } from '../engine/settings/check.ts';
import { testDatabase } from './database.ts';

export const practiceFile = readFileSync(join(import.meta.dirname, '../bot/desk/practice.yaml'), 'utf8');
export const noSecrets: ReadSecret = () => undefined;

export interface Practice extends SettingsParts {
  url: string;
  mspId: string;
  close(): Promise<void>;
}

/** Everything that settings need, on an empty database. */
export async function emptyHouse(): Promise<SettingsParts & { url: string; close(): Promise<void> }> {
  return { ...(await testDatabase()), vault: createVault(randomBytes(32)), connectors };
}

export async function practice(): Promise<Practice> {
  const house = await emptyHouse();
  const { mspId } = await applySettings(house, practiceFile, { secret: noSecrets });
  return { ...house, mspId };
}

function slackUser(workspace: string, userId: string, name: string, mail: string): Sender {
  return { channel: 'slack', workspace, userId, name, mail, outsider: false };
}

export const ada = slackUser('T0NORTH', 'U0ADA', 'Ada Park', 'ada@northwind.example');
export const tom = slackUser('T0NORTH', 'U0TOM', 'Tom Reed', 'tom@northwind.example');
export const maya = slackUser('T0ACME', 'U0MAYA', 'Maya Lopez', 'maya@acme.example');
export const adaInTeams: Sender = {
  channel: 'teams',
  workspace: '99999999-9999-4999-8999-999999999999',
  userId: '99999999-0000-4000-8000-000000000003',
  name: 'Ada Park',
  mail: null,
  outsider: false,
};

export async function personId(house: SettingsParts, mail: string): Promise<string> {
  return (await house.db.prisma.person.findFirstOrThrow({ where: { mail } })).id;
}

export async function clientId(house: SettingsParts, slug: string): Promise<string> {
  return (await house.db.prisma.client.findFirstOrThrow({ where: { slug } })).id;
}
