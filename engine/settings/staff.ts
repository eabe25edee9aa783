/** Who may do what: any technician may stop, only an admin changes settings. Held in the change's own transaction. */
import { AppError } from '../errors.ts';
import { rows, statement, type Queryable } from '../store/database.ts';
import type { Known } from '../store/people.ts';

export interface Staff {
  mspId: string;
  personId: string;
  name: string;
  admin: boolean;
}

/** The sender as a technician or admin in the Msp's own workspace; null for everybody else. */
export function staffOf(known: Known | null): Staff | null {
  if (!known?.personId || known.clientId !== null || known.roles.length === 0) return null;
  return {
    mspId: known.mspId,
    personId: known.personId,
    name: known.personName ?? 'Unknown',
    admin: known.roles.includes('msp_admin'),
  };
}

const admins = statement(
  'staff_admins',
  `SELECT name FROM persons WHERE msp_id = $1 AND client_id IS NULL AND 'msp_admin' = ANY(roles) ORDER BY name, id`,
);

/** Names of the Msp's admins. */
export async function adminNames(on: Queryable, mspId: string): Promise<string[]> {
  return (await rows<{ name: string }>(on, admins, [mspId])).map((row) => row.name);
}

const rolesNow = statement(
  'staff_roles',
  'SELECT roles FROM persons WHERE msp_id = $1 AND id = $2 AND client_id IS NULL FOR SHARE',
);

/** Throws `not_allowed` unless this Person is an admin of the Msp now; stays so until the transaction ends. */
export async function requireAdmin(tx: Queryable, mspId: string, personId: string): Promise<void> {
  if ((await rolesOf(tx, mspId, personId)).includes('msp_admin')) return;
  throw new AppError(
    'not_allowed',
    `Only an admin can change that. ${whomToAsk(await adminNames(tx, mspId))}`,
  );
}

/** Throws `not_allowed` unless this Person is a technician or an admin of the Msp now. */
export async function requireStaff(tx: Queryable, mspId: string, personId: string): Promise<void> {
  if ((await rolesOf(tx, mspId, personId)).length > 0) return;
  throw new AppError(
    'not_allowed',
    `Only a technician or an admin can do that. ${whomToAsk(await adminNames(tx, mspId))}`,
  );
}

async function rolesOf(tx: Queryable, mspId: string, personId: string): Promise<string[]> {
  return (await rows<{ roles: string[] }>(tx, rolesNow, [mspId, personId]))[0]?.roles ?? [];
}

/** "Ask Ada Park or Ben Lee." */
export function whomToAsk(names: string[]): string {
  if (names.length === 0)
    return 'There is no admin yet: use the one-time code that was printed at the first start.';
  const shown = names.slice(0, 3);
  const last = shown.pop() ?? '';
  return `Ask ${shown.length === 0 ? last : `${shown.join(', ')} or ${last}`}.`;
}
