/**
 * Typed pg-boss queues. A job is a durable wake-up that carries ids and nothing else; the row it names, not the
 * job, says what is to be done and whether somebody is at it. So a job may come twice, or be lost with its
 * process and be sent again by the sweep, and nothing happens twice.
 */
import { PgBoss } from 'pg-boss';
import type pg from 'pg';
import { z } from 'zod';

const id = z.string().min(1);
export const jobs = {
  /** Diagnose and plan a Request. */
  request: z.object({ mspId: id, requestId: id }),
  /** Run an authorized Plan. */
  execute: z.object({ mspId: id, planId: id }),
  /** Put out what waits under one order key. */
  deliver: z.object({ mspId: id, orderKey: id }),
  /** Read again what a webhook announced. */
  arrival: z.object({ mspId: id, connectionId: id, key: id }),
};
export type JobName = keyof typeof jobs;
export type JobData<Name extends JobName> = z.infer<(typeof jobs)[Name]>;
export type JobHandlers = { [Name in JobName]: (data: JobData<Name>) => Promise<void> };

const AT_ONCE: Record<JobName, number> = { request: 12, execute: 12, deliver: 16, arrival: 8 };

export interface Queue {
  /** Commits with `tx`, or not at all. `delayMs` keeps it back. */
  send<Name extends JobName>(
    tx: pg.PoolClient | pg.Pool,
    name: Name,
    data: JobData<Name>,
    delayMs?: number,
  ): Promise<void>;
  /** The same for several jobs of one kind, in one statement. */
  sendAll<Name extends JobName>(tx: pg.PoolClient | pg.Pool, name: Name, all: JobData<Name>[]): Promise<void>;
  work(handlers: JobHandlers): Promise<void>;
  /** Resolves when nothing that was started here is still running. */
  idle(): Promise<void>;
  isReady(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Starts pg-boss in its own schema of the same database. `onError` hears of lost connections and failed handlers. */
export async function startQueue(url: string, onError: (error: Error) => void): Promise<Queue> {
  const boss = new PgBoss({ connectionString: url, max: 4, useListenNotify: true, schedule: false });
  boss.on('error', onError);
  await boss.start();
  for (const name of Object.keys(jobs)) {
    await boss.createQueue(name, {
      notify: true,
      retryLimit: 3,
      retryDelay: 1,
      expireInSeconds: 60,
      retentionSeconds: 86_400,
      deleteAfterSeconds: 60,
    });
  }
  const running = new Set<Promise<void>>();
  let stopped = false;

  async function workOn<Name extends JobName>(
    name: Name,
    handle: (data: JobData<Name>) => Promise<void>,
  ): Promise<void> {
    const mine = new Set<Promise<void>>();
    await boss.work(
      name,
      {
        batchSize: 10,
        localConcurrency: 1,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 1,
        notifyPollingIntervalSeconds: 2,
      },
      async (batch: { data: unknown }[]) => {
        for (const job of batch) {
          while (mine.size >= AT_ONCE[name]) await Promise.race(mine);
          if (stopped) throw new Error('stopping');
          const run: Promise<void> = handle(jobs[name].parse(job.data) as JobData<Name>)
            .catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error))))
            .finally(() => {
              mine.delete(run);
              running.delete(run);
            });
          mine.add(run);
          running.add(run);
        }
      },
    );
  }

  return {
    async send(tx, name, data, delayMs = 0) {
      await boss.send(name, data, {
        db: { executeSql: (text, values) => tx.query(text, values as unknown[]) },
        // Seconds, which the database counts by its own clock.
        ...(delayMs > 0 ? { startAfter: Math.ceil(delayMs / 1_000) } : {}),
      });
    },
    async sendAll(tx, name, all) {
      if (all.length === 0) return;
      await boss.insert(
        name,
        all.map((data) => ({ data })),
        { db: { executeSql: (text, values) => tx.query(text, values as unknown[]) } },
      );
    },
    async work(handlers) {
      for (const name of Object.keys(jobs) as JobName[])
        await workOn(name, handlers[name] as (data: JobData<typeof name>) => Promise<void>);
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    async isReady() {
      return (await boss.isInstalled()) && !stopped;
    },
    async stop() {
      stopped = true;
      await boss.stop({ graceful: true, timeout: 5_000 });
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
