/** Entra ID as the Client's identity provider. */
import type { Directory, DirectoryUser } from '../contract.ts';
import type { GraphApi } from './api.ts';
import { objectId } from './schema.ts';
import { findManager, findUser, findUserByMail, type GraphUser } from './users.ts';

export function directory(api: GraphApi): Directory {
  return {
    async find(scope, by) {
      const graph = api.tenant(scope);
      if ('mail' in by) return only(await findUserByMail(graph, by.mail));
      return objectId.safeParse(by.id).success ? only(await findUser(graph, by.id)) : null;
    },
    async manager(scope, userId) {
      return only(await findManager(api.tenant(scope), userId));
    },
  };
}

function only(user: GraphUser | null): DirectoryUser | null {
  if (!user) return null;
  const { id, name, givenName, mail, enabled, guest } = user;
  return { id, name, givenName, mail, enabled, guest };
}
