import type { WriteState } from '../database';
import { fileError } from '../fileError';
import type { Files, OpenFile } from '../files';
import { StoreError } from '../storeError';
import { ChangeNotifier } from './changeNotifier';
import { CheckpointWriter } from './checkpointWriter';
import { databasePaths, type DatabasePaths } from './databasePaths';
import { encodeFrame, StatementNumbers } from './frame';
import { migrate } from './image';
import { JournalWriter } from './journalWriter';
import { loadDatabase, type LoadedDatabase } from './loadDatabase';
import type { SqlDatabase } from './sqlDatabase';
import type { Sqlite } from './sqlite';
import type { SqlOperation, SqlRow, SqlValue } from './sqlValue';
import { Transactions } from './transactions';

export interface JournaledDatabaseOptions {
  /** Begin a new journal file whatever the present one is like: its last writer may still have it open. */
  readonly freshJournal?: boolean;
  /** Asked before each write to the journal; where it throws, the database becomes read-only. */
  readonly beforeWrite?: () => Promise<void>;
  /** Bytes of journal, at least, before a checkpoint is written while the store is open. */
  readonly checkpointBytes?: number;
}

/** Replaying takes about a tenth of a second for each megabyte, so this bounds what a crash adds to the next opening. */
const defaultCheckpointBytes = 4 << 20;
/** Below this a checkpoint at closing costs more than the replay it saves. */
const closingCheckpointBytes = 256 << 10;
/** A transaction that nobody commits is written after this many milliseconds. */
const lazyFlushMs = 100;

/** The writer's database: SQLite in memory, a journal of its transactions on disk, and checkpoints now and then. */
export class JournaledDatabase implements SqlDatabase {
  private readonly sqlite: Sqlite;
  private readonly transactions: Transactions;
  private readonly numbers: StatementNumbers;
  private readonly journal: JournalWriter;
  private readonly checkpoints: CheckpointWriter;
  private readonly changes = new ChangeNotifier();
  private sequence: number;
  private generation: number;
  private imageBytes: number;
  /** The journal's length at which the next checkpoint is due. */
  private checkpointDue = 0;
  private checkpointing: Promise<void> | undefined;
  private lazyFlush: NodeJS.Timeout | undefined;
  private closing = false;
  private refusal: string | undefined;

  /** Opens or makes the database of a store's folder. The caller holds the store's lock. @throws StoreError */
  static async open(
    files: Files,
    folder: string,
    options: JournaledDatabaseOptions = {},
  ): Promise<JournaledDatabase> {
    const paths = databasePaths(folder);
    let loaded: LoadedDatabase | undefined;
    try {
      loaded = await loadDatabase(files, paths);
      const migrated = migrate(loaded.sqlite);
      const reuse = !migrated && options.freshJournal !== true && loaded.journal !== undefined;
      const file = reuse ? await openJournal(files, paths, loaded) : undefined;
      const database = new JournaledDatabase(files, paths, loaded, file, options);
      if (!reuse) await database.checkpoint();
      return database;
    } catch (error) {
      loaded?.sqlite.close();
      throw fileError(`Opening the database in ${folder}`, error);
    }
  }

  private constructor(
    files: Files,
    paths: DatabasePaths,
    loaded: LoadedDatabase,
    file: OpenFile | undefined,
    private readonly options: JournaledDatabaseOptions,
  ) {
    this.sqlite = loaded.sqlite;
    this.sequence = loaded.sequence;
    this.generation = loaded.generation;
    this.imageBytes = loaded.checkpointBytes;
    this.numbers = new StatementNumbers(loaded.journal?.texts);
    this.transactions = new Transactions(this.sqlite, (operations) => this.record(operations));
    this.journal = new JournalWriter(file, loaded.journal?.end ?? 0, loaded.sequence, {
      beforeWrite: async () => this.options.beforeWrite?.(),
      onFailure: (error) => this.refuse(error.message),
    });
    this.checkpoints = new CheckpointWriter(files, paths, this.journal, this.numbers);
    this.planCheckpoint();
  }

  get state(): WriteState {
    if (this.refusal === undefined) return { writable: true };
    return { writable: false, because: this.refusal };
  }

  get revision(): number {
    return this.changes.revision;
  }

  /** Bytes of the journal, for tests and statistics. */
  get journalBytes(): number {
    return this.journal.length;
  }

  onChange(listener: () => void): () => void {
    return this.changes.onChange(listener);
  }

  transaction<T>(work: () => T): T {
    this.requireWritable();
    return this.transactions.run(work);
  }

  run(sql: string, ...values: SqlValue[]): number {
    if (this.transactions.running) return this.transactions.execute(sql, values);
    this.requireWritable();
    return this.transactions.runOne(sql, values);
  }

  requireWritable(): void {
    this.requireOpen();
    if (this.refusal !== undefined) throw new StoreError('readOnly', this.refusal);
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    this.requireOpen();
    return this.sqlite.get(sql, values);
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    this.requireOpen();
    return this.sqlite.all(sql, values);
  }

  async commit(): Promise<void> {
    if (this.transactions.running) {
      throw new StoreError('invalid', 'A running transaction cannot be committed');
    }
    await this.journal.flush();
    if (this.journal.length >= this.checkpointDue) this.checkpointInBackground();
  }

  /** From now on nothing is written; transactions are refused. */
  refuse(because: string): void {
    if (this.refusal !== undefined) return;
    this.refusal = because;
    this.journal.fail(new StoreError('readOnly', because));
    this.changes.changed();
  }

  /** Writes a checkpoint and begins a new journal. Calls share one that is under way. */
  checkpoint(): Promise<void> {
    this.checkpointing ??= this.writeCheckpoint(() => this.closing).finally(() => {
      this.checkpointing = undefined;
      this.planCheckpoint();
    });
    return this.checkpointing;
  }

  /** Commits what is there and lets go of the files. A failure to commit is thrown after that. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearTimeout(this.lazyFlush);
    try {
      await this.checkpointing?.catch(() => undefined);
      if (this.journal.failure === undefined) await this.journal.flush();
      if (this.journal.failure === undefined && this.journal.length > closingCheckpointBytes) {
        // Where it fails, the journal has all that it would hold.
        await this.writeCheckpoint(() => false).catch(() => undefined);
      }
    } finally {
      this.refusal ??= 'The store is closed';
      await this.journal.close();
      this.sqlite.close();
    }
  }

  private record(operations: readonly SqlOperation[]): void {
    const frame = encodeFrame(++this.sequence, operations, this.numbers);
    this.journal.append(this.sequence, frame);
    this.checkpoints.noteFrame(this.sequence, frame);
    this.changes.changed();
    this.lazyFlush ??= setTimeout(() => {
      this.lazyFlush = undefined;
      // Whoever needs to know commits, and is told then.
      this.commit().catch(() => undefined);
    }, lazyFlushMs).unref();
  }

  private requireOpen(): void {
    if (this.closing) throw new StoreError('closed', 'The store is closed');
  }

  private checkpointInBackground(): void {
    if (this.checkpointing !== undefined || this.closing) return;
    // Where it fails the journal still has everything, and another is tried when that has grown.
    this.checkpoint().catch(() => undefined);
  }

  private async writeCheckpoint(abandoned: () => boolean): Promise<void> {
    const source = {
      sqlite: this.sqlite,
      settle: () => this.transactions.settle(),
      sequence: () => this.sequence,
    };
    this.imageBytes = await this.checkpoints.write(source, this.generation + 1, abandoned);
    this.generation++;
  }

  private planCheckpoint(): void {
    const least = this.options.checkpointBytes ?? defaultCheckpointBytes;
    // In proportion to the checkpoint, so that what one costs is spread over as many bytes of journal, however large the store.
    const due = Math.max(least, this.imageBytes / 8);
    this.checkpointDue = this.journal.length >= due ? this.journal.length + due : due;
  }
}

/** The journal, ready for the next frame; a torn tail is cut. */
async function openJournal(files: Files, paths: DatabasePaths, loaded: LoadedDatabase): Promise<OpenFile> {
  const file = await files.open(paths.journal, 'r+');
  try {
    if (loaded.journal !== undefined && loaded.journal.length > loaded.journal.end) {
      await file.truncate(loaded.journal.end);
      await file.sync();
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
