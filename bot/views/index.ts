import type { Notice } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { alert, examples as alerts } from './alert.ts';
import { answer, examples as answers } from './answer.ts';
import { examples as approvals } from './approval-examples.ts';
import { approval } from './approval.ts';
import { delayed, examples as delays } from './delayed.ts';
import { denied, examples as denials } from './denied.ts';
import { done, examples as dones } from './done.ts';
import { expired, examples as expiries } from './expired.ts';
import { failed, examples as failures } from './failed.ts';
import { handedOff, examples as handOffs } from './handed-off.ts';
import { notServed, examples as notServeds } from './not-served.ts';
import { outcomeNote, examples as outcomeNotes } from './outcome-note.ts';
import { planNote, examples as planNotes } from './plan-note.ts';
import { question, examples as questions } from './question.ts';
import { received, examples as receiveds } from './received.ts';
import { ticket, examples as tickets } from './ticket.ts';
import { waiting, examples as waitings } from './waiting.ts';

/** The Card of a Notice; pure, and one file per kind. */
export function view(notice: Notice): Card {
  switch (notice.kind) {
    case 'received':
      return received(notice);
    case 'waiting':
      return waiting(notice);
    case 'done':
      return done(notice);
    case 'answer':
      return answer(notice);
    case 'question':
      return question(notice);
    case 'denied':
      return denied(notice);
    case 'expired':
      return expired(notice);
    case 'handed_off':
      return handedOff(notice);
    case 'failed':
      return failed(notice);
    case 'delayed':
      return delayed(notice);
    case 'not_served':
      return notServed(notice);
    case 'approval':
      return approval(notice);
    case 'alert':
      return alert(notice);
    case 'ticket':
      return ticket(notice);
    case 'plan_note':
      return planNote(notice);
    case 'outcome_note':
      return outcomeNote(notice);
  }
}

/** At least one Notice of every kind, for tests, renderers and anyone who wants to see them all. */
export const examples: Notice[] = [
  ...receiveds,
  ...waitings,
  ...dones,
  ...answers,
  ...questions,
  ...denials,
  ...expiries,
  ...handOffs,
  ...failures,
  ...delays,
  ...notServeds,
  ...approvals,
  ...alerts,
  ...tickets,
  ...planNotes,
  ...outcomeNotes,
];
