/** Signed heads of the audit chains, now and then, so that a tail that was cut off shows. */
import type { House } from './house.ts';
import { rows, statement } from './store/database.ts';

const EVERY = '10 minutes';

const heads = statement(
  'checkpoints_heads',
  `SELECT h.chain, h.msp_id AS "mspId", h.seq, h.hash FROM chain_heads h
   WHERE h.seq > 0 AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.chain = h.chain AND (c.seq = h.seq OR c.at > clock_timestamp() - $1::interval)) LIMIT 200`,
);
const add = statement(
  'checkpoints_add',
  'INSERT INTO checkpoints (chain, seq, msp_id, hash, signature) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
);

interface Head {
  chain: string;
  mspId: string;
  seq: string;
  hash: string;
}

export async function signHeads(house: Pick<House, 'db' | 'vault'>): Promise<void> {
  for (const head of await rows<Head>(house.db.pool, heads, [EVERY])) {
    await rows(house.db.pool, add, [
      head.chain,
      head.seq,
      head.mspId,
      head.hash,
      house.vault.sign(textOf(head)),
    ]);
  }
}

const kept = statement(
  'checkpoints_kept',
  `SELECT c.chain, c.msp_id AS "mspId", c.seq, c.hash, c.signature,
     EXISTS (SELECT 1 FROM activity a WHERE a.chain = c.chain AND a.seq = c.seq AND a.hash = c.hash) AS there
   FROM checkpoints c WHERE c.msp_id = $1`,
);

/** Checkpoints whose signature is not ours or whose row is no longer in the chain; empty when all is well. */
export async function brokenCheckpoints(
  house: Pick<House, 'db' | 'vault'>,
  mspId: string,
): Promise<{ chain: string; seq: string }[]> {
  const found = await rows<Head & { signature: string; there: boolean }>(house.db.pool, kept, [mspId]);
  return found
    .filter((row) => !row.there || !house.vault.isSigned(textOf(row), row.signature))
    .map(({ chain, seq }) => ({ chain, seq }));
}

function textOf({ chain, seq, hash }: Head): string {
  return `${chain}\n${seq}\n${hash}`;
}
