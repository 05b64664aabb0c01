import type { WriteState } from '../database';
import { fileError } from '../fileError';
import { errorCode, type Files } from '../files';
import { StoreError } from '../storeError';
import { ChangeNotifier } from './changeNotifier';
import { databasePaths, type DatabasePaths } from './databasePaths';
import { migrate } from './image';
import { decodeJournalHeader, journalHeaderBytes, readFrames } from './journalFile';
import { applyFrame, loadDatabase, type LoadedDatabase } from './loadDatabase';
import type { SqlDatabase } from './sqlDatabase';
import type { SqlRow, SqlValue } from './sqlValue';

const pollMs = 250;

/** A read-only view of a database that another process writes. It reads on in the journal as that grows and never writes. */
export class FollowingDatabase implements SqlDatabase {
  private readonly changes = new ChangeNotifier();
  private timer: NodeJS.Timeout | undefined;
  private following: Promise<void> | undefined;
  private closed = false;

  static async open(files: Files, folder: string, because: string): Promise<FollowingDatabase> {
    const paths = databasePaths(folder);
    try {
      const loaded = await loadMigrated(files, paths);
      return new FollowingDatabase(files, paths, loaded, because);
    } catch (error) {
      throw fileError(`Opening the database in ${folder}`, error);
    }
  }

  private constructor(
    private readonly files: Files,
    private readonly paths: DatabasePaths,
    private loaded: LoadedDatabase,
    private because: string,
  ) {
    this.planNext();
  }

  get state(): WriteState {
    return { writable: false, because: this.because };
  }

  get revision(): number {
    return this.changes.revision;
  }

  onChange(listener: () => void): () => void {
    return this.changes.onChange(listener);
  }

  transaction(): never {
    throw new StoreError('readOnly', this.because);
  }

  run(): never {
    throw new StoreError('readOnly', this.because);
  }

  requireWritable(): never {
    throw new StoreError('readOnly', this.because);
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    this.requireOpen();
    return this.loaded.sqlite.get(sql, values);
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    this.requireOpen();
    return this.loaded.sqlite.all(sql, values);
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  /** Takes in what the writer has written since. @throws StoreError `corrupt`, and the system's refusals */
  follow(): Promise<void> {
    this.following ??= this.readOn().finally(() => {
      this.following = undefined;
    });
    return this.following;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    await this.following?.catch(() => undefined);
    this.loaded.sqlite.close();
  }

  private planNext(): void {
    this.timer = setTimeout(() => {
      this.follow()
        .catch((error: unknown) => {
          // The view stays as it is and says so; the next look may succeed.
          this.because = fileError('Following the store', error).message;
          this.changes.changed();
        })
        .finally(() => {
          if (!this.closed) this.planNext();
        });
    }, pollMs).unref();
  }

  private async readOn(): Promise<void> {
    const news = await this.readNews();
    if (this.closed || news === 'nothing') return;
    if (news === 'elsewhere') {
      const loaded = await loadMigrated(this.files, this.paths);
      const changed = loaded.sequence !== this.loaded.sequence;
      this.loaded.sqlite.close();
      this.loaded = loaded;
      if (changed) this.changes.changed();
      return;
    }
    this.apply(news);
  }

  /** The bytes behind those already read; or that the journal is another one, or shorter, than it was. */
  private async readNews(): Promise<Buffer | 'nothing' | 'elsewhere'> {
    const known = this.loaded.journal;
    if (known === undefined) return 'elsewhere';
    let file;
    try {
      file = await this.files.open(this.paths.journal, 'r');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 'nothing';
      throw error;
    }
    try {
      const { size, ino } = await file.stat();
      if (ino !== known.inode || size < known.end) return 'elsewhere';
      const header = Buffer.alloc(journalHeaderBytes);
      await file.read(header, 0, journalHeaderBytes, 0);
      // The file system may have given the number of a file that is gone to a new one.
      const { generation } = decodeJournalHeader(header, this.paths.journal);
      if (generation !== known.header.generation) return 'elsewhere';
      if (size === known.end) return 'nothing';
      const bytes = Buffer.alloc(size - known.end);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, known.end);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  private apply(bytes: Buffer): void {
    const { sqlite, journal } = this.loaded;
    if (journal === undefined) return;
    let { sequence } = this.loaded;
    let consumed = 0;
    for (const frame of readFrames(bytes, 0, journal.texts, sequence + 1)) {
      applyFrame(sqlite, frame);
      sequence = frame.sequence;
      consumed = frame.end;
    }
    if (consumed === 0) return;
    this.loaded = { ...this.loaded, sequence, journal: { ...journal, end: journal.end + consumed } };
    this.changes.changed();
  }

  private requireOpen(): void {
    if (this.closed) throw new StoreError('closed', 'The store is closed');
  }
}

/** An older store is brought up to date in memory only. */
async function loadMigrated(files: Files, paths: DatabasePaths): Promise<LoadedDatabase> {
  const loaded = await loadDatabase(files, paths);
  migrate(loaded.sqlite);
  return loaded;
}
