/** Reading groups and who is in them. */
import { ConnectorError } from '../contract.ts';
import { path, type Graph } from './api.ts';
import { GroupWire, groupFields, ObjectWire, objectTypes, sameId } from './schema.ts';
import { listGroupsOf } from './users.ts';

const MOST_HITS = 25;

export interface Group {
  id: string;
  name: string;
  /** `mail` is a distribution or mail-enabled security group, which Graph cannot change. */
  kind: 'security' | 'microsoft365' | 'mail';
  /** Directory roles can be given to it. */
  privileged: boolean;
  /** Mastered on premises. */
  synced: boolean;
  /** Its members come from a rule. */
  dynamic: boolean;
}

export interface Member {
  id: string;
  name: string;
  mail: string | null;
  kind: 'user' | 'group' | 'other';
}

/** `null` when the tenant has no such group. */
export async function findGroup(graph: Graph, groupId: string): Promise<Group | null> {
  const wire = await graph.find(path`groups/${groupId}`, {
    query: { $select: groupFields },
    answer: GroupWire,
  });
  return wire && groupOf(wire);
}

/** Throws `not_found` when the tenant has no such group. */
export async function readGroup(graph: Graph, groupId: string): Promise<Group> {
  const group = await findGroup(graph, groupId);
  if (!group) throw new ConnectorError('not_found', 'Microsoft 365 has no such group', { status: 404 });
  return group;
}

/** The first 25 groups with these words in their name. */
export async function searchGroups(graph: Graph, words: string): Promise<Group[]> {
  const clause = words.replace(/[\\"]/g, '\\$&');
  const found = await graph.list('groups', GroupWire, {
    query: { $search: `"displayName:${clause}"`, $select: groupFields },
    // Graph searches only its eventually consistent index.
    headers: { ConsistencyLevel: 'eventual' },
    first: MOST_HITS,
  });
  return found.map(groupOf);
}

export async function listMembers(graph: Graph, groupId: string): Promise<Member[]> {
  const found = await graph.list(path`groups/${groupId}/members`, ObjectWire, {
    query: { $select: 'id,displayName,mail,userPrincipalName' },
  });
  return found.map((each) => ({
    id: each.id,
    name: each.displayName ?? each.id,
    mail: (each.mail || each.userPrincipalName || '').toLowerCase() || null,
    kind: memberKind(each['@odata.type']),
  }));
}

/** Direct membership, read from the user's side, where the list is short. Throws `not_found` for no such user. */
export async function isMember(graph: Graph, userId: string, groupId: string): Promise<boolean> {
  return (await listGroupsOf(graph, userId)).some((group) => sameId(group.id, groupId));
}

function memberKind(type: string): Member['kind'] {
  if (type === objectTypes.user) return 'user';
  return type === objectTypes.group ? 'group' : 'other';
}

function groupOf(wire: GroupWire): Group {
  const isMicrosoft365 = wire.groupTypes.includes('Unified');
  return {
    id: wire.id,
    name: wire.displayName ?? wire.id,
    kind: isMicrosoft365 ? 'microsoft365' : wire.mailEnabled ? 'mail' : 'security',
    privileged: wire.isAssignableToRole === true,
    synced: wire.onPremisesSyncEnabled === true,
    dynamic: wire.groupTypes.includes('DynamicMembership'),
  };
}
