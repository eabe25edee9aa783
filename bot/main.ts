/** Composition root: config -> engine + connectors + channels -> listen. The only file that sees everyone. */
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { createHttp } from '../connectors/http.ts';
import { connectors } from '../connectors/index.ts';
import { createEngine, startWorking, type House, type Outlet } from '../engine/index.ts';
import { startQueue } from '../engine/jobs/queue.ts';
import { playbookPlanner } from '../engine/planner/playbook-planner.ts';
import { createVault, type Vault } from '../engine/secrets.ts';
import { applySettings } from '../engine/settings/apply.ts';
import { openDatabase, type Database } from '../engine/store/database.ts';
import { startEmbeddedPostgres } from '../engine/store/embedded-postgres.ts';
import { joinAsInstance } from '../engine/store/instance.ts';
import { migrate } from '../engine/store/migrate.ts';
import { announce } from './announce.ts';
import { openChannels } from './channels.ts';
import { runCommand } from './commands/run.ts';
import { loadConfig, type Config } from './config.ts';
import { openDesk } from './desk/open.ts';
import { practiceWorld } from './desk/world.ts';
import { createFrontDoor } from './front-door.ts';
import { addRoutes, createHttpApp, listen } from './http.ts';
import { createMetrics } from './metrics.ts';
import { createOutlet } from './outlet.ts';
import type { ChannelPort } from './ports.ts';
import { addSandboxRoute, startSandboxes, type Sandboxes } from './sandboxes.ts';
import { subscribe } from './subscribe.ts';

/** A PSA that does not answer must not keep the doors closed. */
const LONGEST_SUBSCRIBING_MS = 3_000;
const root = join(import.meta.dirname, '..');

export interface Running {
  url: string;
  house: House;
  sandboxes: Sandboxes;
  stop(): Promise<void>;
}

/** Starts the whole product. Rejects with a message that says what to mend. */
export async function start(config: Config): Promise<Running> {
  const log = pino({ level: config.logLevel });
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const onError = (error: Error) =>
      log.warn({ error: error.message }, 'a connection to the database failed');
    const url = await findDatabase(config, closers);
    await migrate(url, join(root, 'prisma/migrations'));
    const db = openDatabase(url, onError);
    closers.push(() => db.close());
    const vault = createVault(config.secretKey);
    await applyFile(config, db, vault);
    const sandboxes = await startSandboxes(db, connectors, practiceWorld());
    closers.push(() => sandboxes.close());
    const instance = await joinAsInstance(url, onError);
    closers.push(() => instance.close());
    const queue = await startQueue(url, (error) => log.error({ error: error.message }, 'a job failed'));
    closers.push(() => queue.stop());

    const channels: ChannelPort[] = [];
    const ids: Outlet['channels'] = [
      ...(config.teams || sandboxes.all ? (['teams'] as const) : []),
      ...(config.slack ? (['slack'] as const) : []),
    ];
    const house: House = {
      db,
      queue,
      instance,
      connectors,
      http: createHttp,
      planner: playbookPlanner(),
      outlet: createOutlet(ids, () => channels),
      vault,
      log,
      sandboxUrl: (connectionId) => sandboxes.urls.get(connectionId) ?? null,
      failpoint: createFailpoint(config, sandboxes),
      atWork: new Map(),
    };
    return await open({ config, house, sandboxes, channels, closers, log, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  config: Config;
  house: House;
  sandboxes: Sandboxes;
  channels: ChannelPort[];
  closers: (() => Promise<unknown>)[];
  log: Logger;
  stop(): Promise<void>;
}

/** Opens the doors: channels and routes for `web`, the stages' work for `worker`. */
async function open({ config, house, sandboxes, channels, closers, log, stop }: Parts): Promise<Running> {
  const engine = createEngine(house);
  const frontDoor = createFrontDoor({
    engine,
    runCommand: (sender, line) => runCommand(house, sender, line),
    channel: (id) => channels.find((each) => each.id === id),
  });
  const app = createHttpApp();
  channels.push(
    ...openChannels({ config, app, frontDoor, engine, db: house.db, sandbox: sandboxes.all, log }),
  );
  let url = '';
  if (sandboxes.all) addSandboxRoute(app, sandboxes);
  if (config.role === 'all' && sandboxes.all && !config.teams) {
    closers.push(openDesk({ app, house, url: () => url, log }));
  }
  addRoutes(app, { engine, metrics: createMetrics(house.db), log });
  if (config.role !== 'worker') {
    const server = await listen(app, config.port, config.host);
    closers.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
    url = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${(server.address() as AddressInfo).port}`;
  }
  if (config.role !== 'web') closers.push(await startWorking(house));
  if (config.role !== 'worker') {
    const subscribed = subscribe(house, config.publicUrl ?? (sandboxes.all ? url : null), log);
    await Promise.race([subscribed, delay(LONGEST_SUBSCRIBING_MS, null, { ref: false })]);
  }
  return { url, house, sandboxes, stop };
}

async function findDatabase(config: Config, closers: (() => Promise<unknown>)[]): Promise<string> {
  if (config.databaseUrl) return config.databaseUrl;
  const server = await startEmbeddedPostgres(config.dataDir);
  closers.push(() => server.stop());
  return server.url;
}

/** The settings file, or, where nothing was ever configured, the practice MSP. */
async function applyFile(config: Config, db: Database, vault: Vault): Promise<void> {
  const practice = join(root, 'bot/desk/practice.yaml');
  const file =
    config.settingsFile ??
    ((await db.prisma.msp.count({ where: { slug: { not: 'northwind' } } })) === 0 ? practice : null);
  if (!file) return;
  await applySettings({ db, vault, connectors }, await readFile(file, 'utf8'), {
    secret: (name) => config.secret(name) ?? undefined,
  });
}

/** Crash tests name a place; the process kills itself there. Never outside sandbox mode. */
function createFailpoint(config: Config, sandboxes: Sandboxes): (name: string) => void {
  if (!config.failpoint || !sandboxes.all) return () => undefined;
  return (name) => {
    if (name === config.failpoint) process.kill(process.pid, 'SIGKILL');
  };
}

/** Of "npm start" a signal ends npm and its shell, but never reaches what the shell has started. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
}

async function main(): Promise<void> {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 24)
    throw new Error(
      `Node 24 is needed and this is ${process.versions.node}. Start it with "npm start" after "npm ci" (without --ignore-scripts), which brings its own.`,
    );
  const config = loadConfig();
  const starting = start(config);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    const stopped = starting.then((running) => running.stop());
    stopped.then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (config.underNpm) whenOrphaned(stop);
  await announce(await starting, config);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
