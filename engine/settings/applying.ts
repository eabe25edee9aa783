import type pg from 'pg';
import type { Json } from '../domain.ts';
import type { Vault } from '../secrets.ts';
import type { Change } from './change.ts';
import type { ReadSecret } from './check.ts';

/** What every part of applying a settings file is given. */
export interface Applying {
  tx: pg.PoolClient;
  mspId: string;
  vault: Vault;
  secret: ReadSecret;
  /** Records a difference; `line` is it in words. */
  changed(
    line: string,
    change: Omit<Change, 'by' | 'kind' | 'facts'> & { noun: string; facts?: Record<string, Json> },
  ): Promise<void>;
}
