import { StoreError } from '../storeError';
import type { Sqlite } from './sqlite';
import type { SqlOperation, SqlValue } from './sqlValue';

/** SQLite's own transaction is ended after this many of ours, so that what it keeps for a rollback stays small. */
const transactionsPerSettle = 512;

/**
 * All-or-nothing changes of the database in memory, and the list of statements that each one ran. Ours are savepoints inside
 * one long SQLite transaction, which costs less than half of one SQLite transaction each.
 */
export class Transactions {
  private depth = 0;
  private operations: SqlOperation[] = [];
  private unsettled = 0;

  constructor(
    private readonly sqlite: Sqlite,
    private readonly onDone: (operations: readonly SqlOperation[]) => void,
  ) {}

  get running(): boolean {
    return this.depth > 0;
  }

  run<T>(work: () => T): T {
    this.begin();
    const mark = this.operations.length;
    const name = `level${this.depth}`;
    this.sqlite.run(`SAVEPOINT ${name}`, []);
    this.depth++;
    let result: T;
    try {
      result = work();
      if (result instanceof Promise) {
        throw new StoreError('invalid', 'A transaction cannot wait; do the waiting before it');
      }
    } catch (error) {
      this.depth--;
      this.operations.length = mark;
      this.sqlite.run(`ROLLBACK TO ${name}`, []);
      this.sqlite.run(`RELEASE ${name}`, []);
      throw error;
    }
    this.depth--;
    this.sqlite.run(`RELEASE ${name}`, []);
    if (this.depth === 0) this.finish();
    return result;
  }

  /** A transaction of one statement, which is all or nothing by itself. */
  runOne(sql: string, values: readonly SqlValue[]): number {
    this.begin();
    const changed = this.execute(sql, values);
    this.finish();
    return changed;
  }

  /** One statement of the running transaction. */
  execute(sql: string, values: readonly SqlValue[]): number {
    const changed = this.sqlite.run(sql, values);
    if (changed > 0) this.operations.push({ sql, values });
    return changed;
  }

  /** Ends SQLite's own transaction. */
  settle(): void {
    if (this.unsettled === 0) return;
    this.sqlite.run('COMMIT', []);
    this.unsettled = 0;
  }

  private begin(): void {
    if (this.unsettled > 0) return;
    this.sqlite.run('BEGIN', []);
    this.unsettled = 1;
  }

  private finish(): void {
    const operations = this.operations;
    if (operations.length === 0) return;
    this.operations = [];
    if (++this.unsettled > transactionsPerSettle) this.settle();
    this.onDone(operations);
  }
}
