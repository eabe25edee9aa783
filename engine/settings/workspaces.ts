/** Whose a Slack team or Entra tenant is: one Client's, or the Msp's own, in the whole deployment. */
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { rows, statement } from '../store/database.ts';

export interface Workspace {
  channel: 'teams' | 'slack';
  externalId: string;
}

const add = statement(
  'workspaces_add',
  `INSERT INTO workspaces (channel, external_id, msp_id, client_id) VALUES ($3, $4, $1, $2) ON CONFLICT DO NOTHING RETURNING channel`,
);
const ownerOf = statement(
  'workspaces_owner',
  `SELECT msp_id AS "mspId", client_id AS "clientId" FROM workspaces WHERE channel = $1 AND external_id = $2 FOR UPDATE`,
);
const give = statement(
  'workspaces_give',
  'UPDATE workspaces SET client_id = $2 WHERE msp_id = $1 AND channel = $3 AND external_id = $4',
);
// Who we knew under another owner is to be met again under this one.
const forget = statement(
  'workspaces_forget',
  `DELETE FROM identities WHERE channel = $3 AND workspace = $4 AND (msp_id <> $1 OR client_id IS DISTINCT FROM $2)`,
);

/** Gives it to a Client, or with null to the Msp itself; true when that was not so yet. Throws when another Msp has it. */
export async function bindWorkspace(
  tx: pg.PoolClient,
  mspId: string,
  clientId: string | null,
  { channel, externalId }: Workspace,
): Promise<boolean> {
  const place = [mspId, clientId, channel, externalId];
  const [added] = await rows(tx, add, place);
  if (!added) {
    const [owner] = await rows<{ mspId: string; clientId: string | null }>(tx, ownerOf, [
      channel,
      externalId,
    ]);
    if (owner?.mspId !== mspId)
      throw new AppError('invalid', `${wordFor(channel)} ${externalId} already belongs to another MSP here.`);
    if (owner.clientId === clientId) return false;
    await rows(tx, give, place);
  }
  await rows(tx, forget, place);
  return true;
}

const drop = statement(
  'workspaces_drop',
  `DELETE FROM workspaces WHERE msp_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND channel = $3 AND NOT external_id = ANY($4)
   RETURNING external_id AS "externalId"`,
);

/** Takes away those of one channel that are not to be kept; gives their ids. */
export async function dropWorkspaces(
  tx: pg.PoolClient,
  mspId: string,
  clientId: string | null,
  keep: { channel: Workspace['channel']; externalIds: string[] },
): Promise<string[]> {
  const dropped = await rows<{ externalId: string }>(tx, drop, [
    mspId,
    clientId,
    keep.channel,
    keep.externalIds,
  ]);
  return dropped.map((row) => row.externalId);
}

function wordFor(channel: Workspace['channel']): string {
  return channel === 'teams' ? 'The Entra tenant' : 'The Slack team';
}
