/** One Client's settings as they are now, in one statement: what plan, policy and gateway stand on. */
import type { ClientStatus, Json, Mode } from '../domain.ts';
import type { PolicyRow } from '../policy.ts';
import { rows, statement, type Queryable } from './database.ts';

export interface ConnectionRow {
  id: string;
  connector: string;
  url: string | null;
  config: Json;
  secrets: string | null;
  sandbox: boolean;
  status: string;
  version: number;
  createdAt: string;
  /** The Client's id over there. */
  externalId: string;
  clientLevel: boolean;
}

export interface ScopeRow {
  mspId: string;
  mspSlug: string;
  mspName: string;
  timeZone: string;
  progress: boolean;
  writesWithoutNote: boolean;
  mspPrompt: string;
  mspStopped: boolean;
  clientId: string;
  clientSlug: string;
  clientName: string;
  clientStatus: ClientStatus;
  clientPrompt: string;
  clientStopped: boolean;
  mode: Mode;
  policies: { tool: string; setting: PolicyRow['setting']; manager: boolean; client: boolean }[];
  connections: ConnectionRow[];
}

const load = statement(
  'scope_load',
  `SELECT m.id AS "mspId", m.slug AS "mspSlug", m.name AS "mspName", m.time_zone AS "timeZone", m.progress,
     m.writes_without_note AS "writesWithoutNote", m.prompt AS "mspPrompt", m.stopped_at IS NOT NULL AS "mspStopped",
     c.id AS "clientId", c.slug AS "clientSlug", c.name AS "clientName", c.status AS "clientStatus", c.prompt AS "clientPrompt",
     c.stopped_at IS NOT NULL AS "clientStopped",
     CASE WHEN c.mode = 'inherit' THEN m.mode ELSE c.mode END AS mode,
     (SELECT COALESCE(jsonb_agg(jsonb_build_object('tool', p.tool, 'setting', p.setting, 'manager', p.manager, 'client', p.client_id IS NOT NULL)), '[]')
      FROM policies p WHERE p.msp_id = m.id AND (p.client_id IS NULL OR p.client_id = c.id)) AS policies,
     (SELECT COALESCE(jsonb_agg(jsonb_build_object('id', n.id, 'connector', n.connector, 'url', n.url, 'config', n.config, 'secrets', n.secrets,
        'sandbox', n.sandbox, 'status', n.status, 'version', n.version, 'createdAt', n.created_at, 'externalId', g.external_id, 'clientLevel', n.client_id IS NOT NULL)), '[]')
      FROM mappings g JOIN connections n ON n.id = g.connection_id AND n.msp_id = g.msp_id
      WHERE g.msp_id = m.id AND g.client_id = c.id AND (n.client_id IS NULL OR n.client_id = c.id)) AS connections
   FROM clients c JOIN msps m ON m.id = c.msp_id WHERE c.msp_id = $1 AND c.id = $2`,
);

export async function loadScope(on: Queryable, mspId: string, clientId: string): Promise<ScopeRow> {
  const [scope] = await rows<ScopeRow>(on, load, [mspId, clientId]);
  if (!scope) throw new Error('no such Client in this Msp');
  return scope;
}

/** Policies by tool, apart for Msp and Client, as `policy.ts` wants them. */
export function policySettings(scope: Pick<ScopeRow, 'policies'>): {
  msp: Record<string, PolicyRow>;
  client: Record<string, PolicyRow>;
} {
  const pick = (client: boolean) =>
    Object.fromEntries(
      scope.policies
        .filter((row) => row.client === client)
        .map((row) => [row.tool, { setting: row.setting, manager: row.manager }]),
    );
  return { msp: pick(false), client: pick(true) };
}
