/** A Postgres of the benchmark's own, durable as in production, whose statements can be counted. */
import { chmod, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../engine/store/embedded-postgres.ts';

export interface BenchPostgres {
  version: string;
  /** Of the server's first process. */
  pid: number;
  /** URL of a new, empty database. */
  database(name: string): Promise<string>;
  /** Counts what runs in one database until `stop`, which gives each statement by name, or by text if it has none. */
  watch(database: string): Promise<{ stop(): Promise<StatementCount[]> }>;
  close(): Promise<void>;
}

export interface StatementCount {
  name: string;
  count: number;
  /** Milliseconds in the server, all runs together, parsing and planning included. */
  ms: number;
}

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  // Run as root, Postgres runs as a user of its own, which has to reach its files.
  await chmod(home, 0o711);
  const first = await startEmbeddedPostgres(home);
  await administer(
    first.url,
    `ALTER SYSTEM SET logging_collector = on`,
    `ALTER SYSTEM SET log_filename = 'bench.log'`,
    `ALTER SYSTEM SET log_rotation_size = 0`,
    `ALTER SYSTEM SET log_line_prefix = '@%d@ '`,
    `ALTER SYSTEM SET log_checkpoints = off`,
  );
  await first.stop();
  const server = await startEmbeddedPostgres(home);
  const version = await administer(server.url, 'SHOW server_version');
  const folder = join(home, 'postgres');
  const log = join(folder, 'log', 'bench.log');
  return {
    version: String(version.rows[0]?.server_version).split(' ')[0] ?? '',
    pid: Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]),
    async database(name) {
      await administer(server.url, `CREATE DATABASE ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async watch(database) {
      await administer(
        server.url,
        'ALTER SYSTEM SET log_min_duration_statement = 0',
        'SELECT pg_reload_conf()',
      );
      await heard(server.url, '0');
      const from = (await stat(log)).size;
      return {
        async stop() {
          await administer(
            server.url,
            'ALTER SYSTEM RESET log_min_duration_statement',
            'SELECT pg_reload_conf()',
          );
          await heard(server.url, '-1');
          return countStatements(await readFrom(log, from), database);
        },
      };
    },
    async close() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function administer(url: string, ...statements: string[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let last: pg.QueryResult | undefined;
    for (const statement of statements) last = await client.query(statement);
    if (!last) throw new Error('nothing to do');
    return last;
  } finally {
    await client.end();
  }
}

/** A reload reaches each server process a little later; a new session that has it shows that it is out. */
async function heard(url: string, value: string): Promise<void> {
  for (;;) {
    const shown = await administer(url, 'SHOW log_min_duration_statement');
    if (shown.rows[0]?.log_min_duration_statement === value) return;
  }
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(size - offset);
    await file.read(buffer, 0, buffer.length, offset);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

const line =
  /^@(?<database>[^@]*)@ LOG: {2}duration: (?<ms>[\d.]+) ms {2}(?:(?<step>parse|bind|execute) (?<name>[^:]+)|statement): (?<text>[^\n]*)/gm;

/** Reads Postgres' log: `parse`, `bind` and `execute` of one statement are one run of it. */
export function countStatements(text: string, database: string): StatementCount[] {
  const counts = new Map<string, StatementCount>();
  for (const { groups } of text.matchAll(line)) {
    if (!groups || groups.database !== database) continue;
    const named = groups.name && !groups.name.startsWith('<') ? groups.name : (groups.text ?? '').trim();
    const name = named.replace(/\s+/g, ' ').slice(0, 60);
    const entry = counts.get(name) ?? { name, count: 0, ms: 0 };
    counts.set(name, entry);
    entry.ms += Number(groups.ms);
    if (!groups.step || groups.step === 'execute') entry.count += 1;
  }
  return [...counts.values()].sort((a, b) => b.ms - a.ms);
}
