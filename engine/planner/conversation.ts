/** From all messages and the questions asked to what is asked now. */
import { isWrite, understand, type Understood } from './match.ts';
import type { Ask } from './playbook.ts';
import { playbooks } from './playbooks/index.ts';
import type { PlannerInput } from './port.ts';
import {
  forWhom,
  forWhomChoices,
  signOutNow,
  whichApp,
  whichFirst,
  whichGroup,
  whichOne,
  workSignIn,
} from './questions.ts';
import { pickChoice, saysNeverMind, saysNo, saysYes, slotFrom } from './slots.ts';
import { clausesOf, withoutMarkup } from './words.ts';

export interface Heard extends Understood {
  /** They called it off. */
  calledOff: boolean;
  /** They said no to doing it. */
  declined: boolean;
  /** They said that it is for them. */
  forThemselves: boolean;
}

type Asked = PlannerInput['asked'][number];

/** Understands the opening and then each reply by the question it answers. */
export function hear(input: PlannerInput): Heard {
  const replies = Math.min(input.asked.length, Math.max(0, input.messages.length - 1));
  const opening = input.messages.slice(0, input.messages.length - replies);
  let heard: Heard = {
    ...understand(opening.join('\n'), input.requester),
    calledOff: saysNeverMind(opening.at(-1) ?? ''),
    declined: false,
    forThemselves: false,
  };
  input.messages.slice(opening.length).forEach((reply, index) => {
    const asked = input.asked[input.asked.length - replies + index];
    if (asked) heard = afterReply(heard, asked, reply, input);
  });
  return heard;
}

function afterReply(heard: Heard, asked: Asked, reply: string, input: PlannerInput): Heard {
  if (saysNeverMind(reply)) return { ...heard, calledOff: true };
  const said = understand(reply, input.requester);
  if (said.against) return { ...heard, against: said.against };
  const answered = byQuestion(heard, asked, reply);
  if (answered) return answered;
  if (said.asks.some((ask) => isWrite(ask) && ask.sure)) return { ...heard, ...said };
  // Still unclear: the same playbook asks once more, and then a person takes over.
  return fillSlot(heard, asked, reply) ?? heard;
}

/** What a choice, a yes or a no settles; null when the reply is none of these. */
function byQuestion(heard: Heard, asked: Asked, reply: string): Heard | null {
  const choice = pickChoice(reply, asked.choices);
  if (asked.question === forWhom) {
    if (choice === forWhomChoices[1] || saysNo(reply))
      return { ...heard, against: "It is for somebody else's account." };
    return choice === forWhomChoices[0] ||
      saysYes(reply) ||
      /^(?:it is |it's |its )?(?:for |just )*(?:me|myself|mine)\b/i.test(reply.trim())
      ? { ...heard, forThemselves: true }
      : null;
  }
  if (asked.question === whichFirst) {
    const first = playbooks.find((playbook) => playbook.label === choice);
    return first ? { ...heard, asks: heard.asks.filter((ask) => ask.playbook === first.id) } : null;
  }
  if (asked.question === signOutNow || asked.question === workSignIn) {
    if (saysNo(reply))
      return asked.question === signOutNow
        ? { ...heard, declined: true }
        : { ...heard, against: 'Says that it is not the sign-in to the work account.' };
    return saysYes(reply) || choice === asked.choices[0]
      ? { ...heard, asks: heard.asks.map((ask) => ({ ...ask, confirmed: true })) }
      : null;
  }
  if (choice === null) {
    const single = asked.choices.length === 1 && saysYes(reply) ? asked.choices[0]! : null;
    if (single) return { ...heard, asks: withSlot(heard.asks, single) };
    return saysNo(reply) ? { ...heard, against: 'None of the things we offered is what they mean.' } : null;
  }
  return { ...heard, asks: withSlot(heard.asks, choice) };
}

const namesAThing = [whichApp, whichOne, whichGroup];

function fillSlot(heard: Heard, asked: Asked, reply: string): Heard | null {
  if (!namesAThing.includes(asked.question)) return null;
  const clauses = clausesOf(withoutMarkup(reply));
  const slot =
    clauses.length === 1
      ? slotFrom(
          clauses[0]!.replace(
            /^(?:i mean|i meant|it is|that is|the one called|i need|i want|to|maybe|probably) /,
            '',
          ),
        )
      : null;
  return slot ? { ...heard, asks: heard.asks.map((ask) => ({ ...ask, slots: [slot], sure: true })) } : null;
}

function withSlot(asks: Ask[], name: string): Ask[] {
  return asks.map((ask) => ({ ...ask, slots: [{ name, asGroup: false }], sure: true }));
}
