import { getStatus, type Status, type Stop } from '../../../engine/settings/status.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import { dayAndTime } from '../../../engine/words.ts';
import type { Card, CardBlock } from '../../card.ts';
import { oneLine } from '../../views/words.ts';
import type { CommandDeps } from '../deps.ts';
import { sheet } from './listing.ts';

export async function answerStatus({ db }: CommandDeps, staff: Staff): Promise<Card> {
  const status = await getStatus(db, staff.mspId);
  const { msp, clients } = status;
  const since = (stopped: Stop) =>
    `since ${dayAndTime(stopped.at, msp.timeZone)}, by ${oneLine(stopped.by, 80)}`;
  const marks: CardBlock[] = [];
  if (msp.stopped)
    marks.push({ type: 'mark', tone: 'danger', text: `All clients are stopped ${since(msp.stopped)}.` });
  for (const { name, stopped } of clients) {
    if (stopped)
      marks.push({
        type: 'mark',
        tone: 'danger',
        text: `${oneLine(name, 100)} is stopped ${since(stopped)}.`,
      });
  }
  for (const { id, problem } of status.connections) {
    if (problem) marks.push({ type: 'mark', tone: 'warning', text: `${id}: ${oneLine(problem, 200)}` });
  }
  return sheet(
    `Status of ${msp.name}`,
    [...marks, { type: 'facts', facts: factsOf(status) }],
    msp.stopped ? 'danger' : 'plain',
  );
}

function factsOf({
  msp,
  clients,
  connections,
  openApprovals,
  deliveries,
}: Status): { name: string; value: string }[] {
  return [
    { name: 'Mode', value: msp.mode },
    ...clients.map(({ name, status, mode, effective }) => ({
      name: oneLine(name, 100),
      value: `${mode === 'inherit' ? `${effective} (inherited)` : mode}${status === 'active' ? '' : ` · ${status}`}`,
    })),
    ...connections.map(({ id, client, sandbox, problem }) => ({
      name: id,
      value: [problem ? 'needs attention' : 'ok', sandbox && 'sandbox', client && oneLine(client, 100)]
        .filter(Boolean)
        .join(' · '),
    })),
    { name: 'Open approvals', value: String(openApprovals) },
    { name: 'Messages and notes', value: deliveryWords(deliveries) },
  ];
}

function deliveryWords({ waiting, late, failed }: Status['deliveries']): string {
  const parts = [waiting === 0 ? 'none waiting' : `${waiting} waiting`];
  if (late > 0) parts.push(`${late} of them late`);
  if (failed > 0) parts.push(`${failed} could not be delivered`);
  return parts.join(', ');
}
