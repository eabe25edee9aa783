/** Clicks, modals and slash commands, from Slack's payload to the front door and back to the clicker. */
import type { AckFn, ViewResponseAction } from '@slack/bolt';
import type { ActionResult } from '../../engine/domain.ts';
import { modalView, type Clicked } from './modal.ts';
import { kindOf, type Hearing } from './hear.ts';
import { readClick, readSlash, readSubmission } from './inbound.ts';
import { cut, inert } from './mrkdwn.ts';
import { renderCard } from './render.ts';

const LONGEST_SENTENCE = 3000;
const REPLACE_TIMEOUT_MS = 5_000;

/** A button: opens its modal, or decides at once. Durable before it resolves. */
export async function handleClick(house: Hearing, body: unknown): Promise<void> {
  const click = readClick(body);
  if (!click) return house.log.warn('slack click is none of ours');
  const { from, verb, data, ask, triggerId, at } = click;
  if (ask) {
    if (!triggerId) return house.log.warn('slack click came without a trigger');
    const view = modalView(verb, data, ask, at);
    await house.web.call(from.team, (client) => client.views.open({ trigger_id: triggerId, view }));
    return;
  }
  const sender = await house.people.sender(from);
  answerClicker(house, from.userId, at, await house.frontDoor.action({ sender, verb, data }));
}

/** A modal sent off. Required fields are checked again here, because a payload is only a claim. */
export async function handleSubmission(
  house: Hearing,
  body: unknown,
  ack: AckFn<ViewResponseAction>,
): Promise<void> {
  const submission = readSubmission(body);
  if (!submission) {
    house.log.warn('slack modal is none of ours');
    return ack();
  }
  const { from, verb, data, missing, at } = submission;
  if (missing.length > 0) {
    const errors = Object.fromEntries(missing.map((id) => [id, 'Please write something here.']));
    return ack({ response_action: 'errors', errors });
  }
  const sender = await house.people.sender(from);
  answerClicker(house, from.userId, at, await house.frontDoor.action({ sender, verb, data }));
  await ack();
}

/** `/countersign ...`, answered to its writer alone. */
export async function handleSlash(house: Hearing, body: unknown, ack: AckFn<SlashAnswer>): Promise<void> {
  const slash = readSlash(body);
  if (!slash) return ack();
  const card = await house.frontDoor.command(await house.people.sender(slash.from), slash.line);
  if (!card) return ack({ response_type: 'ephemeral', text: NO_COMMAND });
  await ack({ response_type: 'ephemeral', ...renderCard(card) });
}

type SlashAnswer = { response_type: 'ephemeral' } & ReturnType<typeof renderCard>;

const NO_COMMAND =
  'Commands are for your IT team. If you need help, just write to me: send me a direct message, or mention me in a channel.';

/**
 * Not awaited: the decision stands already. A posted card is left to its own deliveries, which know the order:
 * edited from here too, it could fall back to an earlier state.
 */
function answerClicker(house: Hearing, userId: string, at: Clicked, result: ActionResult): void {
  const failed = (error: unknown): void =>
    house.log.warn(
      { team: at.team, kind: kindOf(error) },
      'slack click was handled but its answer was not delivered',
    );
  if (result.notice && at.replaceUrl) {
    const card = renderCard(house.frontDoor.view(result.notice));
    replace(at.replaceUrl, { replace_original: true, ...card }).catch(failed);
  }
  if (result.sentence) whisper(house, userId, at, result.sentence).catch(failed);
}

/** Only the clicker sees it. */
async function whisper(house: Hearing, userId: string, at: Clicked, sentence: string): Promise<void> {
  const text = cut(inert(sentence), LONGEST_SENTENCE);
  await house.web.call(at.team, (client) =>
    client.chat.postEphemeral({
      channel: at.channel,
      user: userId,
      text,
      ...(at.thread ? { thread_ts: at.thread } : {}),
    }),
  );
}

/** A message that only one person sees can be edited through its response_url and no other way. */
async function replace(url: string, message: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(REPLACE_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`response_url answered ${response.status}`);
}
