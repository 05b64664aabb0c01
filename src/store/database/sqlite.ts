import type { Database as SqlJsDatabase, SqlJsStatic, Statement } from 'sql.js';
import { StoreError } from '../storeError';
import type { SqlRow, SqlValue } from './sqlValue';

/** The parts of SQLite's own interface that sql.js carries without declaring them. */
interface NativeSqlite {
  stringToNewUTF8(text: string): number;
  _free(pointer: number): void;
  _sqlite3_backup_init(to: number, toName: number, from: number, fromName: number): number;
  _sqlite3_backup_step(backup: number, pages: number): number;
  _sqlite3_backup_finish(backup: number): number;
}

/** The pointer that sql.js keeps in each database object. */
interface NativeDatabase {
  readonly db: number;
}

export type SqliteModule = SqlJsStatic & NativeSqlite;

const stepDone = 101;
const stepMore = 0;

let loading: Promise<SqliteModule> | undefined;

/** SQLite compiled to WebAssembly; loaded when first asked for. */
export function loadSqlite(): Promise<SqliteModule> {
  loading ??= import('sql.js').then(async ({ default: initialize }) => {
    // The backup functions are exported by every build of sql.js since 1.13, but its type declarations leave them out.
    return (await initialize()) as SqliteModule;
  });
  return loading;
}

/** A database in memory. Statements are prepared once and kept. */
export class Sqlite {
  private readonly database: SqlJsDatabase;
  private readonly statements = new Map<string, Statement>();

  /** @param image a whole SQLite file to start from */
  constructor(
    private readonly module: SqliteModule,
    image?: Uint8Array,
  ) {
    this.database = new module.Database(image);
    // Nothing of this is on disk, so SQLite's own guards against a crash would only cost time.
    this.database.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;' +
        'PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; PRAGMA foreign_keys = ON',
    );
  }

  /** Several statements without values. */
  execute(sql: string): void {
    this.database.exec(sql);
  }

  /** Number of rows changed. @throws StoreError `invalid` for what the schema does not allow */
  run(sql: string, values: readonly SqlValue[]): number {
    const statement = this.prepare(sql);
    try {
      statement.run(values as SqlValue[]);
    } catch (error) {
      statement.reset();
      const detail = error instanceof Error ? error.message : String(error);
      throw new StoreError('invalid', `The database refuses a change: ${detail}`, { cause: error });
    }
    return this.database.getRowsModified();
  }

  get(sql: string, values: readonly SqlValue[]): SqlRow | undefined {
    const statement = this.prepare(sql);
    try {
      statement.bind(values as SqlValue[]);
      return statement.step() ? statement.get() : undefined;
    } finally {
      statement.reset();
    }
  }

  all(sql: string, values: readonly SqlValue[]): SqlRow[] {
    const statement = this.prepare(sql);
    const rows: SqlRow[] = [];
    try {
      statement.bind(values as SqlValue[]);
      while (statement.step()) rows.push(statement.get());
    } finally {
      statement.reset();
    }
    return rows;
  }

  /**
   * A copy of this database, made page by page in slices of about `sliceMs`. What changes between slices through this object
   * is in the copy too, so the copy is of the moment at which `done` is called.
   * @param hooks `settle` ends an open SQLite transaction before each slice; `pause` lets others run between slices and
   * may throw to give up
   */
  async copyInSlices(
    hooks: { settle: () => void; pause: () => Promise<void>; done: () => void },
    sliceMs: number,
  ): Promise<Sqlite> {
    const copy = new Sqlite(this.module);
    const name = this.module.stringToNewUTF8('main');
    const backup = this.module._sqlite3_backup_init(copy.handle, name, this.handle, name);
    if (backup === 0) {
      this.module._free(name);
      copy.close();
      throw new Error('SQLite refuses to copy the database');
    }
    try {
      while (!this.copySlice(backup, hooks.settle, sliceMs)) await hooks.pause();
      hooks.done();
      return copy;
    } catch (error) {
      copy.close();
      throw error;
    } finally {
      this.module._sqlite3_backup_finish(backup);
      this.module._free(name);
    }
  }

  /** Whether the copy is complete. */
  private copySlice(backup: number, settle: () => void, sliceMs: number): boolean {
    settle();
    const until = performance.now() + sliceMs;
    for (;;) {
      const result = this.module._sqlite3_backup_step(backup, 64);
      if (result === stepDone) return true;
      if (result !== stepMore) throw new Error(`SQLite stops copying the database with code ${result}`);
      if (performance.now() >= until) return false;
    }
  }

  /** The whole file; prepared statements are gone afterwards, settings too, so this is for databases about to be closed. */
  image(): Uint8Array {
    this.statements.clear();
    return this.database.export();
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private get handle(): number {
    // sql.js keeps the connection's pointer in a field that its type declarations leave out.
    return (this.database as unknown as NativeDatabase).db;
  }

  private prepare(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
