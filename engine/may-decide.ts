/** Who may answer an Approval: by role or by being the manager asked, in time, for this very plan, and never for oneself. */
import type { Click } from './approve.ts';
import { digestOf } from './digest.ts';
import { PlanContent } from './plan-content.ts';
import { rows, statement, type Queryable } from './store/database.ts';
import type { Known } from './store/people.ts';
import type { ApprovalRow, PlanRow } from './store/plans.ts';

/** Somebody we know, with the identity they used. */
export type Signatory = Known & { personId: string; identityId: string };
/** What the person hears, and what the record says. */
export type Refusal = { sentence: string; why: string };

/** Whether this person may answer this Approval at all; checked again on what can change, under the lock. */
export function mayDecide(who: Known, approval: ApprovalRow, click: Click): Refusal | null {
  if (!who.personId || !who.identityId)
    return {
      sentence: 'I do not know you here, so I cannot take a decision from you.',
      why: 'unknown person',
    };
  if (approval.signer === 'technician') {
    const staff = who.clientId === null && who.roles.length > 0;
    if (!staff) return { sentence: 'Only technicians and admins can decide this.', why: 'not a technician' };
  } else if (who.personId !== approval.personId) {
    return { sentence: 'Only the manager who was asked can decide this.', why: 'not the manager asked' };
  }
  if (click.answer === 'deny' && !click.reason)
    return { sentence: 'Please say why. Only your team and the ticket see the reason.', why: 'no reason' };
  return null;
}

const standing = statement(
  'approve_standing',
  'SELECT roles FROM persons WHERE msp_id = $1 AND id = $2 FOR SHARE',
);

/** What can have changed between card and click, read under the plan's lock. */
export async function obstacleNow(
  tx: Queryable,
  who: Signatory,
  plan: PlanRow,
  approval: ApprovalRow,
  click: Click,
): Promise<Refusal | null> {
  if (approval.state !== 'open')
    return { sentence: alreadyDecided(approval), why: `already ${approval.state}` };
  if (approval.expired)
    return { sentence: 'This has expired, so it can no longer be decided.', why: 'expired' };
  if (
    click.digest !== approval.digest ||
    plan.digest !== approval.digest ||
    digestOf(plan.canonical) !== approval.digest
  ) {
    return {
      sentence: 'This is not the plan that was asked about, so nothing was decided.',
      why: 'digest differs',
    };
  }
  const [person] = await rows<{ roles: string[] }>(tx, standing, [who.mspId, who.personId]);
  if (approval.signer === 'technician' && (person?.roles.length ?? 0) === 0)
    return { sentence: 'Only technicians and admins can decide this.', why: 'role lost' };
  const content = PlanContent.parse(JSON.parse(plan.canonical));
  if (isParty(who, content))
    return {
      sentence: 'You cannot sign a plan that is for yourself. Somebody else has to.',
      why: 'requester or subject',
    };
  return null;
}

function alreadyDecided(approval: ApprovalRow): string {
  if (approval.decidedByName)
    return `${approval.decidedByName} has already ${approval.answer === 'deny' ? 'denied' : 'approved'} this.`;
  return approval.state === 'expired'
    ? 'This has expired, so it can no longer be decided.'
    : 'This was replaced and can no longer be decided.';
}

/** Whether an approval still counts: given for good, by somebody who could give it today as well. */
export function isSigned(approval: ApprovalRow, content: PlanContent): boolean {
  const { decidedById: personId, decidedByMail: personMail } = approval;
  if (approval.state !== 'approved' || approval.answer !== 'approve' || !personId) return false;
  if (isParty({ personId, personMail }, content)) return false;
  return approval.signer === 'manager'
    ? personId === approval.personId
    : approval.decidedByClientId === null && (approval.decidedByRoles?.length ?? 0) > 0;
}

/** A manager signs for their own report; nobody signs for themselves. */
function isParty(who: { personId: string; personMail: string | null }, content: PlanContent): boolean {
  if (who.personId === content.requester.personId) return true;
  const mail = who.personMail?.toLowerCase();
  if (!mail) return false;
  return (
    content.requester.mail?.toLowerCase() === mail ||
    content.steps.some((step) =>
      step.subjects.some((subject) => subject.kind === 'user' && subject.mail === mail),
    )
  );
}
