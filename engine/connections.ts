/** From a Connection's row to a live vendor api, opened once per version of its settings. */
import type { Connector, Tool } from '../connectors/contract.ts';
import type { House } from './house.ts';
import type { ConnectionRow } from './store/scope.ts';

export interface LiveConnection {
  row: ConnectionRow;
  connector: Connector;
  api: unknown;
}

export interface LiveTool {
  tool: Tool<unknown, unknown>;
  connection: LiveConnection;
}

type Opened = { version: number; url: string | null; api: unknown };
const opened = new WeakMap<House, Map<string, Opened>>();

/** Opens a Connection; its api is kept until the settings change. */
export async function openConnection(
  house: House,
  row: Omit<ConnectionRow, 'externalId' | 'clientLevel'>,
): Promise<{ connector: Connector; api: unknown }> {
  const connector = house.connectors.find((each) => each.id === row.connector);
  if (!connector) throw new Error(`connection ${row.id} names the unknown connector ${row.connector}`);
  const cache = opened.get(house) ?? new Map<string, Opened>();
  opened.set(house, cache);
  const url = row.url ?? house.sandboxUrl(row.id);
  const known = cache.get(row.id);
  if (known && known.version === row.version && known.url === url) return { connector, api: known.api };
  const secrets =
    row.sandbox && !row.secrets
      ? connector.sandbox?.secrets
      : JSON.parse(await house.vault.open(row.secrets ?? ''));
  const api = connector.open(
    {
      id: row.id,
      url,
      config: connector.config.parse(row.config),
      secrets: connector.secrets.parse(secrets),
      createdAt: new Date(row.createdAt),
    },
    house.http,
  );
  cache.set(row.id, { version: row.version, url, api });
  return { connector, api };
}

/** The Client's usable Connections; its own stands before the Msp's of the same vendor. */
export async function openConnections(house: House, connections: ConnectionRow[]): Promise<LiveConnection[]> {
  const ranked = connections
    .filter((row) => row.status === 'active')
    .sort((a, b) => Number(b.clientLevel) - Number(a.clientLevel));
  const live: LiveConnection[] = [];
  for (const row of ranked) {
    if (live.some((each) => each.row.connector === row.connector)) continue;
    live.push({ row, ...(await openConnection(house, row)) });
  }
  return live;
}

export function findTool(connections: LiveConnection[], name: string): LiveTool | null {
  for (const connection of connections) {
    const tool = connection.connector.tools.find((each) => each.name === name);
    if (tool) return { tool: tool as unknown as Tool<unknown, unknown>, connection };
  }
  return null;
}

export function allTools(connections: LiveConnection[]): LiveTool[] {
  return connections.flatMap((connection) =>
    connection.connector.tools.map((tool) => ({
      tool: tool as unknown as Tool<unknown, unknown>,
      connection,
    })),
  );
}
