/** The Msp, its Clients, and what both have: workspaces and policies. */
import type pg from 'pg';
import type { Json } from '../domain.ts';
import { newId } from '../ids.ts';
import { rows, statement } from '../store/database.ts';
import type { Applying } from './applying.ts';
import { difference } from './change.ts';
import type { SettingsFile } from './file.ts';
import { bindWorkspace, dropWorkspaces } from './workspaces.ts';

/** The Msp or one Client of it, as the file has them. */
export interface Place {
  clientId: string | null;
  /** "the MSP", or the Client's name. */
  label: string;
  workspaces?: SettingsFile['msp']['workspaces'];
  policies?: SettingsFile['policies'];
}

type Row = Record<string, Json> & { id: string };

const addMsp = statement(
  'settings_add_msp',
  'INSERT INTO msps (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING RETURNING id',
);
const readMsp = statement(
  'settings_read_msp',
  `SELECT id, name, mode, time_zone AS "timeZone", persona_name AS "personaName", persona_icon_url AS "personaIconUrl", progress,
     writes_without_note AS "writesWithoutNote", prompt FROM msps WHERE slug = $1 FOR NO KEY UPDATE`,
);
const writeMsp = statement(
  'settings_write_msp',
  `UPDATE msps SET name = $2, mode = $3, time_zone = $4, persona_name = $5, persona_icon_url = $6, progress = $7,
     writes_without_note = $8, prompt = $9 WHERE id = $1`,
);

/** Makes or changes the Msp; `made` is null when it is already so. */
export async function applyMsp(tx: pg.PoolClient, file: SettingsFile['msp']) {
  const [added] = await rows(tx, addMsp, [newId('msp'), file.slug, file.name]);
  const [row] = await rows<Row>(tx, readMsp, [file.slug]);
  if (!row) throw new Error('an Msp was added and is not there');
  const { id: mspId, ...current } = row;
  const changed = difference(current, {
    name: file.name,
    mode: file.mode,
    timeZone: file.timeZone,
    personaName: file.persona?.name,
    personaIconUrl: file.persona && (file.persona.iconUrl ?? null),
    progress: file.progress,
    writesWithoutNote: file.writesWithoutNote,
    prompt: file.prompt,
  });
  if (changed) {
    const next = { ...current, ...changed.after };
    await rows(tx, writeMsp, [
      mspId,
      next['name'],
      next['mode'],
      next['timeZone'],
      next['personaName'],
      next['personaIconUrl'],
      next['progress'],
      next['writesWithoutNote'],
      next['prompt'],
    ]);
  }
  if (added) {
    const change = { clientId: null, what: 'msp', before: null, after: { name: file.name, mode: file.mode } };
    return {
      mspId,
      made: {
        line: `the MSP: new, mode ${file.mode}`,
        change: { ...change, facts: { mode: file.mode, new: true } },
      },
    };
  }
  if (!changed) return { mspId, made: null };
  const change = { clientId: null, what: 'msp', ...changed, facts: factsOf(changed) };
  return { mspId, made: { line: `the MSP: ${inWords(changed)}`, change } };
}

const addClient = statement(
  'settings_add_client',
  `INSERT INTO clients (id, msp_id, slug, name, status) VALUES ($1, $2, $3, $4, 'active') ON CONFLICT (msp_id, slug) DO NOTHING RETURNING id`,
);
const readClient = statement(
  'settings_read_client',
  'SELECT id, name, mode, prompt, status FROM clients WHERE msp_id = $1 AND slug = $2 FOR NO KEY UPDATE',
);
const writeClient = statement(
  'settings_write_client',
  `UPDATE clients SET name = $3, mode = $4, prompt = $5, status = 'active', status_reason = NULL WHERE msp_id = $1 AND id = $2`,
);

/** Makes or changes a Client, which is active afterwards; gives its id. */
export async function applyClient(work: Applying, file: SettingsFile['clients'][number]): Promise<string> {
  const { tx, mspId } = work;
  const [added] = await rows(tx, addClient, [newId('cli'), mspId, file.slug, file.name]);
  const [row] = await rows<Row>(tx, readClient, [mspId, file.slug]);
  if (!row) throw new Error('a Client was added and is not there');
  const { id: clientId, ...current } = row;
  const changed = difference(current, {
    name: file.name,
    mode: file.mode,
    prompt: file.prompt,
    status: 'active',
  });
  if (changed) {
    const next = { ...current, ...changed.after };
    await rows(tx, writeClient, [mspId, clientId, next['name'], next['mode'], next['prompt']]);
  }
  if (added) {
    const after = { name: file.name, mode: file.mode };
    await work.changed(`${file.name}: new client, mode ${file.mode}`, {
      clientId,
      what: 'client',
      noun: 'client',
      before: null,
      after,
      facts: { mode: file.mode, new: true },
    });
  } else if (changed) {
    await work.changed(`${file.name}: ${inWords(changed)}`, {
      clientId,
      what: 'client',
      noun: 'client',
      ...changed,
      facts: factsOf(changed),
    });
  }
  return clientId;
}

type Changed = NonNullable<ReturnType<typeof difference>>;

/** "mode plan -> execute, prompt changed". */
export function inWords({ before, after }: Changed): string {
  const short = (value: Json | undefined) =>
    typeof value === 'string' && value.length <= 60 ? value || 'nothing' : JSON.stringify(value ?? null);
  return Object.keys(after)
    .map((key) =>
      key === 'prompt' ? 'prompt changed' : `${key} ${short(before[key])} -> ${short(after[key])}`,
    )
    .join(', ');
}

function factsOf({ after }: Changed): Record<string, Json> {
  const mode = after['mode'];
  return { keys: Object.keys(after), ...(mode === undefined ? {} : { mode }) };
}

/** Tenants and teams of every place; binding comes before dropping, so that one can move between Clients. */
export async function applyWorkspaces(work: Applying, places: Place[]): Promise<void> {
  const stated = places.flatMap(({ clientId, label, workspaces }) =>
    (['teams', 'slack'] as const).flatMap((channel) => {
      const externalIds = workspaces?.[channel];
      return externalIds ? [{ clientId, label, channel, externalIds }] : [];
    }),
  );
  for (const { clientId, label, channel, externalIds } of stated) {
    for (const externalId of externalIds) {
      if (!(await bindWorkspace(work.tx, work.mspId, clientId, { channel, externalId }))) continue;
      await work.changed(
        `${label}: has ${channel} ${externalId}`,
        workspaceChange(clientId, channel, externalId, true),
      );
    }
  }
  for (const { clientId, label, channel, externalIds } of stated) {
    for (const externalId of await dropWorkspaces(work.tx, work.mspId, clientId, { channel, externalIds })) {
      await work.changed(
        `${label}: no longer has ${channel} ${externalId}`,
        workspaceChange(clientId, channel, externalId, false),
      );
    }
  }
}

function workspaceChange(clientId: string | null, channel: string, externalId: string, has: boolean) {
  return {
    clientId,
    what: `workspace ${channel} ${externalId}`,
    noun: 'workspace',
    before: !has,
    after: has,
    facts: { channel, has },
  };
}

const readPolicies = statement(
  'settings_read_policies',
  'SELECT tool, setting, manager FROM policies WHERE msp_id = $1 AND client_id IS NOT DISTINCT FROM $2 FOR NO KEY UPDATE',
);
export const writePolicy = statement(
  'settings_write_policy',
  `INSERT INTO policies (id, msp_id, client_id, tool, setting, manager, set_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
   ON CONFLICT (msp_id, COALESCE(client_id, ''), tool) DO UPDATE
   SET setting = excluded.setting, manager = excluded.manager, set_by = excluded.set_by, set_at = clock_timestamp(), version = policies.version + 1`,
);
export const dropPolicy = statement(
  'settings_drop_policy',
  'DELETE FROM policies WHERE msp_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND tool = $3',
);

/** The policies of one place, whole, when the file has any. */
export async function applyPolicies(work: Applying, { clientId, label, policies }: Place): Promise<void> {
  if (!policies) return;
  const { tx, mspId } = work;
  const current = await rows<{ tool: string; setting: string; manager: boolean }>(tx, readPolicies, [
    mspId,
    clientId,
  ]);
  for (const tool of new Set([...Object.keys(policies), ...current.map((row) => row.tool)])) {
    const was = current.find((row) => row.tool === tool);
    const before = was ? { setting: was.setting, manager: was.manager } : null;
    const after = policies[tool] ?? null;
    if (before?.setting === after?.setting && before?.manager === after?.manager) continue;
    if (after)
      await rows(tx, writePolicy, [
        newId('pol'),
        mspId,
        clientId,
        tool,
        after.setting,
        after.manager,
        'file',
      ]);
    else await rows(tx, dropPolicy, [mspId, clientId, tool]);
    const setting = after?.setting ?? 'inherit';
    await work.changed(`${label}: ${tool} ${policyWords(before)} -> ${policyWords(after)}`, {
      clientId,
      what: `policy ${tool}`,
      noun: 'policy',
      before,
      after,
      facts: { tool, setting },
    });
  }
}

function policyWords(policy: { setting: string; manager: boolean } | null): string {
  if (!policy) return 'inherit';
  return policy.manager ? `${policy.setting} with the manager` : policy.setting;
}
