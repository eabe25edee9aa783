/** Who did what, newest first, as sentences. */
import type { Database } from '../store/database.ts';
import { clientNamed, clientsOf, type NamedClient } from './places.ts';

export interface ActivitySentence {
  at: Date;
  /** Name of the Client; null for what concerns the Msp. */
  client: string | null;
  text: string;
}

interface Entry {
  kind: string;
  actor: string;
  facts: Record<string, unknown>;
}

/** The last entries of the Msp or one Client, as written; reads of tools are left out, they are many. */
export async function recentActivity(
  db: Database,
  mspId: string,
  written: string | null,
  limit: number,
): Promise<{ client: NamedClient | null; entries: ActivitySentence[] }> {
  const client = await clientNamed(db.pool, mspId, written);
  const found = await db.prisma.activity.findMany({
    where: {
      mspId,
      ...(client && { clientId: client.id }),
      NOT: { body: { contains: '"kind":"tool.read"' } },
    },
    select: { at: true, clientId: true, body: true },
    orderBy: [{ at: 'desc' }, { seq: 'desc' }],
    take: limit,
  });
  const entries = found.map((row) => ({ ...row, entry: JSON.parse(row.body) as Entry }));
  const clients = await clientsOf(db.pool, mspId);
  const people = await db.prisma.person.findMany({
    where: {
      mspId,
      id: { in: entries.flatMap(({ entry }) => [entry.actor, String(entry.facts['personId'] ?? '')]) },
    },
    select: { id: true, name: true },
  });
  const nameOf = (id: string) => people.find((person) => person.id === id)?.name ?? null;
  return {
    client,
    entries: entries.map(({ at, clientId, entry }) => ({
      at,
      client: clients.find(({ id }) => id === clientId)?.name ?? null,
      text: sentenceFor(entry, nameOf),
    })),
  };
}

type Telling = (who: string, fact: (name: string) => string) => string;

const tellings: Record<string, Telling> = {
  'request.received': (who) => `${who} asked for help`,
  'request.refused': (_, fact) => `A message was not taken on: ${fact('why')}`,
  'request.person_asked': (who) => `${who} asked for a person`,
  'request.observed': () => 'A plan was written and nothing was run (plan mode)',
  'request.answer': () => 'A question was answered',
  'request.question': () => 'The requester was asked something',
  'request.hand_off': () => 'A request was passed to a person',
  'plan.frozen': (_, fact) => `A plan was made: ${fact('tools')}`,
  'plan.done': () => 'A plan was run and verified',
  'plan.failed': () => 'A plan did not finish',
  'plan.unknown': () => 'A plan stopped at a step that nobody knows the outcome of',
  'plan.stale': () => 'A signed plan no longer fitted and was not run',
  'plan.stop': () => 'A plan was stopped before it was done',
  'approval.approve': (who) => `${who} approved a plan`,
  'approval.deny': (who) => `${who} denied a plan`,
  'approval.refused': (who, fact) => `A decision by ${who} was refused: ${fact('why')}`,
  'approval.expired': () => 'Nobody decided on a plan in time',
  'action.refused': (who, fact) => `A click by ${who} was refused: ${fact('verb')}`,
  'delivery.sent_again': () => 'A message was sent again, because it was not known whether it arrived',
  'step.claimed': (_, fact) => `A step was begun: ${fact('tool')}`,
  'step.done': (_, fact) => `A step was done: ${fact('tool')}`,
  'step.failed': (_, fact) => `A step failed: ${fact('tool')}`,
  'step.unknown': (_, fact) => `The outcome of a step is unknown: ${fact('tool')}`,
  'step.postponed': (_, fact) => `A step waits for its vendor: ${fact('tool')}`,
  'step.skipped': (_, fact) => `A step was left out: ${fact('tool')}`,
  'ticket.left_alone': (_, fact) => `A ticket was left alone: ${fact('why')}`,
  'mode.changed': (who, fact) => `${who} set the mode to ${fact('mode')}`,
  'policy.changed': (who, fact) => `${who} set ${fact('tool')} to ${fact('setting')}`,
  'work.stopped': (who) => `${who} stopped all steps`,
  'work.resumed': (who) => `${who} let steps run again`,
  'claim.issued': () => 'A code for the first admin was made',
  'claim.used': (who) => `${who} became an admin with the one-time code`,
  'claim.refused': (who) => `A one-time code from ${who} was refused`,
  'settings.applied': (_, fact) => `A settings file was applied, with ${fact('changes')} changes`,
  'msp.changed': (who, fact) =>
    fact('new') === 'true' ? `${who} made this MSP` : `${who} changed the MSP: ${fact('keys')}`,
  'client.changed': (who, fact) =>
    fact('new') === 'true' ? `${who} added this client` : `${who} changed this client: ${fact('keys')}`,
  'workspace.changed': (who, fact) =>
    `${who} ${fact('has') === 'true' ? 'added' : 'removed'} a ${fact('channel') === 'teams' ? 'Teams tenant' : 'Slack team'}`,
  'person.changed': (who, fact) =>
    `${who} changed ${fact('personId')}${fact('roles') ? ` (${fact('roles')})` : ''}`,
  'connection.changed': (who, fact) => `${who} changed the connection ${fact('connectionId')}`,
  'mapping.changed': (who, fact) => `${who} changed the mapping in ${fact('connectionId')}`,
};

function sentenceFor({ kind, actor, facts }: Entry, nameOf: (id: string) => string | null): string {
  const fact = (name: string) => {
    const value = facts[name];
    if (name === 'personId') return nameOf(String(value)) ?? 'a person';
    return Array.isArray(value) ? value.join(', ') : String(value ?? '');
  };
  const who =
    facts['from'] === 'file'
      ? 'The settings file'
      : (nameOf(actor) ?? (actor === 'engine' ? 'Countersign' : 'somebody unknown'));
  const text = tellings[kind]?.(who, fact) ?? kind.replaceAll('.', ' ').replaceAll('_', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
