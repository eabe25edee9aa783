/** What a Step acts on, as Entra shows it right now, and how sentences name it. */
import type { Subject } from '../contract.ts';
import type { Graph } from './api.ts';
import { readGroup } from './groups.ts';
import { sameId } from './schema.ts';
import { listRolesOf, readUser } from './users.ts';

const LONGEST_NAME = 60;

export async function userSubject(graph: Graph, userId: string): Promise<Subject> {
  const [user, roles] = await Promise.all([readUser(graph, userId), listRolesOf(graph, userId)]);
  return { kind: 'user', id: user.id, name: user.name, mail: user.mail, privileged: roles.length > 0, roles };
}

export async function groupSubject(graph: Graph, groupId: string): Promise<Subject> {
  const group = await readGroup(graph, groupId);
  return { kind: 'group', id: group.id, name: group.name, privileged: group.privileged, roles: [] };
}

/** The subject's name as a sentence can hold it; its id when it was not looked up. */
export function nameOf(id: string, subjects: Subject[]): string {
  return short(subjects.find((subject) => sameId(subject.id, id))?.name ?? id);
}

export function short(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1).trimEnd()}…`;
}
