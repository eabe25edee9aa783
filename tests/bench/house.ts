/** Everything a run needs, each part in a process of its own: Postgres, vendors, the product, the floor's flow, the people. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { connectors } from '../../connectors/index.ts';
import { createVault } from '../../engine/secrets.ts';
import { applySettings } from '../../engine/settings/apply.ts';
import { openDatabase } from '../../engine/store/database.ts';
import { migrate } from '../../engine/store/migrate.ts';
import { prepareTransactionFloor } from './floor-transaction.ts';
import { startLoad, type Load } from './load.ts';
import { startBenchPostgres, type BenchPostgres } from './postgres.ts';
import { startNode, type Started } from './processes.ts';
import { benchSettings, type VendorUrls } from './stage.ts';

const root = join(import.meta.dirname, '../..');

/** Something that takes the people's messages: the product, or the flow written by hand. */
export interface Side {
  /** Where its messages go. */
  messages: string;
  databaseUrl: string;
  pids: number[];
}

export interface BenchHouse {
  postgres: BenchPostgres;
  vendors: Started;
  urls: VendorUrls;
  product: Side;
  floor: Side;
  load: Load;
  close(): Promise<void>;
}

/** `profileDir`: where Node writes a CPU profile of web and worker when they end; null for none. */
export async function startBenchHouse(profileDir: string | null): Promise<BenchHouse> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  const opened = <T extends { close(): Promise<unknown> }>(part: T): T => {
    closers.push(() => part.close());
    return part;
  };
  const started = async (...how: Parameters<typeof startNode>) => {
    const child = await startNode(...how);
    closers.push(() => child.stop());
    return child;
  };
  try {
    const postgres = opened(await startBenchPostgres());
    const vendors = await started([join(import.meta.dirname, 'vendors.ts')], /vendors (\{.*\})/);
    const urls = JSON.parse(vendors.said[1] ?? '{}') as VendorUrls;
    const product = await startProduct(await postgres.database('product'), urls, started, profileDir);
    const floor = await startFloor(await postgres.database('floor'), urls, started);
    const load = opened(
      await startLoad(({ tenantId, aadObjectId }) => vendors.process.send({ tenantId, userId: aadObjectId })),
    );
    return { postgres, vendors, urls, product, floor, load, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startProduct(
  url: string,
  urls: VendorUrls,
  started: typeof startNode,
  profileDir: string | null,
): Promise<Side> {
  const secretKey = randomBytes(32);
  await migrate(url, join(root, 'prisma/migrations'));
  const db = openDatabase(url, () => undefined);
  const house = { db, vault: createVault(secretKey), connectors };
  for (const settings of benchSettings(urls))
    await applySettings(house, stringify(settings), { secret: () => undefined });
  await db.close();
  const start = (role: string, ready: RegExp) =>
    started(
      [
        ...(profileDir ? ['--cpu-prof', `--cpu-prof-dir=${join(profileDir, role)}`] : []),
        join(root, 'bot/main.ts'),
      ],
      ready,
      {
        PORT: '0',
        LOG_LEVEL: 'error',
        DATABASE_URL: url,
        SECRET_KEY: secretKey.toString('base64'),
        ROLE: role,
      },
    );
  const worker = await start('worker', /working/);
  const web = await start('web', /(http:\/\/127\.0\.0\.1:\d+)/);
  return { messages: `${web.said[1]}/api/messages`, databaseUrl: url, pids: [web.pid, worker.pid] };
}

async function startFloor(url: string, urls: VendorUrls, started: typeof startNode): Promise<Side> {
  await prepareTransactionFloor(url);
  const floor = await started(
    [join(import.meta.dirname, 'floor-flow.ts'), url, JSON.stringify(urls)],
    /floor (http\S+)/,
  );
  return { messages: floor.said[1] ?? '', databaseUrl: url, pids: [floor.pid] };
}
