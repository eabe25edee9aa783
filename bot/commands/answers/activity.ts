import { recentActivity } from '../../../engine/settings/activity.ts';
import { getTimeZone } from '../../../engine/settings/status.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import { dayAndTime } from '../../../engine/words.ts';
import type { Card } from '../../card.ts';
import { oneLine, plainMessage } from '../../views/words.ts';
import type { Command } from '../parse.ts';
import type { CommandDeps } from '../deps.ts';
import { sheet } from './listing.ts';

const MOST = 15;

export async function answerActivity(
  { db }: CommandDeps,
  staff: Staff,
  { client: written }: Extract<Command, { noun: 'activity' }>,
): Promise<Card> {
  const { client, entries } = await recentActivity(db, staff.mspId, written, MOST);
  if (entries.length === 0) return plainMessage('Nothing has happened yet.');
  const timeZone = await getTimeZone(db, staff.mspId);
  return sheet(
    client ? `Activity of ${client.name}` : 'Activity',
    entries.map((entry) => {
      const place = entry.client && !client ? ` · ${entry.client}` : '';
      return { type: 'text', text: oneLine(`${dayAndTime(entry.at, timeZone)}${place}: ${entry.text}`, 400) };
    }),
  );
}
