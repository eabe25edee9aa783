import type { ApprovalView } from '../../engine/domain.ts';
import type { CardBlock } from '../card.ts';
import { isOpen } from './approval-state.ts';
import { oneLine } from './words.ts';

/** Says in words that nothing proves who asked; nothing for a verified Requester. */
export function claimedMark(view: ApprovalView): CardBlock[] {
  if (view.requester.assurance === 'verified') return [];
  const name = oneLine(view.requester.name, 80);
  return [{ type: 'mark', tone: 'danger', text: `Not verified: nothing proves that ${name} asked for this` }];
}

/** The plan's short code, and until when it can be decided. */
export function planLine(view: ApprovalView): CardBlock {
  const until = isOpen(view) ? ` · expires ${oneLine(view.expiresAt, 60)}` : '';
  return { type: 'text', text: `Plan ${view.code}${until}`, look: 'subtle' };
}
