/** From what somebody wrote to the Msp or one of its Clients, locked for a change. */
import { closest } from 'fastest-levenshtein';
import { AppError } from '../errors.ts';
import { rows, statement, type Queryable } from '../store/database.ts';

export interface NamedClient {
  id: string;
  slug: string;
  name: string;
}

const clients = statement(
  'places_clients',
  'SELECT id, slug, name FROM clients WHERE msp_id = $1 ORDER BY name, id',
);

export async function clientsOf(on: Queryable, mspId: string): Promise<NamedClient[]> {
  return rows(on, clients, [mspId]);
}

/** The Client by slug or name in any case; null for null, which is the whole Msp. Throws `invalid` with the nearest. */
export async function clientNamed(
  on: Queryable,
  mspId: string,
  written: string | null,
): Promise<NamedClient | null> {
  if (written === null) return null;
  const all = await clientsOf(on, mspId);
  const wanted = written.toLowerCase();
  const found = all.find(({ slug, name }) => slug === wanted || name.toLowerCase() === wanted);
  if (found) return found;
  const words = all.flatMap(({ slug, name }) => [slug, name]);
  const hint = words.length > 0 ? ` Did you mean ${closest(wanted, words)}?` : '';
  throw new AppError('invalid', `There is no client "${written}".${hint}`);
}
