import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode, type Files } from '../files';
import { StoreError } from '../storeError';
import type { DatabasePaths } from './databasePaths';
import type { Frame } from './frame';
import { openImage, readMark, type CheckpointMark } from './image';
import { decodeJournalHeader, journalHeaderBytes, readFrames, type JournalHeader } from './journalFile';
import { loadSqlite, type Sqlite } from './sqlite';

/** What checkpoint and journal together say. */
export interface LoadedDatabase {
  readonly sqlite: Sqlite;
  /** The last transaction. */
  readonly sequence: number;
  readonly generation: number;
  readonly checkpointBytes: number;
  /** Absent where there is no journal file. */
  readonly journal?: LoadedJournal;
}

export interface LoadedJournal {
  readonly header: JournalHeader;
  readonly inode: number;
  /** Bytes of header and sound frames. */
  readonly end: number;
  /** Bytes of the file; more than `end` when its tail is torn. */
  readonly length: number;
  /** Statements by number. */
  readonly texts: string[];
}

const attempts = 5;
const framesPerSlice = 500;

/**
 * Loads the checkpoint and replays the journal up to its first frame that is not whole. Writes nothing.
 * @throws StoreError `corrupt`, `newerVersion`, and the system's refusals
 */
export async function loadDatabase(files: Files, paths: DatabasePaths): Promise<LoadedDatabase> {
  const module = await loadSqlite();
  for (let attempt = 1; ; attempt++) {
    const image = await readIfThere(files, paths.checkpoint);
    const sqlite = openImage(module, image, paths.checkpoint);
    try {
      const mark = readMark(sqlite);
      const journal = await readJournal(files, paths.journal, image !== undefined);
      const gap = journal !== undefined && journal.header.firstSequence > mark.sequence + 1;
      if (!gap) return { ...(await replay(sqlite, mark, journal)), checkpointBytes: image?.length ?? 0 };
      // A writer replaced both files between our two reads; otherwise the checkpoint is an old one.
      if (attempt === attempts) {
        throw new StoreError('corrupt', `${paths.journal} continues a checkpoint that is not there`);
      }
      sqlite.close();
    } catch (error) {
      sqlite.close();
      throw error;
    }
  }
}

type RawJournal = Pick<LoadedJournal, 'header' | 'inode'> & { bytes: Buffer };

async function readJournal(
  files: Files,
  path: string,
  hasCheckpoint: boolean,
): Promise<RawJournal | undefined> {
  let file;
  try {
    file = await files.open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size, ino } = await file.stat();
    const bytes = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (!hasCheckpoint) throw new StoreError('corrupt', `${path} is there but its checkpoint is not`);
    const whole = bytes.subarray(0, length);
    return { header: decodeJournalHeader(whole, path), inode: ino, bytes: whole };
  } finally {
    await file.close();
  }
}

async function replay(
  sqlite: Sqlite,
  mark: CheckpointMark,
  raw: RawJournal | undefined,
): Promise<Omit<LoadedDatabase, 'checkpointBytes'>> {
  if (raw === undefined) return { sqlite, sequence: mark.sequence, generation: mark.generation };
  const texts: string[] = [];
  let sequence = mark.sequence;
  let end = journalHeaderBytes;
  let inSlice = 0;
  for (const frame of readFrames(raw.bytes, end, texts, raw.header.firstSequence - 1)) {
    if (frame.sequence > sequence) {
      applyFrame(sqlite, frame);
      sequence = frame.sequence;
    }
    end = frame.end;
    if (++inSlice === framesPerSlice) {
      inSlice = 0;
      await nextTurn();
    }
  }
  if (sequence === mark.sequence && end === journalHeaderBytes && raw.bytes.length > end) {
    throw new StoreError('corrupt', 'The journal does not begin with its list of statements');
  }
  const journal = { header: raw.header, inode: raw.inode, end, length: raw.bytes.length, texts };
  return { sqlite, sequence, generation: Math.max(mark.generation, raw.header.generation), journal };
}

/** Runs one journalled transaction. @throws StoreError `corrupt` when a statement that once ran does not */
export function applyFrame(sqlite: Sqlite, frame: Frame): void {
  sqlite.run('SAVEPOINT frame', []);
  try {
    for (const { sql, values } of frame.operations) sqlite.run(sql, values);
  } catch (error) {
    throw new StoreError('corrupt', `Transaction ${frame.sequence} of the journal cannot be repeated`, {
      cause: error,
    });
  }
  sqlite.run('RELEASE frame', []);
}

async function readIfThere(files: Files, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
