/** The people a settings file names, and how they are known. */
import { newId } from '../ids.ts';
import { rows, statement } from '../store/database.ts';
import type { Applying } from './applying.ts';
import { inWords, type Place } from './apply-places.ts';
import { identitiesOf, type FileIdentity, type FilePerson } from './check.ts';
import { difference } from './change.ts';

interface PersonRow {
  id: string;
  name: string;
  mail: string | null;
  roles: string[];
}

const byMail = statement(
  'settings_person_by_mail',
  `SELECT id, name, mail, roles FROM persons WHERE msp_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND lower(mail) = $3 FOR NO KEY UPDATE`,
);
const byIdentity = statement(
  'settings_person_by_identity',
  `SELECT p.id, p.name, p.mail, p.roles FROM identities i JOIN persons p ON p.id = i.person_id AND p.msp_id = i.msp_id
   WHERE i.msp_id = $1 AND i.client_id IS NOT DISTINCT FROM $2 AND p.client_id IS NOT DISTINCT FROM $2 AND i.channel = $3 AND i.workspace = $4 AND i.user_id = $5
   FOR NO KEY UPDATE OF p`,
);
const addPerson = statement(
  'settings_add_person',
  'INSERT INTO persons (id, msp_id, client_id, name, mail, roles) VALUES ($1, $2, $3, $4, $5, $6)',
);
const writePerson = statement(
  'settings_write_person',
  'UPDATE persons SET name = $3, mail = $4, roles = $5 WHERE msp_id = $1 AND id = $2',
);
const writeIdentity = statement(
  'settings_write_identity',
  `INSERT INTO identities (id, msp_id, client_id, person_id, channel, workspace, user_id, via) VALUES ($1, $2, $3, $4, $5, $6, $7, 'settings')
   ON CONFLICT (channel, workspace, user_id) DO UPDATE SET msp_id = excluded.msp_id, client_id = excluded.client_id, person_id = excluded.person_id, via = 'settings'
   WHERE identities.person_id <> excluded.person_id OR identities.via <> 'settings' RETURNING id`,
);

/** Makes or changes the people of one place; staff who are no longer listed lose their roles. */
export async function applyPeople(work: Applying, place: Place & { people?: FilePerson[] }): Promise<void> {
  if (!place.people) return;
  const listed: string[] = [];
  for (const person of place.people) listed.push(await applyPerson(work, place, person));
  if (place.clientId === null) await retire(work, listed);
}

async function applyPerson(work: Applying, place: Place, person: FilePerson): Promise<string> {
  const { tx, mspId } = work;
  const { clientId, label } = place;
  const identities = identitiesOf(person, place.workspaces);
  const wanted = {
    name: person.name,
    mail: person.mail,
    roles: clientId === null ? [...(person.roles ?? [])].sort() : [],
  };
  const found = await findPerson(work, clientId, person.mail, identities);
  const personId = found?.id ?? newId('per');
  const change = {
    clientId,
    what: `person ${personId}`,
    noun: 'person',
    facts: { personId, roles: wanted.roles },
  };
  if (!found) {
    await rows(tx, addPerson, [personId, mspId, clientId, wanted.name, wanted.mail, wanted.roles]);
    await work.changed(`${label}: new person ${person.name}${rolesInWords(wanted.roles)}`, {
      ...change,
      before: null,
      after: wanted,
    });
  } else {
    const changed = difference(
      { name: found.name, mail: found.mail, roles: [...found.roles].sort() },
      wanted,
    );
    if (changed) {
      await rows(tx, writePerson, [mspId, personId, wanted.name, wanted.mail, wanted.roles]);
      await work.changed(`${label}: ${person.name}: ${inWords(changed)}`, { ...change, ...changed });
    }
  }
  for (const { channel, workspace, userId } of identities) {
    const [written] = await rows(tx, writeIdentity, [
      newId('idn'),
      mspId,
      clientId,
      personId,
      channel,
      workspace,
      userId,
    ]);
    if (written && found)
      await work.changed(`${label}: ${person.name} is known in ${channel}`, {
        ...change,
        what: `identity ${channel} of ${personId}`,
        before: null,
        after: { workspace, userId },
      });
  }
  return personId;
}

async function findPerson(
  work: Applying,
  clientId: string | null,
  mail: string,
  identities: FileIdentity[],
): Promise<PersonRow | null> {
  const [named] = await rows<PersonRow>(work.tx, byMail, [work.mspId, clientId, mail]);
  if (named) return named;
  for (const { channel, workspace, userId } of identities) {
    const [met] = await rows<PersonRow>(work.tx, byIdentity, [
      work.mspId,
      clientId,
      channel,
      workspace,
      userId,
    ]);
    if (met) return met;
  }
  return null;
}

function rolesInWords(roles: string[]): string {
  return roles.length === 0 ? '' : ` (${roles.join(', ')})`;
}

// An admin who came by a one-time code was never the file's to name.
const dropRoles = statement(
  'settings_drop_roles',
  `WITH gone AS (
     SELECT p.id, p.name, p.roles FROM persons p
     WHERE p.msp_id = $1 AND p.client_id IS NULL AND p.roles <> '{}' AND NOT p.id = ANY($2)
       AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.person_id = p.id AND i.msp_id = p.msp_id AND i.via = 'claim')
     FOR NO KEY UPDATE
   ) UPDATE persons p SET roles = '{}' FROM gone WHERE p.id = gone.id RETURNING p.id, p.name, gone.roles`,
);

async function retire(work: Applying, listed: string[]): Promise<void> {
  for (const { id, name, roles } of await rows<PersonRow>(work.tx, dropRoles, [work.mspId, listed])) {
    await work.changed(`the MSP: ${name} no longer has a role`, {
      clientId: null,
      what: `person ${id}`,
      noun: 'person',
      before: { roles },
      after: { roles: [] },
      facts: { personId: id, roles: [] },
    });
  }
}
