import { resume, stop } from '../../../engine/settings/stops.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import type { Card } from '../../card.ts';
import { oneLine, plainMessage } from '../../views/words.ts';
import type { Command } from '../parse.ts';
import type { CommandDeps } from '../deps.ts';

const place = (name: string | null) => (name === null ? 'all clients' : oneLine(name, 100));

export async function answerStop(
  { db }: CommandDeps,
  staff: Staff,
  { client }: Extract<Command, { noun: 'stop' }>,
): Promise<Card> {
  const { name, already } = await stop(db, staff.mspId, { by: staff.personId, client });
  if (already) return plainMessage(`Steps for ${place(name)} were stopped already.`);
  return plainMessage(
    `Stopped. No further step runs for ${place(name)} until an admin writes: resume ${name === null ? 'all' : place(name)} <reason>`,
  );
}

export async function answerResume(
  deps: CommandDeps,
  staff: Staff,
  { client, reason }: Extract<Command, { noun: 'resume' }>,
): Promise<Card> {
  const result = await resume(deps, staff.mspId, { by: staff.personId, client, reason });
  const said = result.already
    ? `Steps for ${place(result.name)} were not stopped.`
    : `Steps for ${place(result.name)} may run again.`;
  if (result.mspStopped)
    return plainMessage(said, 'But all clients are stopped, and that still holds: resume all <reason>');
  if (result.clientsStopped.length === 0) return plainMessage(said);
  return plainMessage(
    said,
    `Still stopped by themselves: ${oneLine(result.clientsStopped.join(', '), 300)}.`,
  );
}
