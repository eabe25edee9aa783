import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresFiles, type PostgresFiles } from './postgres-files.ts';

const DATABASE = 'countersign';
const START_MS = 60_000;

export interface EmbeddedPostgres {
  url: string;
  /** True when it was running already: somebody else may be using it. */
  adopted: boolean;
  stop(): Promise<void>;
}

/**
 * Starts (or adopts) the Postgres that comes with the product, on loopback with SCRAM. Its data belongs to
 * `dataDir`, and its random password lies there in a 0600 file. `port` is only for restarting it where it was.
 */
export async function startEmbeddedPostgres(dataDir: string, port?: number): Promise<EmbeddedPostgres> {
  // Others may pass through, for as root Postgres runs as a user of its own; what is in it is closed to them.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const password = readOrMakePassword(join(dataDir, 'postgres-password'));
  const files = await postgresFiles(dataDir);
  const running = await adopt(files, password);
  if (running) return running;
  if (!existsSync(join(files.home, 'PG_VERSION'))) await initialise(files, password);
  return startServer(files, password, port ?? (await freePort()));
}

async function initialise(files: PostgresFiles, password: string): Promise<void> {
  const passwordFile = join(tmpdir(), `countersign-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (files.owner) chownSync(passwordFile, files.owner.uid, files.owner.gid);
  try {
    const options = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--locale=C'];
    const initdb = spawn(files.initdb, ['-D', files.home, `--pwfile=${passwordFile}`, ...options], {
      ...files.owner,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const complaints = collect(initdb);
    const code = await new Promise((resolve, reject) => initdb.once('error', reject).once('close', resolve));
    if (code !== 0)
      throw new Error(`The embedded Postgres could not be set up under ${files.home}: ${complaints()}`);
  } finally {
    rmSync(passwordFile);
  }
}

async function startServer(files: PostgresFiles, password: string, port: number): Promise<EmbeddedPostgres> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
  const options = ['-D', files.home, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  // A group of its own: Ctrl-C reaches us first, and we stop it when we are done with it.
  const server = spawn(files.postgres, options, {
    ...files.owner,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const complaints = collect(server);
  const ended = new Promise<void>((resolve) =>
    server.once('error', () => resolve()).once('exit', () => resolve()),
  );
  const url = urlOf(port, password);
  const ready = await Promise.race([waitUntilReady(url, START_MS), ended.then(() => false)]);
  if (!ready) throw new Error(`The embedded Postgres under ${files.home} did not start: ${complaints()}`);
  server.unref();
  server.stderr?.destroy();
  return {
    url,
    adopted: false,
    async stop() {
      // It was let go of so that it keeps nobody alive; now we do wait for it.
      server.ref();
      server.kill('SIGINT');
      await ended;
    },
  };
}

/** A process that was killed leaves its Postgres running; a new one uses it rather than fighting it. */
async function adopt(files: PostgresFiles, password: string): Promise<EmbeddedPostgres | null> {
  const pidFile = join(files.home, 'postmaster.pid');
  if (!existsSync(pidFile)) return null;
  const [pid, , , port] = readFileSync(pidFile, 'utf8').split('\n').map(Number);
  if (!pid || !port || !isAlive(pid)) return null;
  const url = urlOf(port, password);
  if (!(await waitUntilReady(url, 5_000))) return null;
  return {
    url,
    adopted: true,
    async stop() {
      process.kill(pid, 'SIGINT');
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** False when it does not take connections within `patienceMs`. */
async function waitUntilReady(url: string, patienceMs: number): Promise<boolean> {
  for (
    const until = Date.now() + patienceMs;
    Date.now() < until;
    await new Promise((resolve) => setTimeout(resolve, 40))
  ) {
    try {
      await ensureDatabase(url);
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      // Not listening yet, or still starting up (57P03).
      if (code !== 'ECONNREFUSED' && code !== '57P03') throw error;
    }
  }
  return false;
}

async function ensureDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Gives the last of what it printed. */
function collect(child: ChildProcess): () => string {
  const lines: string[] = [];
  const keep = (chunk: Buffer) =>
    void (lines.push(chunk.toString('utf8')), lines.splice(0, lines.length - 10));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => lines.join('').trim();
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function readOrMakePassword(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const password = randomBytes(32).toString('hex');
  writeFileSync(path, password, { mode: 0o600 });
  return password;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
