import { rows, statement, type Database } from './database.ts';

const counts = statement(
  'open_work',
  `SELECT (SELECT count(*)::int FROM requests WHERE closed_at IS NULL) AS requests,
          (SELECT count(*)::int FROM approvals WHERE state = 'open') AS approvals,
          (SELECT count(*)::int FROM deliveries WHERE state IN ('pending', 'sending')) AS deliveries,
          (SELECT count(*)::int FROM arrivals WHERE state = 'pending') AS arrivals`,
);

/** How much is open at this moment, by kind. */
export async function openWork(
  db: Database,
): Promise<Record<'requests' | 'approvals' | 'deliveries' | 'arrivals', number>> {
  const [found] = await rows<Record<'requests' | 'approvals' | 'deliveries' | 'arrivals', number>>(
    db.pool,
    counts,
    [],
  );
  return found ?? { requests: 0, approvals: 0, deliveries: 0, arrivals: 0 };
}
