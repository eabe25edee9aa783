import type { Connector } from '../../connectors/contract.ts';
import type { Vault } from '../../engine/secrets.ts';
import type { Database } from '../../engine/store/database.ts';

/** What commands need of the house. */
export interface CommandDeps {
  db: Database;
  vault: Vault;
  connectors: Connector[];
}
