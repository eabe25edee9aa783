/** What waits for somebody's signature. */
import type { Signer } from '../domain.ts';
import { rows, statement, type Database } from '../store/database.ts';

export interface OpenApproval {
  approvalId: string;
  signer: Signer;
  /** The manager who is asked; null when every technician is. */
  asked: string | null;
  title: string;
  client: string;
  requester: string;
  code: string;
  expiresAt: Date;
}

const open = statement(
  'approvals_open',
  `SELECT a.id AS "approvalId", a.signer, q.name AS asked, p.canonical::jsonb ->> 'title' AS title, c.name AS client,
     p.canonical::jsonb #>> '{requester,name}' AS requester, p.code, a.expires_at AS "expiresAt"
   FROM approvals a JOIN plans p ON p.id = a.plan_id AND p.msp_id = a.msp_id
   JOIN clients c ON c.id = a.client_id AND c.msp_id = a.msp_id
   LEFT JOIN persons q ON q.id = a.person_id AND q.msp_id = a.msp_id
   WHERE a.msp_id = $1 AND a.state = 'open' AND a.expires_at > clock_timestamp() ORDER BY a.expires_at, a.id`,
);

/** Soonest to expire first. */
export async function openApprovals(db: Database, mspId: string): Promise<OpenApproval[]> {
  return rows(db.pool, open, [mspId]);
}
