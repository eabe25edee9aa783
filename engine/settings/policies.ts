/** What each Tool may do by itself, and where that comes from. */
import { defaultSetting, type Connector } from '../../connectors/contract.ts';
import type { Effect, Risk, Setting } from '../domain.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { effectivePolicy, type PolicyRow, type PolicySettings } from '../policy.ts';
import { rows, statement, type Database, type Queryable } from '../store/database.ts';
import { dropPolicy, writePolicy } from './apply-places.ts';
import { changeSettings, recordChange } from './change.ts';
import { clientNamed, type NamedClient } from './places.ts';
import { requireAdmin } from './staff.ts';
import { floorAgainst, toolNamed, toolsOf, type AnyTool } from './tools.ts';

export interface PolicyView {
  tool: string;
  summary: string;
  effect: Effect;
  risk: Risk;
  setting: Setting;
  manager: boolean;
  from: 'default' | 'msp' | 'client';
  /** True for a write that its own risk keeps from ever running by itself. */
  floor: boolean;
}

const ofPlace = statement(
  'policies_of_place',
  `SELECT tool, setting, manager, client_id IS NOT NULL AS client FROM policies WHERE msp_id = $1 AND (client_id IS NULL OR client_id = $2)`,
);

async function settingsOf(on: Queryable, mspId: string, clientId: string | null): Promise<PolicySettings> {
  const found = await rows<PolicyRow & { tool: string; client: boolean }>(on, ofPlace, [mspId, clientId]);
  const pick = (client: boolean) =>
    Object.fromEntries(
      found
        .filter((row) => row.client === client)
        .map(({ tool, setting, manager }) => [tool, { setting, manager }]),
    );
  return { msp: pick(false), client: pick(true) };
}

const connected = statement(
  'policies_connected',
  `SELECT DISTINCT n.connector FROM connections n
   WHERE n.msp_id = $1 AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM mappings g WHERE g.msp_id = n.msp_id AND g.connection_id = n.id AND g.client_id = $2))`,
);

/** The policies in force at the Msp or one Client, for the tools that are connected there; or for one `tool` alone. */
export async function listPolicies(
  parts: { db: Database; connectors: Connector[] },
  mspId: string,
  place: { client: string | null; tool: string | null },
): Promise<{ client: NamedClient | null; policies: PolicyView[] }> {
  const { pool } = parts.db;
  const client = await clientNamed(pool, mspId, place.client);
  const settings = await settingsOf(pool, mspId, client?.id ?? null);
  if (place.tool !== null)
    return { client, policies: [viewOf(known(parts.connectors, place.tool), settings)] };
  const here = await rows<{ connector: string }>(pool, connected, [mspId, client?.id ?? null]);
  const tools = toolsOf(parts.connectors.filter(({ id }) => here.some((row) => row.connector === id)));
  return { client, policies: tools.map((tool) => viewOf(tool, settings)) };
}

function known(connectors: Connector[], name: string): AnyTool {
  const tool = toolNamed(connectors, name);
  if (typeof tool === 'string') throw new AppError('invalid', tool);
  return tool;
}

function viewOf(tool: AnyTool, settings: PolicySettings): PolicyView {
  const { setting, manager, from } = effectivePolicy(
    { name: tool.name, default: defaultSetting(tool) },
    settings,
  );
  const { name, summary, effect, risk } = tool;
  return {
    tool: name,
    summary,
    effect,
    risk,
    setting,
    manager,
    from,
    floor: floorAgainst(tool, 'auto') !== null,
  };
}

export interface PolicyChange {
  /** Person id. */
  by: string;
  /** As written; null is the Msp. */
  client: string | null;
  tool: string;
  /** `inherit` clears what was set there. */
  setting: Setting | 'inherit';
}

/**
 * Sets a tool's policy and gives what is in force there now. A manager's signature that was asked for stays as
 * long as the setting is approval_needed. Throws `not_allowed` for anybody but an admin, and `invalid` for
 * what the tool itself rules out.
 */
export async function setPolicy(
  parts: { db: Database; connectors: Connector[] },
  mspId: string,
  change: PolicyChange,
): Promise<{ client: NamedClient | null; policy: PolicyView }> {
  return changeSettings(parts.db, mspId, async (tx) => {
    await requireAdmin(tx, mspId, change.by);
    const client = await clientNamed(tx, mspId, change.client);
    const clientId = client?.id ?? null;
    const tool = known(parts.connectors, change.tool);
    const floor = change.setting === 'inherit' ? null : floorAgainst(tool, change.setting);
    if (floor) throw new AppError('invalid', floor);
    const before = (await settingsOf(tx, mspId, clientId))[client ? 'client' : 'msp'][tool.name] ?? null;
    const after = afterOf(change.setting, before);
    if (before?.setting !== after?.setting || before?.manager !== after?.manager) {
      if (after)
        await rows(tx, writePolicy, [
          newId('pol'),
          mspId,
          clientId,
          tool.name,
          after.setting,
          after.manager,
          change.by,
        ]);
      else await rows(tx, dropPolicy, [mspId, clientId, tool.name]);
      await recordChange(tx, mspId, {
        clientId,
        what: `policy ${tool.name}`,
        before: before && { ...before },
        after: after && { ...after },
        by: change.by,
        kind: 'policy.changed',
        facts: { tool: tool.name, before: before?.setting ?? 'inherit', setting: change.setting },
      });
    }
    return { client, policy: viewOf(tool, await settingsOf(tx, mspId, clientId)) };
  });
}

function afterOf(setting: PolicyChange['setting'], before: PolicyRow | null): PolicyRow | null {
  if (setting === 'inherit') return null;
  return { setting, manager: setting === 'approval_needed' && (before?.manager ?? false) };
}
