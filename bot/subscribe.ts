/** Asks every PSA to call us for new tickets. A vendor that does not answer is logged and asked at the next start. */
import type { Logger } from 'pino';
import { openConnection } from '../engine/connections.ts';
import type { House } from '../engine/index.ts';
import { rows, statement } from '../engine/store/database.ts';
import type { ConnectionRow } from '../engine/store/scope.ts';

const connections = statement(
  'subscribe_connections',
  `SELECT id, connector, url, config, secrets, sandbox, status, version, created_at AS "createdAt" FROM connections WHERE status = 'active'`,
);

/** `base` is where vendors reach us; without one nothing can be subscribed. */
export async function subscribe(house: House, base: string | null, log: Logger): Promise<void> {
  if (!base) return log.warn({}, 'PUBLIC_URL is not set, so no PSA is asked to call us for new tickets');
  for (const row of await rows<Omit<ConnectionRow, 'externalId' | 'clientLevel'>>(
    house.db.pool,
    connections,
    [],
  )) {
    try {
      const { connector, api } = await openConnection(house, row);
      await connector.psa?.(api).subscribe(`${base.replace(/\/+$/, '')}/webhooks/${row.id}`);
    } catch (error) {
      log.warn(
        { connectionId: row.id, error: error instanceof Error ? error.message : 'unknown' },
        'a PSA could not be subscribed to',
      );
    }
  }
}
