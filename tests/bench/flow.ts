/**
 * `npm run bench`: the whole product, in processes of its own, against floors measured in the same minutes.
 * Prints figures and whether they reach their goals; being slow never fails it. Options: `--rounds N` (3),
 * `--seconds N` for each side of a round (8), `--json FILE`, `--statements` to list what runs in the database per
 * request, `--profile DIR` for CPU profiles of web and worker.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startBenchHouse, type BenchHouse } from './house.ts';
import {
  measureAck,
  measureClicks,
  measureFlow,
  measureStatements,
  measureTransaction,
  type Throughput,
  type TransactionCost,
} from './measures.ts';
import type { StatementCount } from './postgres.ts';
import { machineLine } from './processes.ts';
import { median, percentile, renderFigures, round, type Figure } from './report.ts';

const say = (line = '') => void process.stdout.write(`${line}\n`);

interface Round {
  transaction: TransactionCost;
  floor: Throughput;
  product: Throughput;
}

/** Floor and product turn by turn, so that whatever else the machine does falls on both. */
async function runRounds(house: BenchHouse, rounds: number, forMs: number): Promise<Round[]> {
  const done: Round[] = [];
  await measureFlow(house, house.floor, 1_500);
  await measureFlow(house, house.product, 1_500);
  for (let number = 1; number <= rounds; number += 1) {
    const transaction = await measureTransaction(house);
    const floor = await measureFlow(house, house.floor, forMs);
    const product = await measureFlow(house, house.product, forMs);
    say(
      `round ${number}: F0 ${round(transaction.perSecond)} tx/s, F1 ${flowWords(floor)}, product ${flowWords(product)}`,
    );
    done.push({ transaction, floor, product });
  }
  return done;
}

function flowWords({ perSecond, p50Ms, cpu }: Throughput): string {
  const spent = cpu ? `CPU ${round(cpu.service)}+${round(cpu.postgres)} ms` : 'CPU not available';
  return `${round(perSecond)}/s (p50 ${round(p50Ms)} ms, ${spent})`;
}

function flowFigures(rounds: Round[]): Figure[] {
  const cpuOf = ({ cpu }: Throughput) => (cpu ? cpu.service + cpu.postgres : NaN);
  const ratio = (of: (one: Round) => number) => median(rounds.map(of));
  const pairs = rounds.map((one) => round(one.product.perSecond / one.floor.perSecond)).join(', ');
  return [
    {
      id: 'P1',
      title: 'requests/s through the whole flow / F1',
      value: ratio((one) => one.product.perSecond / one.floor.perSecond),
      unit: 'x',
      goal: { atLeast: 0.5 },
      detail: `pairs ${pairs}`,
    },
    {
      id: '',
      title: 'requests/s through the whole flow, concurrency 32',
      value: ratio((one) => one.product.perSecond),
      unit: '/s',
    },
    {
      id: 'P2',
      title: 'CPU per request / CPU of one F0 transaction',
      value: ratio((one) => cpuOf(one.product) / (one.transaction.cpuMs ?? NaN)),
      unit: 'x',
      goal: { atMost: 25 },
      detail: `F1 in the same rounds: ${round(ratio((one) => cpuOf(one.floor) / (one.transaction.cpuMs ?? NaN)))} x`,
    },
    {
      id: '',
      title: 'CPU per request: service',
      value: ratio((one) => one.product.cpu?.service ?? NaN),
      unit: 'ms',
    },
    {
      id: '',
      title: 'CPU per request: Postgres',
      value: ratio((one) => one.product.cpu?.postgres ?? NaN),
      unit: 'ms',
    },
    {
      id: '',
      title: 'CPU of one F0 transaction',
      value: ratio((one) => one.transaction.cpuMs ?? NaN),
      unit: 'ms',
    },
  ];
}

function statementFigure(statements: StatementCount[]): Figure {
  const count = statements.reduce((sum, each) => sum + each.count, 0);
  const ms = statements.reduce((sum, each) => sum + each.ms, 0);
  return {
    id: 'P3',
    title: 'SQL statements per request of two steps',
    value: count,
    unit: '',
    goal: { atMost: 30 },
    detail: `${round(ms)} ms in the server`,
  };
}

async function latencyFigures(house: BenchHouse, transactionMs: number): Promise<Figure[]> {
  const { toCallMs, clickMs } = await measureClicks(house);
  const { ackMs, insertMs } = await measureAck(house);
  const at = (values: number[], p: number) => percentile(values, p);
  return [
    {
      id: 'P4',
      title: 'acknowledgement at 50/s, p99',
      value: at(ackMs, 0.99),
      unit: 'ms',
      goal: { atMost: 50 },
    },
    { id: '', title: 'acknowledgement at 50/s, p50', value: at(ackMs, 0.5), unit: 'ms' },
    {
      id: 'P4',
      title: 'acknowledgement p99 / p99 of one durable insert',
      value: at(ackMs, 0.99) / at(insertMs, 0.99),
      unit: 'x',
      goal: { atMost: 5 },
      detail: `insert p50 ${round(at(insertMs, 0.5))}, p99 ${round(at(insertMs, 0.99))} ms`,
    },
    {
      id: 'P6',
      title: 'click -> first write at 10/s, p50',
      value: at(toCallMs, 0.5),
      unit: 'ms',
      goal: { atMost: 25 },
    },
    {
      id: 'P6',
      title: 'click -> first write at 10/s, p99',
      value: at(toCallMs, 0.99),
      unit: 'ms',
      goal: { atMost: 100 },
    },
    {
      id: '',
      title: 'click -> first write p50 / p50 of one F0 transaction',
      value: at(toCallMs, 0.5) / transactionMs,
      unit: 'x',
    },
    { id: '', title: 'click -> its own answer at 10/s, p50', value: at(clickMs, 0.5), unit: 'ms' },
  ];
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '8' },
      json: { type: 'string' },
      statements: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const house = await startBenchHouse(options.profile ?? null);
  try {
    const machine = machineLine(house.postgres.version);
    say(machine);
    const rounds = await runRounds(house, Number(options.rounds), Number(options.seconds) * 1000);
    const latencies = await latencyFigures(house, median(rounds.map((one) => one.transaction.p50Ms)));
    const statements = await measureStatements(house, 20);
    const figures = [...flowFigures(rounds), statementFigure(statements), ...latencies];
    say();
    say(renderFigures(figures));
    if (options.statements)
      for (const { name, count, ms } of statements)
        say(`${count.toFixed(1).padStart(6)}  ${ms.toFixed(2).padStart(7)} ms  ${name}`);
    if (options.json)
      await writeFile(options.json, `${JSON.stringify({ machine, figures, rounds, statements }, null, 2)}\n`);
  } finally {
    await house.close();
  }
}

await main();
