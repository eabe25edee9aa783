import { listPolicies, setPolicy, type PolicyView } from '../../../engine/settings/policies.ts';
import type { Staff } from '../../../engine/settings/staff.ts';
import type { Card } from '../../card.ts';
import { oneLine, plainMessage } from '../../views/words.ts';
import type { Command } from '../parse.ts';
import type { CommandDeps } from '../deps.ts';
import { listing, type ListEntry } from './listing.ts';

const does: Record<PolicyView['setting'], string> = {
  auto: 'runs by itself',
  approval_needed: 'needs a signature',
  disabled: 'is switched off',
};

export async function answerPolicy(
  deps: CommandDeps,
  staff: Staff,
  { client, tool, set }: Extract<Command, { noun: 'policy' }>,
): Promise<Card> {
  if (tool === null || set === null) return showPolicies(deps, staff, { client, tool });
  const { client: where, policy } = await setPolicy(deps, staff.mspId, {
    by: staff.personId,
    client,
    tool,
    setting: set,
  });
  const place = where ? ` for ${oneLine(where.name, 100)}` : '';
  const manager = policy.manager ? ", the manager's too," : '';
  const first = `${policy.tool} now ${does[policy.setting]}${manager}${place} (${sourceOf(policy)}).`;
  return set === policy.setting || set === 'inherit'
    ? plainMessage(first)
    : plainMessage(first, `Your setting ${set} is kept, but the MSP has disabled this tool everywhere.`);
}

async function showPolicies(
  deps: CommandDeps,
  staff: Staff,
  place: { client: string | null; tool: string | null },
): Promise<Card> {
  const { client, policies } = await listPolicies(deps, staff.mspId, place);
  const title = `${place.tool === null ? 'Policies' : 'Policy'}${client ? ` of ${client.name}` : ''}`;
  if (policies.length === 0) return plainMessage('No connection with tools is set up here yet.');
  const [policy] = policies;
  if (place.tool !== null && policy) return listing(title, [entryOf(policy, true)]);
  const plain = policies.filter(
    ({ effect, setting, from }) => effect === 'read' && setting === 'auto' && from === 'default',
  );
  const rest = policies.filter((each) => !plain.includes(each));
  return listing(
    title,
    rest.map((each) => entryOf(each, false)),
    plain.length > 0 ? [`Only read, and run by themselves: ${plain.map(({ tool }) => tool).join(', ')}`] : [],
  );
}

function entryOf(policy: PolicyView, alone: boolean): ListEntry {
  const { tool, setting, manager, risk, summary, floor } = policy;
  const said = `${setting}${manager ? ' with the manager' : ''} (${sourceOf(policy)})`;
  const inForce = floor ? `${said} · ${risk} risk: never runs by itself` : said;
  return { head: tool, lines: alone ? [summary, inForce] : [inForce] };
}

function sourceOf({ from }: PolicyView): string {
  if (from === 'default') return "the tool's default";
  return from === 'msp' ? 'set for the whole MSP' : 'set for this client';
}
