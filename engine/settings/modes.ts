/** Whether plans are only written, or also signed and run. A change takes effect on the next Request. */
import type { ClientMode, Mode } from '../domain.ts';
import { AppError } from '../errors.ts';
import { rows, statement, type Database } from '../store/database.ts';
import { changeSettings, recordChange } from './change.ts';
import { clientNamed } from './places.ts';
import { requireAdmin } from './staff.ts';

export interface Modes {
  msp: { name: string; mode: Mode };
  clients: { slug: string; name: string; mode: ClientMode; effective: Mode }[];
}

export async function getModes(db: Database, mspId: string): Promise<Modes> {
  const msp = await db.prisma.msp.findUniqueOrThrow({ where: { id: mspId } });
  const clients = await db.prisma.client.findMany({
    where: { mspId },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });
  const own = msp.mode as Mode;
  return {
    msp: { name: msp.name, mode: own },
    clients: clients.map(({ slug, name, mode }) => ({
      slug,
      name,
      mode: mode as ClientMode,
      effective: mode === 'inherit' ? own : (mode as Mode),
    })),
  };
}

const ofMsp = statement('modes_msp', 'SELECT name, mode FROM msps WHERE id = $1 FOR NO KEY UPDATE');
const ofClient = statement(
  'modes_client',
  'SELECT name, mode FROM clients WHERE msp_id = $1 AND id = $2 FOR NO KEY UPDATE',
);
const setMsp = statement('modes_set_msp', 'UPDATE msps SET mode = $2 WHERE id = $1');
const setClient = statement('modes_set_client', 'UPDATE clients SET mode = $3 WHERE msp_id = $1 AND id = $2');

/** `client` is as it was written; null is the Msp. Throws `not_allowed` for anybody but an admin. */
export async function setMode(
  db: Database,
  mspId: string,
  change: { by: string; client: string | null; mode: ClientMode },
): Promise<{ name: string; before: ClientMode; mode: ClientMode }> {
  return changeSettings(db, mspId, async (tx) => {
    await requireAdmin(tx, mspId, change.by);
    const client = await clientNamed(tx, mspId, change.client);
    if (!client && change.mode === 'inherit')
      throw new AppError('invalid', 'Only a client can inherit its mode: name the client.');
    const [current] = await rows<{ name: string; mode: ClientMode }>(
      tx,
      client ? ofClient : ofMsp,
      client ? [mspId, client.id] : [mspId],
    );
    if (!current) throw new Error('no such Msp');
    const result = { name: current.name, before: current.mode, mode: change.mode };
    if (current.mode === change.mode) return result;
    if (client) await rows(tx, setClient, [mspId, client.id, change.mode]);
    else await rows(tx, setMsp, [mspId, change.mode]);
    await recordChange(tx, mspId, {
      clientId: client?.id ?? null,
      what: 'mode',
      before: current.mode,
      after: change.mode,
      by: change.by,
      kind: 'mode.changed',
      facts: { before: current.mode, mode: change.mode },
    });
    return result;
  });
}
