import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { paragraph } from './words.ts';

type Expired = Extract<Notice, { kind: 'expired' }>;

/** Tells the employee that nobody answered, which is no fault of theirs. */
export function expired(notice: Expired): Card {
  const text = "Nobody answered in time, and that's on us. Please ask again.";
  return {
    title: '',
    tone: 'plain',
    blocks: [paragraph(text)],
    actions: [
      { verb: 'ask_again', label: 'Ask again', style: 'default', data: { requestId: notice.requestId } },
    ],
    push: text,
  };
}

/** Samples of this kind, for tests and for looking at. */
export const examples: Expired[] = [{ kind: 'expired', requestId: 'req_01' }];
