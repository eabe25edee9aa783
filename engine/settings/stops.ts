/** Halting every further Step at once, for one Client or the whole Msp, and letting them run again. */
import { AppError } from '../errors.ts';
import type { Vault } from '../secrets.ts';
import { sealFor } from '../store/activity.ts';
import { rows, statement, type Database } from '../store/database.ts';
import { changeSettings, recordChange } from './change.ts';
import { clientNamed } from './places.ts';
import { requireAdmin, requireStaff } from './staff.ts';

interface Stopped {
  name: string;
  stopped: boolean;
  mspStopped: boolean;
}
const ofMsp = statement(
  'stops_msp',
  'SELECT name, stopped_at IS NOT NULL AS stopped, stopped_at IS NOT NULL AS "mspStopped" FROM msps WHERE id = $1 FOR NO KEY UPDATE',
);
const ofClient = statement(
  'stops_client',
  `SELECT c.name, c.stopped_at IS NOT NULL AS stopped, m.stopped_at IS NOT NULL AS "mspStopped"
   FROM clients c JOIN msps m ON m.id = c.msp_id WHERE c.msp_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c`,
);
const stopMsp = statement(
  'stops_stop_msp',
  'UPDATE msps SET stopped_at = clock_timestamp(), stopped_by = $2, stopped_reason = NULL WHERE id = $1',
);
const stopClient = statement(
  'stops_stop_client',
  'UPDATE clients SET stopped_at = clock_timestamp(), stopped_by = $3, stopped_reason = NULL WHERE msp_id = $1 AND id = $2',
);

/** For any technician or admin. `client` is as it was written; null is everybody. */
export async function stop(
  db: Database,
  mspId: string,
  change: { by: string; client: string | null },
): Promise<{ name: string | null; already: boolean }> {
  return changeSettings(db, mspId, async (tx) => {
    await requireStaff(tx, mspId, change.by);
    const client = await clientNamed(tx, mspId, change.client);
    const [current] = await rows<Stopped>(
      tx,
      client ? ofClient : ofMsp,
      client ? [mspId, client.id] : [mspId],
    );
    const name = client?.name ?? null;
    if (current?.stopped) return { name, already: true };
    if (client) await rows(tx, stopClient, [mspId, client.id, change.by]);
    else await rows(tx, stopMsp, [mspId, change.by]);
    await recordChange(tx, mspId, {
      clientId: client?.id ?? null,
      what: 'stop',
      before: false,
      after: true,
      by: change.by,
      kind: 'work.stopped',
      facts: {},
    });
    return { name, already: false };
  });
}

const resumeMsp = statement(
  'stops_resume_msp',
  'UPDATE msps SET stopped_at = NULL, stopped_by = NULL, stopped_reason = NULL WHERE id = $1',
);
const resumeClient = statement(
  'stops_resume_client',
  'UPDATE clients SET stopped_at = NULL, stopped_by = NULL, stopped_reason = NULL WHERE msp_id = $1 AND id = $2',
);
const stillStopped = statement(
  'stops_still',
  'SELECT name FROM clients WHERE msp_id = $1 AND stopped_at IS NOT NULL ORDER BY name, id',
);

export interface Resumed {
  name: string | null;
  /** True when nothing was stopped there. */
  already: boolean;
  /** True when the stop of the whole Msp still holds a Client back. */
  mspStopped: boolean;
  /** Names of Clients with a stop of their own, when the whole Msp was resumed. */
  clientsStopped: string[];
}

/** For admins, with a reason, which the activity keeps sealed. */
export async function resume(
  parts: { db: Database; vault: Vault },
  mspId: string,
  change: { by: string; client: string | null; reason: string },
): Promise<Resumed> {
  const reason = change.reason.trim().slice(0, 2_000);
  if (reason === '')
    throw new AppError('invalid', 'Please say why it may go on. The reason is kept with the activity.');
  const sealed = await sealFor(
    parts.db,
    parts.vault,
    { mspId, personId: change.by },
    JSON.stringify({ reason }),
  );
  return changeSettings(parts.db, mspId, async (tx) => {
    await requireAdmin(tx, mspId, change.by);
    const client = await clientNamed(tx, mspId, change.client);
    const [current] = await rows<Stopped>(
      tx,
      client ? ofClient : ofMsp,
      client ? [mspId, client.id] : [mspId],
    );
    if (current?.stopped) {
      if (client) await rows(tx, resumeClient, [mspId, client.id]);
      else await rows(tx, resumeMsp, [mspId]);
      await recordChange(tx, mspId, {
        clientId: client?.id ?? null,
        what: 'stop',
        before: true,
        after: false,
        by: change.by,
        kind: 'work.resumed',
        facts: {},
        sealed,
      });
    }
    const others = client ? [] : await rows<{ name: string }>(tx, stillStopped, [mspId]);
    return {
      name: client?.name ?? null,
      already: !current?.stopped,
      mspStopped: client !== null && (current?.mspStopped ?? false),
      clientsStopped: others.map((row) => row.name),
    };
  });
}
