/** One Postgres for the whole run, with one migrated database that every test's own is copied from. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../engine/store/embedded-postgres.ts';
import { migrate } from '../engine/store/migrate.ts';

const TEMPLATE = 'countersign_template';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server's `postgres` database. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-tests-'));
  // Run as root, Postgres runs as a user of its own, which has to reach its files.
  await chmod(home, 0o711);
  const server = await startEmbeddedPostgres(home);
  const admin = new URL(server.url);
  admin.pathname = '/postgres';
  const template = new URL(server.url);
  template.pathname = `/${TEMPLATE}`;

  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  // Nothing here has to survive a power cut.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  }
  await client.query('SELECT pg_reload_conf()');
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(template.href, join(project.config.root, 'prisma/migrations'));
  await client.end();

  project.provide('postgresUrl', admin.href);
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
}
