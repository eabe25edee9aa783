/** Acme as the planner's reads see it: two people, four groups, five articles. Nothing here decides. */
import type { Json } from '../../engine/domain.ts';
import { playbookPlanner } from '../../engine/planner/playbook-planner.ts';
import {
  Proposal,
  type PlannerHands,
  type PlannerInput,
  type ReadResult,
} from '../../engine/planner/port.ts';

export const maya = {
  name: 'Maya Lopez',
  givenName: 'Maya',
  mail: 'maya@acme.example',
  assurance: 'verified' as const,
  directoryId: 'aaaaaaaa-0000-4000-8000-000000000001',
};
export const lena = {
  ...maya,
  name: 'Lena Fox',
  givenName: 'Lena',
  mail: 'lena@acme.example',
  directoryId: 'aaaaaaaa-0000-4000-8000-000000000004',
};

export function group(id: string, name: string, more: Record<string, Json> = {}): Record<string, Json> {
  return { id, name, kind: 'security', privileged: false, synced: false, dynamic: false, ...more };
}

export const groups = [
  group('g-zendesk', 'App - Zendesk'),
  group('g-salesforce', 'App - Salesforce'),
  group('g-finance', 'Finance'),
  group('g-vpn', 'VPN Users'),
];

export const articles = [
  {
    id: '1',
    title: 'Zendesk access',
    text: 'Add the person to App - Zendesk. It takes 15 minutes to arrive. They sign out and in once.',
    url: 'https://acme.hudu.example/kba/1',
  },
  {
    id: '2',
    title: 'Account lockout',
    text: 'Check who blocked the sign-in and why before you enable it. Ask the manager when it was a leaver.',
    url: 'https://acme.hudu.example/kba/2',
  },
  {
    id: '3',
    title: 'VPN setup',
    text: 'Install the VPN client from the Company Portal. Sign in with your work mail. Choose Connect and approve the prompt on your phone.',
    url: 'https://acme.hudu.example/kba/3',
  },
  {
    id: '4',
    title: 'New starter',
    text: 'Ask HR for the start date. Order the laptop two weeks before. Create the account on the day.',
    url: 'https://acme.hudu.example/kba/4',
  },
  {
    id: '5',
    title: 'Leaver',
    text: 'Block the sign-in at the end of the last day. Collect the laptop.',
    url: 'https://acme.hudu.example/kba/5',
  },
];

export interface Facts {
  groups?: Record<string, Json>[];
  articles?: Record<string, Json>[];
  memberships?: Record<string, Record<string, Json>[]>;
  signIn?: Record<string, Json>;
  /** Reads that fail, with why. */
  failing?: Record<string, string>;
}

const everyTool: PlannerInput['tools'] = [
  { name: 'm365.search_groups', summary: 'Search groups', effect: 'read' },
  { name: 'm365.list_user_groups', summary: 'List groups', effect: 'read' },
  { name: 'm365.get_sign_in_state', summary: 'Sign-in state', effect: 'read' },
  { name: 'hudu.search_articles', summary: 'Search articles', effect: 'read' },
  { name: 'm365.add_group_member', summary: 'Add', effect: 'repeatable' },
  { name: 'm365.remove_group_member', summary: 'Remove', effect: 'repeatable' },
  { name: 'm365.enable_sign_in', summary: 'Enable', effect: 'repeatable' },
  { name: 'm365.revoke_sessions', summary: 'Revoke', effect: 'once' },
];

export function inputOf(messages: string | string[], more: Partial<PlannerInput> = {}): PlannerInput {
  return {
    messages: typeof messages === 'string' ? [messages] : messages,
    asked: [],
    requester: maya,
    client: { name: 'Acme Corp' },
    prompts: { base: '', msp: '', client: '' },
    tools: everyTool,
    now: '2026-11-21T09:02',
    ...more,
  };
}

export function without(...names: string[]): Partial<PlannerInput> {
  return { tools: everyTool.filter((tool) => !names.includes(tool.name)) };
}

export interface Read {
  tool: string;
  args: Record<string, Json>;
}

/** The hands and a list of what they were asked to read. */
export function handsOf(facts: Facts = {}): PlannerHands & { reads: Read[] } {
  const reads: Read[] = [];
  return {
    reads,
    signal: new AbortController().signal,
    read: async (tool, args) => {
      reads.push({ tool, args });
      const why = facts.failing?.[tool];
      return why === undefined ? resultOf(facts, tool, args) : { ok: false, why };
    },
  };
}

const blocked = {
  enabled: false,
  synced: false,
  blockedBy: 'Tom Reed',
  blockedAt: '2026-03-03T14:02:00Z',
  lastSignInAt: null,
};
const open = {
  enabled: true,
  synced: false,
  blockedBy: null,
  blockedAt: null,
  lastSignInAt: '2026-11-20T16:40:00Z',
};

function resultOf(facts: Facts, tool: string, args: Record<string, Json>): ReadResult {
  const query = String(args['query'] ?? '').toLowerCase();
  const userId = String(args['userId'] ?? '');
  if (tool === 'm365.search_groups')
    return {
      ok: true,
      result: (facts.groups ?? groups).filter((one) => String(one['name']).toLowerCase().includes(query)),
    };
  if (tool === 'm365.list_user_groups') return { ok: true, result: facts.memberships?.[userId] ?? [] };
  if (tool === 'm365.get_sign_in_state')
    return { ok: true, result: facts.signIn ?? (userId === lena.directoryId ? blocked : open) };
  const words = query.split(/\s+/);
  const found = (facts.articles ?? articles).filter((article) =>
    words.every((word) => `${article['title']} ${article['text']}`.toLowerCase().includes(word)),
  );
  return { ok: true, result: found };
}

/** Plans one message as Acme's, and holds the answer to the port's schema. */
export async function plan(
  messages: string | string[],
  more: Partial<PlannerInput> = {},
  facts: Facts = {},
): Promise<Proposal> {
  return Proposal.parse(await playbookPlanner().propose(inputOf(messages, more), handsOf(facts)));
}
