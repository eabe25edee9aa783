/** The Requester's manager as somebody who can be asked: from the directory to a Person with a way to reach them. */
import { isDirectoryTenant, managerOf, type ClientScope } from './gateway.ts';
import type { House } from './house.ts';
import type { Requester } from './requester.ts';
import { rows, statement } from './store/database.ts';
import { claimedPerson, learnIdentity, reachablePerson } from './store/people.ts';

const tenants = statement(
  'managers_tenants',
  `SELECT external_id AS tenant FROM workspaces WHERE msp_id = $1 AND client_id = $2 AND channel = 'teams'`,
);

/** Null when the directory names no manager, they are a guest or the Requester, or no channel reaches them. */
export async function findOrMeetManager(
  house: House,
  scope: ClientScope,
  requester: Requester,
): Promise<{ personId: string; name: string } | null> {
  if (!requester.directoryId) return null;
  const manager = await managerOf(scope, requester.directoryId);
  if (!manager || manager.guest || manager.id === requester.directoryId) return null;
  const { mspId, clientId } = scope.settings;
  const personId = await claimedPerson(house.db, { mspId, clientId, name: manager.name, mail: manager.mail });
  for (const { tenant } of await rows<{ tenant: string }>(house.db.pool, tenants, [mspId, clientId])) {
    if (!isDirectoryTenant(scope, tenant)) continue;
    await learnIdentity(house.db, {
      mspId,
      clientId,
      channel: 'teams',
      workspace: tenant,
      userId: manager.id,
      name: manager.name,
      mail: manager.mail,
      via: 'directory',
    });
  }
  const ways = await reachablePerson(house.db.pool, mspId, personId, house.outlet.channels);
  return ways.length > 0 && personId !== requester.personId ? { personId, name: manager.name } : null;
}
