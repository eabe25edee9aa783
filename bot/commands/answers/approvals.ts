import { openApprovals, type OpenApproval } from '../../../engine/settings/approvals.ts';
import { getTimeZone } from '../../../engine/settings/status.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import { dayAndTime } from '../../../engine/words.ts';
import type { Card } from '../../card.ts';
import { plainMessage } from '../../views/words.ts';
import type { CommandDeps } from '../deps.ts';
import { listing, type ListEntry } from './listing.ts';

const MOST = 10;

export async function answerApprovals({ db }: CommandDeps, staff: Staff): Promise<Card> {
  const open = await openApprovals(db, staff.mspId);
  if (open.length === 0) return plainMessage('Nothing waits for a signature.');
  const timeZone = await getTimeZone(db, staff.mspId);
  const more = open.length > MOST ? [`And ${open.length - MOST} more.`] : [];
  const title = open.length === 1 ? '1 approval waits' : `${open.length} approvals wait`;
  return listing(
    title,
    open.slice(0, MOST).map((approval) => entryOf(approval, timeZone)),
    more,
  );
}

function entryOf(approval: OpenApproval, timeZone: string): ListEntry {
  const { title, client, requester, code, expiresAt, signer, asked } = approval;
  const whom = signer === 'technician' ? 'a technician' : (asked ?? 'the manager');
  return {
    head: title,
    lines: [
      `${client} · asked by ${requester} · code ${code}`,
      `Waits for ${whom} until ${dayAndTime(expiresAt, timeZone)}`,
    ],
  };
}
