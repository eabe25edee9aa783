/** Prometheus metrics: the process, and what waits in the database at the moment of asking. */
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Database } from '../engine/store/database.ts';
import { openWork } from '../engine/store/open-work.ts';

/** Gives the text for `GET /metrics`. */
export function createMetrics(db: Database): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'countersign_' });
  const open = new Gauge({
    name: 'countersign_open',
    help: 'Open rows by kind',
    labelNames: ['kind'],
    registers: [registry],
  });
  return async () => {
    for (const [kind, count] of Object.entries(await openWork(db))) open.set({ kind }, count);
    return registry.metrics();
  };
}
