import type { Database } from '../database';
import type { SqlRow, SqlValue } from './sqlValue';

/** The database as the store's own parts use it. */
export interface SqlDatabase extends Database {
  /**
   * Changes something, as a part of the running transaction or as one of its own, and returns how many rows it changed. Statements must
   * give the same result whenever they are run again on the same data: the journal holds them, not their effect.
   */
  run(sql: string, ...values: SqlValue[]): number;
  /** To be asked before files are touched. @throws StoreError `readOnly`, `closed` */
  requireWritable(): void;
  /** The first row. */
  get(sql: string, ...values: SqlValue[]): SqlRow | undefined;
  all(sql: string, ...values: SqlValue[]): SqlRow[];
}
