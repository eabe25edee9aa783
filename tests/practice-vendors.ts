/** The practice vendors in the test's own process, so that they outlive the product, and a settings file that points at them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { practiceWorld } from '../bot/desk/world.ts';
import { startConnectwiseSandbox } from '../connectors/connectwise/sandbox.ts';
import { startHuduSandbox } from '../connectors/hudu/sandbox.ts';
import { startM365Sandbox } from '../connectors/m365/sandbox.ts';

const practice = join(import.meta.dirname, '../bot/desk/practice.yaml');

interface SettingsText {
  connections: { id: string; url?: string; config: Record<string, unknown> }[];
  clients: { slug: string; mode: string; policies?: Record<string, string> }[];
  [more: string]: unknown;
}

export interface PracticeVendors {
  connectwise: Awaited<ReturnType<typeof startConnectwiseSandbox>>;
  m365: Awaited<ReturnType<typeof startM365Sandbox>>;
  hudu: Awaited<ReturnType<typeof startHuduSandbox>>;
  /** Path of the settings file. */
  settingsFile: string;
  close(): Promise<void>;
}

/** `change` may edit the settings before they are written. */
export async function startPracticeVendors(
  change: (settings: SettingsText) => void = () => undefined,
): Promise<PracticeVendors> {
  const settings = parse(await readFile(practice, 'utf8')) as SettingsText;
  const configOf = (id: string) => settings.connections.find((each) => each.id === id)?.config ?? {};
  const world = practiceWorld();
  const [connectwise, m365, hudu] = await Promise.all([
    startConnectwiseSandbox(
      world,
      configOf('northwind-connectwise') as Parameters<typeof startConnectwiseSandbox>[1],
    ),
    startM365Sandbox(world, configOf('northwind-m365') as Parameters<typeof startM365Sandbox>[1]),
    startHuduSandbox(world, {}),
  ]);
  const urls: Record<string, string> = {
    'northwind-connectwise': connectwise.url,
    'northwind-m365': m365.url,
    'northwind-hudu': hudu.url,
  };
  for (const connection of settings.connections) connection.url = urls[connection.id];
  change(settings);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-settings-'));
  const settingsFile = join(folder, 'settings.yaml');
  await writeFile(settingsFile, stringify(settings));
  return {
    connectwise,
    m365,
    hudu,
    settingsFile,
    async close() {
      await Promise.all([connectwise.close(), m365.close(), hudu.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
