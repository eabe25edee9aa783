import { monotonicFactory } from 'ulid';

const next = monotonicFactory();

export type IdPrefix =
  | 'msp'
  | 'cli'
  | 'per'
  | 'idn'
  | 'pol'
  | 'chg'
  | 'cnv'
  | 'req'
  | 'msg'
  | 'tkt'
  | 'pln'
  | 'stp'
  | 'apr'
  | 'gnt'
  | 'dlv'
  | 'act';

/** A sortable id such as `req_01JD...`. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${next()}`;
}
