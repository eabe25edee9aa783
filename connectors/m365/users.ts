/** Reading users: who they are, what they belong to and which roles they hold. */
import type { DirectoryUser } from '../contract.ts';
import { ConnectorError } from '../contract.ts';
import { odata, path, type Graph } from './api.ts';
import { ObjectWire, objectTypes, UserWire, userFields } from './schema.ts';

/** `sessionsValidFrom` is ISO; sign-ins from before it no longer count. */
export interface GraphUser extends DirectoryUser {
  /** Mastered on premises, so that Graph cannot change the account. */
  synced: boolean;
  sessionsValidFrom: string | null;
}

/** `null` when the tenant has no such user. */
export async function findUser(graph: Graph, userId: string): Promise<GraphUser | null> {
  const wire = await graph.find(path`users/${userId}`, { query: { $select: userFields }, answer: UserWire });
  return wire && userOf(wire);
}

/** Throws `not_found` when the tenant has no such user. */
export async function readUser(graph: Graph, userId: string): Promise<GraphUser> {
  const user = await findUser(graph, userId);
  if (!user) throw new ConnectorError('not_found', 'Microsoft 365 has no such user', { status: 404 });
  return user;
}

/** By mail, else by sign-in name; `null` when nobody or more than one person answers to it. */
export async function findUserByMail(graph: Graph, mail: string): Promise<GraphUser | null> {
  const value = odata(mail.trim());
  if (value === '') return null;
  const found = await graph.list('users', UserWire, {
    query: { $filter: `mail eq '${value}' or userPrincipalName eq '${value}'`, $select: userFields },
    first: 2,
  });
  const [only, another] = found;
  return only && !another ? userOf(only) : null;
}

/** `null` when there is none, or when the manager is not a user (an outside contact can be one). */
export async function findManager(graph: Graph, userId: string): Promise<GraphUser | null> {
  const target = path`users/${userId}/manager`;
  const found = await graph.find(target, {
    query: { $select: 'id' },
    answer: ObjectWire.partial().required({ id: true }),
  });
  if (!found || (found['@odata.type'] ?? objectTypes.user) !== objectTypes.user) return null;
  return findUser(graph, found.id);
}

/** Groups that the user is directly in; only those can be left one by one. */
export async function listGroupsOf(graph: Graph, userId: string): Promise<{ id: string; name: string }[]> {
  const all = await graph.list(path`users/${userId}/memberOf`, ObjectWire, {
    query: { $select: 'id,displayName' },
  });
  return all
    .filter((each) => each['@odata.type'] === objectTypes.group)
    .map((each) => ({ id: each.id, name: each.displayName ?? each.id }));
}

/**
 * Directory roles held directly or through groups. Asked without an OData cast: the cast needs the eventually
 * consistent index, and this decides who must sign. A role whose name may not be read still counts.
 */
export async function listRolesOf(graph: Graph, userId: string): Promise<string[]> {
  const all = await graph.list(path`users/${userId}/transitiveMemberOf`, ObjectWire, {
    query: { $select: 'id,displayName' },
  });
  const names = all
    .filter((each) => each['@odata.type'] === objectTypes.directoryRole)
    .map((each) => each.displayName ?? 'a directory role');
  return [...new Set(names)].sort();
}

function userOf(wire: UserWire): GraphUser {
  const name = wire.displayName ?? wire.userPrincipalName ?? wire.id;
  return {
    id: wire.id,
    name,
    givenName: wire.givenName ?? name.split(' ')[0] ?? name,
    mail: (wire.mail || wire.userPrincipalName || '').toLowerCase(),
    enabled: wire.accountEnabled,
    guest: wire.userType === 'Guest',
    synced: wire.onPremisesSyncEnabled === true,
    sessionsValidFrom: wire.signInSessionsValidFromDateTime ?? null,
  };
}
