import type { Notice } from './domain.ts';
import type { House } from './house.ts';
import type { Queryable } from './store/database.ts';
import { directKey, type NewDelivery } from './store/deliveries.ts';
import { reachableStaff } from './store/people.ts';

/** One Notice to every technician and admin, in their own DM. */
export async function alertStaff(
  house: House,
  on: Queryable,
  what: {
    mspId: string;
    clientId: string;
    requestId: string;
    planId?: string;
    cause: string;
    notice: Extract<Notice, { kind: 'alert' }>;
  },
): Promise<NewDelivery[]> {
  const { notice, cause, ...base } = what;
  const staff = await reachableStaff(on, what.mspId, house.outlet.channels);
  return staff.map(({ identityId }) => ({
    ...base,
    orderKey: directKey(identityId),
    cause: `${cause}:${identityId}`,
    payload: { kind: 'direct', identityId, notice },
  }));
}
