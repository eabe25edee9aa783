/** What every stage is given: the database, the queue, the vendors, the way out to people, and who we are. */
import type { Connector, NoteBlock } from '../connectors/contract.ts';
import type { Http, HttpOptions } from '../connectors/http.ts';
import type { Destination, Json, Notice, Sent } from './domain.ts';
import type { Queue } from './jobs/queue.ts';
import type { Planner } from './planner/port.ts';
import type { Vault } from './secrets.ts';
import type { Turns } from './turns.ts';
import type { Database } from './store/database.ts';
import type { Instance } from './store/instance.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The way out: Notices become cards and notes outside the engine. */
export interface Outlet {
  /** Channels that are switched on in this process. */
  channels: ('teams' | 'slack')[];
  /** Posts, or edits the earlier copy when `previous` is given. Throws a ConnectorError. */
  send(to: Destination, notice: Notice, previous: Json | null, mark: string): Promise<Sent>;
  /** A message posted before a crash, where the channel can tell; null when not there or not tellable. */
  find(to: Destination, mark: string): Promise<Sent | null>;
  note(notice: Notice): NoteBlock[];
}

export interface House {
  db: Database;
  queue: Queue;
  instance: Instance;
  connectors: Connector[];
  http: (options: HttpOptions) => Http;
  planner: Planner;
  outlet: Outlet;
  vault: Vault;
  log: Log;
  /** Address of a connection's sandbox when it runs against one that this process started. */
  sandboxUrl(connectionId: string): string | null;
  /** Tests stop the process at named places with it; otherwise it does nothing. */
  failpoint(name: string): void;
  /** Ids of rows and order keys this process is at work on, so that the sweep can tell abandoned ones. */
  atWork: Turns;
}
