/** Adding people to groups and taking them out. Source: https://learn.microsoft.com/graph/api/group-post-members */
import { z } from 'zod';
import { ConnectorError, defineTool, type Call, type Change, type Subject } from '../../contract.ts';
import { path, type Graph, type GraphApi } from '../api.ts';
import { findGroup, isMember, readGroup, type Group } from '../groups.ts';
import { objectId } from '../schema.ts';
import { groupSubject, nameOf, short, userSubject } from '../subjects.ts';
import { findUser, readUser } from '../users.ts';
import { prove } from './prove.ts';

const args = z.strictObject({ userId: objectId, groupId: objectId });
type Args = z.infer<typeof args>;

export const addGroupMember = defineTool<GraphApi, Args>({
  name: 'm365.add_group_member',
  version: 1,
  summary: 'Add a person to a group; groups named "App - ..." give access to that app.',
  args,
  effect: 'repeatable',
  risk: 'low',
  describe: ({ userId, groupId }, subjects) =>
    addSentence(nameOf(userId, subjects), nameOf(groupId, subjects)),
  subjects,
  preconditions,
  preview: (call, input) => preview(call, input, true),
  verify: (call, { userId, groupId }) => prove(() => isMember(graphOf(call), userId, groupId)),
  async run(call, { userId, groupId }) {
    const graph = graphOf(call);
    const sent = graph.send('POST', path`groups/${groupId}/members/$ref`, {
      json: { '@odata.id': graph.reference(userId) },
    });
    await settled(sent, 400, () => isMember(graph, userId, groupId));
    return { result: { member: true } };
  },
});

export const removeGroupMember = defineTool<GraphApi, Args>({
  name: 'm365.remove_group_member',
  version: 1,
  summary: 'Remove a person from a group.',
  args,
  effect: 'repeatable',
  risk: 'low',
  describe: ({ userId, groupId }, subjects) =>
    removeSentence(nameOf(userId, subjects), nameOf(groupId, subjects)),
  subjects,
  preconditions,
  preview: (call, input) => preview(call, input, false),
  verify: (call, { userId, groupId }) => prove(async () => !(await isMember(graphOf(call), userId, groupId))),
  async run(call, { userId, groupId }) {
    const graph = graphOf(call);
    const sent = graph.send('DELETE', path`groups/${groupId}/members/${userId}/$ref`);
    await settled(sent, 404, async () => !(await isMember(graph, userId, groupId)));
    return { result: { member: false } };
  },
});

function addSentence(person: string, group: string): string {
  const app = /^App - (.+)$/.exec(group)?.[1];
  return app ? `Give ${person} access to ${app}` : `Add ${person} to ${group}`;
}

function removeSentence(person: string, group: string): string {
  return `Remove ${person} from ${group}`;
}

async function subjects(call: Call<GraphApi>, { userId, groupId }: Args): Promise<Subject[]> {
  const graph = graphOf(call);
  return Promise.all([userSubject(graph, userId), groupSubject(graph, groupId)]);
}

async function preview(call: Call<GraphApi>, { userId, groupId }: Args, joining: boolean): Promise<Change> {
  const graph = graphOf(call);
  const [user, group, isIn] = await Promise.all([
    readUser(graph, userId),
    readGroup(graph, groupId),
    isMember(graph, userId, groupId),
  ]);
  const [person, name] = [short(user.name), short(group.name)];
  return {
    key: `group:${group.id}:member:${user.id}`,
    what: `${person} in ${name}`,
    before: isIn ? 'member' : 'not a member',
    after: joining ? 'member' : 'not a member',
    undo: joining ? removeSentence(person, name) : addSentence(person, name),
    remarks:
      isIn === joining ? [`Nothing to change: ${person} is ${isIn ? 'already' : 'not'} in ${name}`] : [],
  };
}

async function preconditions(call: Call<GraphApi>, { userId, groupId }: Args): Promise<string | null> {
  const graph = graphOf(call);
  const [user, group] = await Promise.all([findUser(graph, userId), findGroup(graph, groupId)]);
  if (!user) return 'The person is no longer in Microsoft 365.';
  if (!group) return 'The group is no longer in Microsoft 365.';
  return obstacle(group);
}

function obstacle({ name, dynamic, synced, kind }: Group): string | null {
  if (dynamic) return `The members of ${short(name)} come from a rule and cannot be changed one by one.`;
  if (synced) return `${short(name)} is synced from an on-premises directory and must be changed there.`;
  if (kind === 'mail') return `${short(name)} is a mail group, which only Exchange can change.`;
  return null;
}

/**
 * Graph refuses what is already so with a status that it also uses for real faults, so the state decides:
 * a refusal with `status` is a success when `isSo`, and stays an error when not.
 */
async function settled(sent: Promise<void>, status: number, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    const refused = error instanceof ConnectorError && error.status === status;
    if (!refused || !(await isSo())) throw error;
  }
}

function graphOf(call: Call<GraphApi>): Graph {
  return call.api.tenant(call.scope, call.signal);
}
