/** The embedded planner: no key, no network. It matches playbooks, reads, and asks or hands off when unsure. */
import { hear, type Heard } from './conversation.ts';
import { HandOff } from './playbook.ts';
import { playbookOf } from './playbooks/index.ts';
import { Proposal, type Planner, type PlannerHands, type PlannerInput } from './port.ts';
import { forWhom, forWhomChoices, mostQuestions, whichFirst } from './questions.ts';
import { answer, flat, question, type Room } from './reading.ts';

const whatDoYouNeed = 'Happy to help. Tell me in a sentence what you need, for example access to an app.';
const calledOff = "OK, I've left everything as it is. Write again whenever you need something.";

/** The Planner that needs nothing but the Client's own tools. The same input and reads give the same proposal. */
export function playbookPlanner(): Planner {
  return { name: 'embedded playbooks 1', propose };
}

async function propose(input: PlannerInput, hands: PlannerHands): Promise<Proposal> {
  const room: Room = { input, hands, diagnosis: [] };
  try {
    const proposal = Proposal.parse(await decide(hear(input), room));
    const asksAgain = proposal.kind === 'question' && input.asked.length >= mostQuestions;
    return asksAgain ? handOff(room, `Still not clear after ${mostQuestions} questions.`) : proposal;
  } catch (error) {
    if (error instanceof HandOff) return handOff(room, error.message);
    throw error;
  }
}

function handOff(room: Room, reason: string): Proposal {
  return { kind: 'hand_off', reason: flat(reason, 2_000), diagnosis: room.diagnosis };
}

async function decide(heard: Heard, room: Room): Promise<Proposal> {
  if (heard.calledOff || heard.declined) return answer(room, calledOff);
  if (heard.smallTalk) return answer(room, whatDoYouNeed);
  if (heard.against) throw new HandOff(heard.against);
  const [ask, ...others] = heard.asks;
  if (!ask) throw new HandOff('No playbook fits this request.');
  if (others.length > 0)
    return question(
      room,
      whichFirst,
      heard.asks.map((one) => playbookOf(one.playbook).label),
    );
  const proposal = await playbookOf(ask.playbook).propose(ask, room);
  const unclear = heard.unclearForWhom && !heard.forThemselves && proposal.kind === 'steps';
  return unclear ? question(room, forWhom, forWhomChoices) : proposal;
}
