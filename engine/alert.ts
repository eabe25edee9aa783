import type { Notice } from './domain.ts';
import type { House } from './house.ts';
import { rows, statement, type Queryable } from './store/database.ts';
import { directKey, type NewDelivery } from './store/deliveries.ts';
import { reachableStaff } from './store/people.ts';

/** An alert before its Client's name is looked up. */
export type StaffAlert = Omit<Extract<Notice, { kind: 'alert' }>, 'client'>;

const client = statement('alert_client', 'SELECT name FROM clients WHERE msp_id = $1 AND id = $2');

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
    notice: StaffAlert;
  },
): Promise<NewDelivery[]> {
  const { cause, notice, ...base } = what;
  const [named] = await rows<{ name: string }>(on, client, [what.mspId, what.clientId]);
  const told = { ...notice, client: named?.name ?? null };
  const staff = await reachableStaff(on, what.mspId, house.outlet.channels);
  return staff.map(({ identityId }) => ({
    ...base,
    orderKey: directKey(identityId),
    cause: `${cause}:${identityId}`,
    payload: { kind: 'direct', identityId, notice: told },
  }));
}
