/** Finds what nobody is at work on any more, what is due, and what has expired. Correctness never waits for a job. */
import { signHeads } from './checkpoints.ts';
import { expireDue } from './expire.ts';
import { tellDelays } from './delays.ts';
import type { House } from './house.ts';
import { rows, statement } from './store/database.ts';
import { dueOrderKeys } from './store/deliveries.ts';

export const SWEEP_MS = 2_000;

const requests = statement(
  'sweep_requests',
  `UPDATE requests SET updated_at = clock_timestamp() WHERE id IN (
     SELECT id FROM requests WHERE closed_at IS NULL AND id <> ALL($2)
       AND ((state = 'diagnosing' AND worker = $1)
         OR ((state = 'received' OR (state = 'diagnosing' AND NOT instance_alive(worker)))
             AND updated_at <= clock_timestamp() - make_interval(secs => $3)))
     ORDER BY updated_at LIMIT 100 FOR UPDATE SKIP LOCKED
   ) RETURNING msp_id AS "mspId", id AS "requestId"`,
);
const plans = statement(
  'sweep_plans',
  `SELECT msp_id AS "mspId", id AS "planId" FROM plans
   WHERE noted_at IS NOT NULL AND id <> ALL($2) AND (rest_until IS NULL OR rest_until <= clock_timestamp())
     AND ((state = 'authorized' AND noted_at <= clock_timestamp() - make_interval(secs => $3)) OR (state = 'running' AND (NOT instance_alive(worker) OR worker = $1))) LIMIT 100`,
);
const arrivals = statement(
  'sweep_arrivals',
  `SELECT msp_id AS "mspId", connection_id AS "connectionId", key FROM arrivals
   WHERE state = 'pending' AND next_attempt_at <= clock_timestamp() - make_interval(secs => $1) LIMIT 200`,
);

/** `afterStart`: the jobs of a process that died are gone with it, so nothing is given time to be picked up. */
export async function sweep(house: House, afterStart = false): Promise<void> {
  const me = house.instance.number;
  const atWork = [...house.atWork.keys()];
  const patienceS = afterStart ? 0 : 10;
  const { pool } = house.db;
  for (const job of await rows<{ mspId: string; requestId: string }>(pool, requests, [me, atWork, patienceS]))
    await house.queue.send(pool, 'request', job);
  for (const job of await rows<{ mspId: string; planId: string }>(pool, plans, [me, atWork, patienceS]))
    await house.queue.send(pool, 'execute', job);
  for (const job of await rows<{ mspId: string; connectionId: string; key: string }>(pool, arrivals, [
    patienceS,
  ]))
    await house.queue.send(pool, 'arrival', job);
  for (const job of await dueOrderKeys(house.db, me, atWork)) await house.queue.send(pool, 'deliver', job);
  await expireDue(house);
  await tellDelays(house);
  await signHeads(house);
}

/** Sweeps now and then until stopped; a sweep that fails is tried again at the next turn. */
export function startSweeping(house: House): () => Promise<void> {
  let current = turn(true);
  const timer = setInterval(() => void (current = current.then(() => turn(false))), SWEEP_MS);
  function turn(afterStart: boolean): Promise<void> {
    return sweep(house, afterStart).catch((error: unknown) =>
      house.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'a sweep failed'),
    );
  }
  return async () => {
    clearInterval(timer);
    await current;
  };
}
