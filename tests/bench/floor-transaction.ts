/** The floors below everything: one raw transaction of five prepared statements, and one raw durable insert. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const CONCURRENCY = 16;

const schema = `
  CREATE TABLE IF NOT EXISTS f0_requests (id uuid PRIMARY KEY, state text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE IF NOT EXISTS f0_messages (id uuid PRIMARY KEY, request_id uuid NOT NULL REFERENCES f0_requests, text text NOT NULL);
  CREATE TABLE IF NOT EXISTS f0_activity (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, request_id uuid NOT NULL, body text NOT NULL);
  CREATE TABLE IF NOT EXISTS f0_jobs (id uuid PRIMARY KEY, name text NOT NULL, data jsonb NOT NULL);`;

export interface TransactionFloor {
  perSecond: number;
  /** Milliseconds of each transaction. */
  tookMs: number[];
  count: number;
}

export async function prepareTransactionFloor(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(schema);
  await client.end();
}

/** BEGIN, five prepared statements, COMMIT: as often as sixteen connections can for so many milliseconds. */
export async function runTransactionFloor(url: string, forMs: number): Promise<TransactionFloor> {
  const pool = new pg.Pool({ connectionString: url, max: CONCURRENCY });
  const tookMs: number[] = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      const client = await pool.connect();
      while (performance.now() - start < forMs) {
        const before = performance.now();
        await oneTransaction(client);
        tookMs.push(performance.now() - before);
      }
      client.release();
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  await pool.end();
  return { perSecond: tookMs.length / seconds, tookMs, count: tookMs.length };
}

async function oneTransaction(client: pg.PoolClient): Promise<void> {
  const id = randomUUID();
  const run = (name: string, text: string, values: unknown[]) => client.query({ name, text, values });
  await client.query('BEGIN');
  await run('f0_a', 'INSERT INTO f0_requests (id, state) VALUES ($1, $2)', [id, 'received']);
  await run('f0_b', 'INSERT INTO f0_messages (id, request_id, text) VALUES ($1, $2, $3)', [
    randomUUID(),
    id,
    'I need access to Zendesk',
  ]);
  await run('f0_c', 'UPDATE f0_requests SET state = $2 WHERE id = $1', [id, 'diagnosing']);
  await run('f0_d', 'INSERT INTO f0_activity (request_id, body) VALUES ($1, $2)', [
    id,
    '{"kind":"request.received"}',
  ]);
  await run('f0_e', 'INSERT INTO f0_jobs (id, name, data) VALUES ($1, $2, $3)', [
    randomUUID(),
    'request',
    { requestId: id },
  ]);
  await client.query('COMMIT');
}

/** Milliseconds of single committed inserts, sent at a steady rate whether or not the last one is back. */
export async function runInsertFloor(url: string, perSecond: number, forMs: number): Promise<number[]> {
  const pool = new pg.Pool({ connectionString: url, max: CONCURRENCY });
  const one = async () => {
    const before = performance.now();
    await pool.query({
      name: 'f0_insert',
      text: 'INSERT INTO f0_jobs (id, name, data) VALUES ($1, $2, $3)',
      values: [randomUUID(), 'ack', {}],
    });
    return performance.now() - before;
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
  const tookMs = await atRate(perSecond, forMs, one);
  await pool.end();
  return tookMs;
}

/** Starts `one` at a steady rate, open loop; gives what they resolve to, in the order of their starts. */
export async function atRate<T>(
  perSecond: number,
  forMs: number,
  one: (place: number) => Promise<T>,
): Promise<T[]> {
  const count = Math.floor((forMs * perSecond) / 1000);
  const start = performance.now();
  const running: Promise<T>[] = [];
  for (let place = 0; place < count; place += 1) {
    const waitMs = start + (place * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    running.push(one(place));
  }
  return Promise.all(running);
}
