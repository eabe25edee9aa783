/** What is measured, one function per figure. */
import pg from 'pg';
import { atRate, runInsertFloor, runTransactionFloor } from './floor-transaction.ts';
import type { BenchHouse, Side } from './house.ts';
import { closedLoop, type Flow } from './load.ts';
import type { StatementCount } from './postgres.ts';
import { cpuMs } from './processes.ts';
import { percentile } from './report.ts';
import { ask } from './stage.ts';

const CONCURRENCY = 32;
const F0_MS = 2_500;
/** A technician needs a moment to read the card; by then the note is on the ticket. */
const READING_MS = 1_500;

export interface Throughput {
  perSecond: number;
  flows: number;
  p50Ms: number;
  /** Milliseconds of processor time per request; null where it cannot be read. */
  cpu: { service: number; postgres: number; vendors: number } | null;
}

/** The whole flow at concurrency 32: ask, card, approve, told. */
export async function measureFlow(house: BenchHouse, side: Side, forMs: number): Promise<Throughput> {
  const read = () => [
    side.pids.map(cpuMs).reduce(plus, 0),
    cpuMs(house.postgres.pid),
    cpuMs(house.vendors.pid),
  ];
  const before = read();
  const options = { messages: side.messages, text: ask, concurrency: CONCURRENCY, forMs };
  const { flows, perSecond } = await closedLoop(house.load, options);
  const after = read();
  const [service = null, postgres = null, vendors = null] = after.map((value, at) => {
    const earlier = before[at] ?? null;
    return value === null || earlier === null ? null : (value - earlier) / flows.length;
  });
  return {
    perSecond,
    flows: flows.length,
    p50Ms: percentile(
      flows.map((flow) => flow.doneAt - flow.askedAt),
      0.5,
    ),
    cpu: service === null || postgres === null || vendors === null ? null : { service, postgres, vendors },
  };
}

function plus(sum: number | null, value: number | null): number | null {
  return sum === null || value === null ? null : sum + value;
}

export interface TransactionCost {
  perSecond: number;
  p50Ms: number;
  /** Of this process and Postgres, per transaction; null where it cannot be read. */
  cpuMs: number | null;
}

/** F0: BEGIN, five prepared statements, COMMIT, at concurrency 16. */
export async function measureTransaction(house: BenchHouse): Promise<TransactionCost> {
  const before = { own: process.cpuUsage(), postgres: cpuMs(house.postgres.pid) };
  const run = await runTransactionFloor(house.floor.databaseUrl, F0_MS);
  const own = process.cpuUsage(before.own);
  const postgres = cpuMs(house.postgres.pid);
  const spent =
    postgres === null || before.postgres === null
      ? null
      : (own.user + own.system) / 1000 + postgres - before.postgres;
  return {
    perSecond: run.perSecond,
    p50Ms: percentile(run.tookMs, 0.5),
    cpuMs: spent === null ? null : spent / run.tookMs.length,
  };
}

/** Milliseconds until an ask was acknowledged, and of a raw durable insert, both at 50 a second, open loop. */
export async function measureAck(house: BenchHouse): Promise<{ ackMs: number[]; insertMs: number[] }> {
  const { load, product, floor } = house;
  const insertMs = await runInsertFloor(floor.databaseUrl, 50, 5_000);
  const askers = await atRate(50, 10_000, async () => {
    const asker = load.take();
    return { asker, ackMs: await load.ask(product.messages, asker, ask) };
  });
  await untilQuiet(product.databaseUrl);
  for (const { asker } of askers) load.giveBack(asker);
  return { ackMs: askers.map(({ ackMs }) => ackMs), insertMs };
}

/** Milliseconds from a technician's click to the first write at the vendor, at 10 requests a second, open loop. */
export async function measureClicks(
  house: BenchHouse,
): Promise<{ toCallMs: number[]; clickMs: number[]; flows: Flow[] }> {
  const { load, product, urls } = house;
  await fetch(`${urls.m365}/_sandbox/calls`, { method: 'DELETE' });
  const flows = await atRate(10, 12_000, async () => {
    const asker = load.take();
    const flow = await load.flow(product.messages, asker, ask, READING_MS);
    load.giveBack(asker);
    return flow;
  });
  const answer = await fetch(`${urls.m365}/_sandbox/calls`);
  const calls = (await answer.json()) as { method: string; path: string; at: string; body: unknown }[];
  const writes = calls.filter((call) => call.method === 'POST' && call.path.endsWith('/members/$ref'));
  const toCallMs = flows.flatMap(({ asker, clickedAt }) => {
    const first = writes.find((call) => JSON.stringify(call.body).includes(asker.aadObjectId));
    return first ? [Math.max(0, Date.parse(first.at) - clickedAt)] : [];
  });
  return { toCallMs, clickMs: flows.map((flow) => flow.clickMs), flows };
}

/** Statements per request by name, less what runs when nothing is asked. */
export async function measureStatements(house: BenchHouse, requests: number): Promise<StatementCount[]> {
  await untilQuiet(house.product.databaseUrl);
  const idleWatch = await house.postgres.watch('product');
  const idleFrom = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const idleMs = performance.now() - idleFrom;
  const idle = new Map((await idleWatch.stop()).map((each) => [each.name, each]));

  const watch = await house.postgres.watch('product');
  const from = performance.now();
  for (let done = 0; done < requests; done += 1) {
    const asker = house.load.take();
    await house.load.flow(house.product.messages, asker, ask);
    house.load.giveBack(asker);
  }
  await untilQuiet(house.product.databaseUrl);
  const share = (performance.now() - from) / idleMs;
  return (await watch.stop())
    .map(({ name, count, ms }) => ({
      name,
      count: Math.max(0, count - (idle.get(name)?.count ?? 0) * share) / requests,
      ms: Math.max(0, ms - (idle.get(name)?.ms ?? 0) * share) / requests,
    }))
    .filter(({ count }) => count >= 0.05);
}

/** Until no Request moves and nothing waits to be delivered. */
export async function untilQuiet(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (;;) {
      const moving = await client.query<{ count: number }>(
        `SELECT ((SELECT count(*) FROM requests WHERE state IN ('received', 'diagnosing', 'executing'))
           + (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')))::int AS count`,
      );
      if (moving.rows[0]?.count === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await client.end();
  }
}
