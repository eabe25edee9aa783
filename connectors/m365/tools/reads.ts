/** The reads. Absence is a `null` result, so that a Planner can tell it from a fault. */
import { z } from 'zod';
import { defineTool, type Call, type Json, type Tool } from '../../contract.ts';
import type { Graph, GraphApi } from '../api.ts';
import { listMembers, searchGroups } from '../groups.ts';
import { objectId } from '../schema.ts';
import { findSignInState } from '../sign-in.ts';
import { findManager, findUser, listGroupsOf, listRolesOf, type GraphUser } from '../users.ts';

const user = z.strictObject({ userId: objectId });
const group = z.strictObject({ groupId: objectId });
const words = z.strictObject({ query: z.string().trim().min(1).max(100) });

export const reads: Tool<GraphApi, never>[] = [
  read(
    'get_user',
    'Look up one person by id: name, mail, whether sign-in is allowed.',
    user,
    'Look up the person in Microsoft 365',
    async (graph, args) => shown(await findUser(graph, args.userId)),
  ),
  read(
    'get_sign_in_state',
    'Whether a person can sign in, who blocked it and when, and their last sign-in.',
    user,
    'Look up whether the person can sign in',
    async (graph, args) => {
      const state = await findSignInState(graph, args.userId);
      return state && { ...state };
    },
  ),
  read(
    'list_user_groups',
    'Groups a person is directly in.',
    user,
    "List the person's groups",
    (graph, args) => listGroupsOf(graph, args.userId),
  ),
  read(
    'list_directory_roles',
    'Directory roles a person holds, also through groups.',
    user,
    "List the person's directory roles",
    (graph, args) => listRolesOf(graph, args.userId),
  ),
  read('get_manager', "A person's manager.", user, "Look up the person's manager", async (graph, args) =>
    shown(await findManager(graph, args.userId)),
  ),
  read(
    'search_groups',
    'Groups with these words in their name.',
    words,
    'Search the groups',
    async (graph, args) => (await searchGroups(graph, args.query)).map((each) => ({ ...each })),
  ),
  read(
    'list_group_members',
    'Direct members of a group.',
    group,
    'List the members of the group',
    async (graph, args) => (await listMembers(graph, args.groupId)).map((each) => ({ ...each })),
  ),
];

function shown(found: GraphUser | null): Json {
  if (!found) return null;
  const { id, name, givenName, mail, enabled, synced } = found;
  return { id, name, givenName, mail, enabled, synced };
}

function read<Args>(
  name: string,
  summary: string,
  args: z.ZodType<Args>,
  sentence: string,
  ask: (graph: Graph, args: Args) => Promise<Json>,
): Tool<GraphApi, never> {
  return defineTool<GraphApi, Args>({
    name: `m365.${name}`,
    version: 1,
    summary,
    args,
    effect: 'read',
    risk: 'low',
    describe: () => sentence,
    run: async (call: Call<GraphApi>, input) => ({
      result: await ask(call.api.tenant(call.scope, call.signal), input),
    }),
  });
}
