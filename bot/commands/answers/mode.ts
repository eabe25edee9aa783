import type { ClientMode } from '../../../engine/domain.ts';
import { getModes, setMode } from '../../../engine/settings/modes.ts';
import { clientNamed } from '../../../engine/settings/places.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import type { Card } from '../../card.ts';
import { oneLine, plainMessage } from '../../views/words.ts';
import type { Command } from '../parse.ts';
import type { CommandDeps } from '../deps.ts';
import { sheet } from './listing.ts';

const meaning: Record<ClientMode, string> = {
  plan: 'plans are written to the ticket and nothing is run',
  execute: 'plans are signed and run',
  inherit: 'it follows the MSP',
};

export async function answerMode(
  { db }: CommandDeps,
  staff: Staff,
  { client, set }: Extract<Command, { noun: 'mode' }>,
): Promise<Card> {
  if (set === null) return showModes({ db }, staff, client);
  const { name, before, mode } = await setMode(db, staff.mspId, { by: staff.personId, client, mode: set });
  const place = oneLine(name, 100);
  if (before === mode) return plainMessage(`${place} already is in mode ${mode}: ${meaning[mode]}.`);
  return plainMessage(
    `${place} is now in mode ${mode}: ${meaning[mode]}. It was ${before}. This counts from the next request on.`,
  );
}

async function showModes(
  { db }: Pick<CommandDeps, 'db'>,
  staff: Staff,
  written: string | null,
): Promise<Card> {
  const one = await clientNamed(db.pool, staff.mspId, written);
  const { msp, clients } = await getModes(db, staff.mspId);
  const shown = clients.filter(({ slug }) => one === null || slug === one.slug);
  const facts = shown.map(({ name, mode, effective }) => ({
    name: oneLine(name, 100),
    value: mode === 'inherit' ? `inherit (${effective})` : mode,
  }));
  if (one === null) facts.unshift({ name: oneLine(msp.name, 100), value: msp.mode });
  return sheet(one === null ? 'Modes' : `Mode of ${one.name}`, [
    { type: 'facts', facts },
    { type: 'text', text: `plan: ${meaning.plan}. execute: ${meaning.execute}.`, look: 'subtle' },
  ]);
}
