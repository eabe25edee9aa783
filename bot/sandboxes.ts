/** The sandboxes of connections that are practised with and have no address of their own. */
import type { IRouter } from 'express';
import type { Connector, World } from '../connectors/contract.ts';
import { rows, statement, type Database } from '../engine/store/database.ts';
import { isLocalCaller } from './loopback.ts';
import type { Json } from '../engine/domain.ts';

export interface Sandboxes {
  /** Connection id -> base URL. */
  urls: Map<string, string>;
  /** True when every connection is a sandbox (and there is one). */
  all: boolean;
  close(): Promise<void>;
}

/** `GET /desk/sandboxes`: where each connection's sandbox is, for programs on this machine. */
export function addSandboxRoute(app: IRouter, { urls }: Sandboxes): void {
  app.get('/desk/sandboxes', (request, response) => {
    if (!isLocalCaller(request)) return void response.sendStatus(403);
    response.json(Object.fromEntries(urls));
  });
}

const connections = statement(
  'sandboxes_connections',
  'SELECT id, connector, url, config, sandbox FROM connections ORDER BY id',
);
interface Row {
  id: string;
  connector: string;
  url: string | null;
  config: Json;
  sandbox: boolean;
}

export async function startSandboxes(
  db: Database,
  connectors: Connector[],
  world: World,
): Promise<Sandboxes> {
  const found = await rows<Row>(db.pool, connections, []);
  const urls = new Map<string, string>();
  const started: { close(): Promise<void> }[] = [];
  for (const { id, connector: name, url, config, sandbox } of found) {
    if (!sandbox) continue;
    if (url) {
      urls.set(id, url);
      continue;
    }
    const connector = connectors.find((each) => each.id === name);
    const running = await connector?.sandbox?.start(world, connector.config.parse(config));
    if (!running) throw new Error(`connection ${id} is a sandbox, and ${name} has none`);
    urls.set(id, running.url);
    started.push(running);
  }
  return {
    urls,
    all: found.length > 0 && found.every((row) => row.sandbox),
    close: async () => void (await Promise.all(started.map((each) => each.close()))),
  };
}
