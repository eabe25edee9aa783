/** Who the Requester is to the Client's directory, and how we know. */
import { ConnectorError, type DirectoryUser } from '../connectors/contract.ts';
import { isDirectoryTenant, lookUp, sentenceFor, type ClientScope, type PersonLookup } from './gateway.ts';
import type { Assurance } from './domain.ts';
import { rows, statement, type Queryable } from './store/database.ts';
import type { RequestRow } from './store/requests.ts';

export interface Requester {
  personId: string | null;
  name: string;
  givenName: string;
  mail: string | null;
  assurance: Assurance;
  /** Id in the Client's directory; null when they are not found there. */
  directoryId: string | null;
  /** Only a guest in the Client's directory: belongs to another organisation. */
  guest: boolean;
  /** Why the directory could not be asked; null when it answered. */
  fault: string | null;
  /** "Teams account in Acme Corp's own tenant", "the ticket's contact: not verified". */
  how: string;
}

const person = statement(
  'requester_person',
  'SELECT name, mail FROM persons WHERE msp_id = $1 AND client_id = $2 AND id = $3',
);

/** The Person as we have them ourselves, without asking a vendor; null when nobody is known. */
export async function requesterPerson(
  on: Queryable,
  request: RequestRow,
): Promise<{ name: string; mail: string | null } | null> {
  if (!request.requesterId) return null;
  return (
    (
      await rows<{ name: string; mail: string | null }>(on, person, [
        request.mspId,
        request.clientId,
        request.requesterId,
      ])
    )[0] ?? null
  );
}

export function givenNameOf(name: string): string {
  return name.split(' ')[0] ?? name;
}

/** Resolves the Requester by the channel's verified identity; text never takes part. */
export async function resolveRequester(
  on: Queryable,
  scope: ClientScope,
  request: RequestRow,
): Promise<Requester> {
  const known = await requesterPerson(on, request);
  const own = request.channel === 'teams' && isDirectoryTenant(scope, request.workspace);
  const by = own && request.userId ? { id: request.userId } : known?.mail ? { mail: known.mail } : null;
  const { found, fault } = by ? await find(scope, by) : { found: null, fault: null };
  const name = found?.name ?? known?.name ?? 'Unknown requester';
  return {
    personId: request.requesterId,
    name,
    givenName: found?.givenName || givenNameOf(name),
    mail: found?.mail ?? known?.mail ?? null,
    assurance: request.assurance,
    directoryId: found?.id ?? null,
    guest: found?.guest ?? false,
    fault,
    how: howVerified(request, scope.settings.clientName),
  };
}

async function find(
  scope: ClientScope,
  by: PersonLookup,
): Promise<{ found: DirectoryUser | null; fault: string | null }> {
  try {
    return { found: await lookUp(scope, by), fault: null };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { found: null, fault: sentenceFor(error, 'The directory') };
  }
}

/** How we know the Requester, in words. */
export function howVerified(request: Pick<RequestRow, 'assurance' | 'channel'>, client: string): string {
  if (request.assurance === 'claimed') return "the ticket's contact mail, not verified";
  return request.channel === 'slack'
    ? `Slack account in ${client}'s own workspace`
    : `Teams account in ${client}'s own tenant`;
}
