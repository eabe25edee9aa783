/** The ledger of Steps: claimed before they are called, recorded after, both with their audit row in one statement. */
import type { Json, StepState } from '../domain.ts';
import { activityRow, type ActivityEntry } from './activity.ts';
import { rows, statement, type Database } from './database.ts';

const claim = statement(
  'steps_claim',
  `WITH claimed AS (
     UPDATE steps s SET state = 'running', worker = $4, attempts = attempts + 1, claimed_at = clock_timestamp()
     FROM plans p JOIN clients c ON c.id = p.client_id AND c.msp_id = p.msp_id JOIN msps m ON m.id = p.msp_id
     WHERE s.id = $2 AND s.plan_id = $3 AND s.msp_id = $1 AND p.id = s.plan_id AND p.msp_id = s.msp_id
       AND (s.state = 'pending' OR (s.state = 'running' AND $6))
       AND p.state = 'running' AND p.worker = $4 AND p.digest = $5
       AND c.stopped_at IS NULL AND m.stopped_at IS NULL AND c.status = 'active'
       AND (CASE WHEN c.mode = 'inherit' THEN m.mode ELSE c.mode END) = 'execute'
       AND NOT EXISTS (SELECT 1 FROM approvals a LEFT JOIN decisions d ON d.approval_id = a.id AND d.answer = 'approve'
                       WHERE a.plan_id = p.id AND (a.state <> 'approved' OR a.digest <> p.digest OR d.approval_id IS NULL))
       AND (EXISTS (SELECT 1 FROM steps o WHERE o.plan_id = p.id AND o.claimed_at IS NOT NULL)
            OR NOT EXISTS (SELECT 1 FROM approvals a WHERE a.plan_id = p.id AND a.expires_at <= clock_timestamp()))
     RETURNING s.claimed_at
   ), log AS (SELECT append_activity($7, $8, $9, $10, $11, $12, $13) AS hash FROM claimed)
   SELECT claimed_at AS "claimedAt", (SELECT hash FROM log) AS hash FROM claimed`,
);

/**
 * Claims a Step in its own commit, if at this very moment nothing stands against it: plan and approvals for this
 * digest, in time, client active, mode execute, nothing stopped. `again` re-runs one that was proven not done.
 */
export async function claimStep(
  db: Database,
  what: { mspId: string; stepId: string; planId: string; worker: number; digest: string; again: boolean },
  entry: ActivityEntry,
): Promise<Date | null> {
  const [claimed] = await rows<{ claimedAt: Date }>(db.pool, claim, [
    what.mspId,
    what.stepId,
    what.planId,
    what.worker,
    what.digest,
    what.again,
    ...activityRow(entry),
  ]);
  return claimed?.claimedAt ?? null;
}

const settle = statement(
  'steps_settle',
  `WITH settled AS (
     UPDATE steps SET state = $3, outcome = $4, result = $5::jsonb, finished_at = clock_timestamp(), worker = NULL
     WHERE msp_id = $1 AND id = $2 AND state IN ('pending', 'running') RETURNING id
   ), log AS (SELECT append_activity($6, $7, $8, $9, $10, $11, $12) AS hash FROM settled)
   SELECT id, (SELECT hash FROM log) FROM settled`,
);

export async function settleStep(
  db: Database,
  what: {
    mspId: string;
    stepId: string;
    state: Exclude<StepState, 'pending' | 'running'>;
    outcome: string;
    result: Json;
  },
  entry: ActivityEntry,
): Promise<void> {
  await rows(db.pool, settle, [
    what.mspId,
    what.stepId,
    what.state,
    what.outcome,
    JSON.stringify(what.result),
    ...activityRow(entry),
  ]);
}

const release = statement(
  'steps_release',
  `WITH released AS (
     UPDATE steps SET state = 'pending', claimed_at = NULL, worker = NULL WHERE msp_id = $1 AND id = $2 AND state = 'running' RETURNING id
   ), log AS (SELECT append_activity($3, $4, $5, $6, $7, $8, $9) AS hash FROM released)
   SELECT id, (SELECT hash FROM log) FROM released`,
);
/** Takes a claim back after a call that the vendor did not take in. */
export async function releaseStep(
  db: Database,
  what: { mspId: string; stepId: string },
  entry: ActivityEntry,
): Promise<void> {
  await rows(db.pool, release, [what.mspId, what.stepId, ...activityRow(entry)]);
}

const skip = statement(
  'steps_skip',
  `UPDATE steps SET state = 'skipped', finished_at = clock_timestamp() WHERE msp_id = $1 AND plan_id = $2 AND state = 'pending'`,
);
/** What comes behind a Step that did not get done. */
export async function skipRest(on: Parameters<typeof rows>[0], mspId: string, planId: string): Promise<void> {
  await rows(on, skip, [mspId, planId]);
}
