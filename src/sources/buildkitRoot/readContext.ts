import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { isBoltError, type BoltError } from '../../bolt/boltError';
import type { BoltDatabase } from '../../bolt/database';
import { readBolt } from '../../bolt/readBolt';
import type { ReadOptions } from '../source';
import { advice } from './boltAdvice';
import { NoteList } from './noteList';
import { Pacer } from './pacer';

/**
 * Databases up to this size are read in one go before they are looked at, which makes reading that of a busy daemon sure to succeed. A
 * larger one would hold up the thread for more than a frame.
 */
const residentBytes = 32 * 1024 * 1024;

/** What every part of one read shares: the clock, the notes, the log, and how far the whole is. */
export class ReadContext {
  readonly pacer: Pacer;
  readonly notes = new NoteList();
  readonly signal: AbortSignal | undefined;
  private stage = '';
  private doneBytes = 0;
  private stageBytes = 0;
  private reported = 0;

  /**
   * @param opened the path that was opened; notes name files relative to it.
   * @param totalBytes bytes of all files to be read, for the progress.
   */
  constructor(
    private readonly opened: string,
    private readonly options: ReadOptions,
    private readonly totalBytes: number,
  ) {
    this.signal = options.signal;
    this.pacer = new Pacer(options.signal);
  }

  /** The path as notes name it. */
  relative(path: string): string {
    const inside = relative(this.opened, path);
    return inside === '' ? path : inside.split(sep).join('/');
  }

  /** What a database error says, with the file named as in notes. */
  messageOf(error: BoltError): string {
    return error.message.replace(error.file, this.relative(error.file));
  }

  log(line: string): void {
    this.options.log?.(line);
  }

  beginStage(stage: string, bytes: number): void {
    this.doneBytes += this.stageBytes;
    this.stageBytes = bytes;
    this.stage = stage;
    this.report(0);
  }

  /** @param share how much of this stage is done, 0 to 1. */
  progressWithin(share: number): void {
    this.report(Math.min(1, Math.max(0, share)));
  }

  private report(share: number): void {
    const total = Math.max(this.totalBytes, 1);
    const done = Math.min(1, (this.doneBytes + share * this.stageBytes) / total);
    this.reported = Math.max(this.reported, done);
    this.options.onProgress?.({ stage: this.stage, done: this.reported });
  }
}

/** One database to be read, and how to speak about it. */
export interface DatabaseToRead {
  readonly path: string;
  /** What it holds, for progress, log and notes: "records", "leases, blobs and snapshots" ... */
  readonly holds: string;
  /** What is missing from the picture without it: one sentence. */
  readonly without: string;
}

/** How a database was read: the answer of `read`, or the error that made it impossible. */
export type DatabaseOutcome<T> =
  | { readonly result: T; /** Whether parts of it could not be read. */ readonly isDamaged: boolean }
  | { readonly error: BoltError };

/**
 * Reads one bolt database. Damage that can be passed over becomes notes; an error that leaves nothing is handed back.
 * @param read must start from nothing each time it is called: with a writer at work it is called again.
 */
export async function readDatabase<T>(
  context: ReadContext,
  { path, holds }: DatabaseToRead,
  read: (database: BoltDatabase, notes: NoteList) => Promise<T>,
  count: (result: T) => number,
): Promise<DatabaseOutcome<T>> {
  const file = context.relative(path);
  context.beginStage(holds, await fileSize(path));
  const began = performance.now();
  let notes = new NoteList();
  const damage = new NoteList();
  let isDamaged = false;
  try {
    const bytes = { size: 0 };
    const result = await readBolt(
      path,
      async (database) => {
        bytes.size = database.fileSize;
        notes = new NoteList();
        return await read(database, notes);
      },
      {
        signal: context.signal,
        residentBytes,
        onDamage: (error) => {
          isDamaged = true;
          damage.addOneOfMany(`damaged pages in ${file}`, {
            severity: 'error',
            file,
            message: `A part of the ${holds} is lost, the rest is shown. ${context.messageOf(error)}`,
          });
        },
      },
    );
    context.notes.addAll(notes);
    context.notes.addAll(damage);
    const ms = Math.round(performance.now() - began);
    context.log(`${file}: ${bytes.size} bytes, ${count(result)} ${holds}, ${ms} ms`);
    return { result, isDamaged };
  } catch (error) {
    if (!isBoltError(error)) {
      throw error;
    }
    context.log(`${file}: not read (${error.reason}): ${error.message}`);
    return { error };
  }
}

/** As `readDatabase`, for what the picture can do without: an error becomes a note and `undefined`. */
export async function readOptionalDatabase<T>(
  context: ReadContext,
  database: DatabaseToRead,
  read: (database: BoltDatabase, notes: NoteList) => Promise<T>,
  count: (result: T) => number,
): Promise<T | undefined> {
  const outcome = await readDatabase(context, database, read, count);
  if ('result' in outcome) {
    return outcome.result;
  }
  const { error } = outcome;
  context.notes.add({
    severity: error.reason === 'notFound' ? 'warning' : 'error',
    file: context.relative(database.path),
    message: `${context.messageOf(error)} ${database.without} ${advice(error)}`,
  });
  return undefined;
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
