/** Connections with their sealed credentials, and which company over there is which Client. */
import { AppError } from '../errors.ts';
import type { Json } from '../domain.ts';
import { rows, statement } from '../store/database.ts';
import type { Applying } from './applying.ts';
import { inWords } from './apply-places.ts';
import { difference, same } from './change.ts';
import { secretsOf, type FileConnection } from './check.ts';
import type { SettingsFile } from './file.ts';

type ConnectionRow = {
  mspId: string;
  connector: string;
  clientId: string | null;
  url: string | null;
  config: Json;
  sandbox: boolean;
  secrets: string | null;
};

const read = statement(
  'settings_read_connection',
  `SELECT msp_id AS "mspId", connector, client_id AS "clientId", url, config, sandbox, secrets FROM connections WHERE id = $1 FOR NO KEY UPDATE`,
);
const add = statement(
  'settings_add_connection',
  `INSERT INTO connections (id, msp_id, connector, client_id, url, config, sandbox, secrets) VALUES ($2, $1, $3, $4, $5, $6::jsonb, $7, $8)`,
);
const write = statement(
  'settings_write_connection',
  `UPDATE connections SET client_id = $4, url = $5, config = $6::jsonb, sandbox = $7, secrets = $8,
     version = version + 1, status = 'active', status_reason = NULL WHERE msp_id = $1 AND id = $2 AND connector = $3`,
);

/** Makes or changes every Connection of the file; one that it leaves out stays. */
export async function applyConnections(
  work: Applying,
  connections: FileConnection[],
  clientIds: Map<string, string>,
): Promise<void> {
  for (const connection of connections) {
    await applyConnection(
      work,
      connection,
      connection.client === undefined ? null : (clientIds.get(connection.client) ?? null),
    );
  }
}

async function applyConnection(work: Applying, file: FileConnection, clientId: string | null): Promise<void> {
  const { tx, mspId } = work;
  const [current] = await rows<ConnectionRow>(tx, read, [file.id]);
  if (current && current.mspId !== mspId)
    throw new AppError(
      'invalid',
      `The connection id ${file.id} is already used by another MSP here; choose another.`,
    );
  if (current && current.connector !== file.connector)
    throw new AppError(
      'invalid',
      `The connection ${file.id} is a ${current.connector} connection; give the one to ${file.connector} another id.`,
    );
  const credentials = await sealedCredentials(work, file, current?.secrets ?? null);
  const wanted = { clientId, url: file.url ?? null, config: file.config as Json, sandbox: file.sandbox };
  const values = [
    mspId,
    file.id,
    file.connector,
    clientId,
    wanted.url,
    JSON.stringify(wanted.config),
    wanted.sandbox,
    credentials.sealed,
  ];
  const change = {
    clientId,
    what: `connection ${file.id}`,
    noun: 'connection',
    facts: { connectionId: file.id, connector: file.connector },
  };
  if (!current) {
    await rows(tx, add, values);
    await work.changed(`connection ${file.id}: new${file.sandbox ? ', a sandbox' : ''}`, {
      ...change,
      before: null,
      after: { ...wanted, secrets: file.secrets },
    });
    return;
  }
  const { clientId: owner, url, config, sandbox } = current;
  const changed = difference({ clientId: owner, url, config, sandbox }, wanted);
  if (!changed && !credentials.renewed) return;
  await rows(tx, write, values);
  const lines = [changed && inWords(changed), credentials.renewed && 'credentials changed'].filter(
    (line) => line,
  );
  await work.changed(`connection ${file.id}: ${lines.join(', ')}`, {
    ...change,
    before: changed?.before ?? {},
    after: { ...changed?.after, secrets: file.secrets },
  });
}

/** Sealed anew only when they differ, so that an unchanged file changes no row. */
async function sealedCredentials(
  work: Applying,
  file: FileConnection,
  current: string | null,
): Promise<{ sealed: string | null; renewed: boolean }> {
  if (Object.keys(file.secrets).length === 0) return { sealed: null, renewed: current !== null };
  const wanted = secretsOf(file, work.secret);
  if (current !== null && same(await opened(work, current), wanted))
    return { sealed: current, renewed: false };
  return { sealed: await work.vault.seal(JSON.stringify(wanted)), renewed: true };
}

async function opened(work: Applying, sealed: string): Promise<Json> {
  try {
    return JSON.parse(await work.vault.open(sealed)) as Json;
  } catch {
    // Sealed under another SECRET_KEY: the file is how new credentials get in.
    return null;
  }
}

const readMappings = statement(
  'settings_read_mappings',
  'SELECT connection_id AS "connectionId", external_id AS "externalId" FROM mappings WHERE msp_id = $1 AND client_id = $2 FOR NO KEY UPDATE',
);
const dropMapping = statement(
  'settings_drop_mapping',
  'DELETE FROM mappings WHERE msp_id = $1 AND client_id = $2 AND connection_id = $3',
);
const addMapping = statement(
  'settings_add_mapping',
  `INSERT INTO mappings (msp_id, client_id, connection_id, external_id) VALUES ($1, $2, $3, $4) ON CONFLICT (connection_id, external_id) DO NOTHING RETURNING client_id`,
);

/** The mappings of every Client that has some in the file, whole; old ones go first, so that one can move. */
export async function applyMappings(
  work: Applying,
  clients: SettingsFile['clients'],
  clientIds: Map<string, string>,
): Promise<void> {
  const { tx, mspId } = work;
  const added: { client: string; clientId: string; connectionId: string; externalId: string }[] = [];
  for (const { slug, name, mappings } of clients) {
    const clientId = clientIds.get(slug);
    if (!mappings || !clientId) continue;
    const current = await rows<{ connectionId: string; externalId: string }>(tx, readMappings, [
      mspId,
      clientId,
    ]);
    for (const { connectionId, externalId } of current.filter(
      (row) => mappings[row.connectionId] !== row.externalId,
    )) {
      await rows(tx, dropMapping, [mspId, clientId, connectionId]);
      await work.changed(
        `${name}: is no longer ${externalId} in ${connectionId}`,
        mappingChange(clientId, connectionId, externalId, null),
      );
    }
    for (const [connectionId, externalId] of Object.entries(mappings)) {
      const kept = current.some((row) => row.connectionId === connectionId && row.externalId === externalId);
      if (!kept) added.push({ client: name, clientId, connectionId, externalId });
    }
  }
  for (const { client, clientId, connectionId, externalId } of added) {
    const [row] = await rows(tx, addMapping, [mspId, clientId, connectionId, externalId]);
    if (!row)
      throw new AppError(
        'invalid',
        `${externalId} in ${connectionId} already is another client; a company belongs to one client.`,
      );
    await work.changed(
      `${client}: is ${externalId} in ${connectionId}`,
      mappingChange(clientId, connectionId, null, externalId),
    );
  }
}

function mappingChange(clientId: string, connectionId: string, before: string | null, after: string | null) {
  return {
    clientId,
    what: `mapping ${connectionId}`,
    noun: 'mapping',
    before,
    after,
    facts: { connectionId },
  };
}
