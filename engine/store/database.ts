import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/** Hot paths use `pool`; everything else `prisma`. Both reach the same database. */
export interface Database {
  url: string;
  pool: pg.Pool;
  prisma: PrismaClient;
  close(): Promise<void>;
}

/** Opens both doors to Postgres. A lost connection is reported to `onError` and made anew on the next use. */
export function openDatabase(url: string, onError: (error: Error) => void): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 20,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 15_000,
  });
  pool.on('error', onError);
  // One that is lent out loses its connection without the pool hearing of it, and nobody listening ends the process.
  pool.on('connect', (client) => client.on('error', onError));
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 5 }, { onPoolError: onError }),
  });
  return {
    url,
    pool,
    prisma,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** A statement with a name is parsed by Postgres once per connection. */
export interface Statement {
  name: string;
  text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

export interface Queryable {
  query<Row extends pg.QueryResultRow>(config: {
    name?: string;
    text: string;
    values: unknown[];
  }): Promise<pg.QueryResult<Row>>;
}

/** Runs one statement and gives its rows. */
export async function rows<Row extends pg.QueryResultRow>(
  on: Queryable,
  what: Statement,
  values: unknown[],
): Promise<Row[]> {
  const result = await on.query<Row>({ name: what.name, text: what.text, values });
  return result.rows;
}

/** Runs `work` in one transaction; it commits when `work` resolves and leaves nothing behind when it throws. */
export async function transaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK').catch((failure: Error) => void (broken = failure));
    throw error;
  } finally {
    tx.release(broken);
  }
}
