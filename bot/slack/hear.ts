/** A message event, from Slack's payload to the front door. */
import type { FrontDoor } from '../ports.ts';
import { installedFor, readMessage, type Heard } from './inbound.ts';
import type { Log } from './log.ts';
import type { People } from './people.ts';
import type { Sending } from './send.ts';
import type { Web } from './web.ts';

const MOST_RECENT = 1_000;

export interface Hearing {
  frontDoor: FrontDoor;
  web: Web;
  people: People;
  sending: Sending;
  log: Log;
}

/**
 * Makes the handler of `message` and `app_mention` events. It resolves when what was said is durable, and
 * throws when it is not, so that Slack sends it again.
 */
export function createHear(house: Hearing): (body: unknown) => Promise<void> {
  const once = runOnce(MOST_RECENT);

  return async (body) => {
    const installed = installedFor(body);
    if (!installed) return;
    const heard = readMessage(body, installed.botUserId ?? (await house.web.botUserId(installed.team)));
    if (!heard) return;
    if (!heard.isDm) return tell(house, heard);
    // Slack repeats what we answer late, and unlike a message a command has no row that would stop it.
    await once(heard.key, () => hearDm(house, heard));
  };
}

async function hearDm(house: Hearing, heard: Heard): Promise<void> {
  const sender = await house.people.sender(heard.from);
  const card = await house.frontDoor.command(sender, heard.text);
  if (!card) return tell(house, heard);
  house.sending.reply(heard.where, card).catch((error: unknown) => {
    house.log.warn(
      { team: heard.where.team, kind: kindOf(error) },
      'slack command was run but its answer was not delivered',
    );
  });
}

async function tell(house: Hearing, heard: Heard): Promise<void> {
  const { key, conversation, address, direct, addressed, text } = heard;
  const sender = await house.people.sender(heard.from);
  await house.frontDoor.message({ key, sender, conversation, address, direct, addressed, text });
}

/** Of an error, what a log may hold. */
export function kindOf(error: unknown): string {
  return error instanceof Error && 'kind' in error ? String(error.kind) : 'unknown';
}

/** Runs once per key, for as long as the key is among the last `most`; a failed run may be tried again. */
function runOnce(most: number): (key: string, run: () => Promise<void>) => Promise<void> {
  const runs = new Map<string, Promise<void>>();
  return (key, run) => {
    const earlier = runs.get(key);
    if (earlier) return earlier;
    const running = run();
    runs.set(key, running);
    if (runs.size > most) runs.delete(runs.keys().next().value ?? key);
    running.catch(() => runs.delete(key));
    return running;
  };
}
