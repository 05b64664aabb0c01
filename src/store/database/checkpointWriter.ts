import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileError } from '../fileError';
import { replaceFile, syncFolder, writeFully, type Files, type OpenFile } from '../files';
import { StoreError } from '../storeError';
import type { DatabasePaths } from './databasePaths';
import { encodeDefinitions, type StatementNumbers } from './frame';
import { writeMark } from './image';
import { encodeJournalHeader } from './journalFile';
import type { JournalWriter } from './journalWriter';
import type { Sqlite } from './sqlite';

/** How long the event loop is kept at a time while the database is copied, in milliseconds. */
const sliceMs = 4;

interface TailFrame {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/**
 * Writes checkpoints while transactions go on. The order is the one in which every crash leaves a whole store:
 *
 * 1. copy the database in slices; the copy is of the moment after some transaction S;
 * 2. write the copy beside the checkpoint, sync, rename, sync the folder. The old journal, whose frames up to S are now
 *    in the checkpoint as well, is still the journal: replaying skips them;
 * 3. write a journal that begins behind S beside the old one, sync, rename, sync the folder, go on in it.
 */
export class CheckpointWriter {
  private tail: TailFrame[] | undefined;

  constructor(
    private readonly files: Files,
    private readonly paths: DatabasePaths,
    private readonly journal: JournalWriter,
    private readonly numbers: StatementNumbers,
  ) {}

  /** To be told of each frame as it is made. */
  noteFrame(sequence: number, bytes: Buffer): void {
    this.tail?.push({ sequence, bytes });
  }

  /**
   * @param source the database, a way to end its SQLite transaction, and the last transaction's sequence
   * @param abandoned asked between slices; true gives up
   * @returns bytes of the checkpoint
   */
  async write(
    source: { sqlite: Sqlite; settle(): void; sequence(): number },
    generation: number,
    abandoned: () => boolean,
  ): Promise<number> {
    try {
      let sequence = 0;
      const copy = await source.sqlite.copyInSlices(
        {
          settle: () => source.settle(),
          async pause() {
            await nextTurn();
            if (abandoned()) throw new StoreError('closed', 'The store was closed during a checkpoint');
          },
          done: () => {
            sequence = source.sequence();
            this.tail = [];
          },
        },
        sliceMs,
      );
      const image = takeImage(copy, { generation, sequence });
      await replaceFile(this.files, this.paths.folder, this.paths.checkpoint, image);
      await this.journal.switchTo((written) => this.newJournal(generation, sequence, written));
      return image.length;
    } catch (error) {
      await this.files.remove(`${this.paths.checkpoint}.new`).catch(() => undefined);
      await this.files.remove(`${this.paths.journal}.new`).catch(() => undefined);
      throw fileError('Writing a checkpoint', error);
    } finally {
      this.tail = undefined;
    }
  }

  private async newJournal(
    generation: number,
    sequence: number,
    written: number,
  ): Promise<{ file: OpenFile; position: number }> {
    const frames = (this.tail ?? []).filter((frame) => frame.sequence <= written);
    const bytes = Buffer.concat([
      encodeJournalHeader({ generation, firstSequence: sequence + 1 }),
      encodeDefinitions(sequence, this.numbers),
      ...frames.map((frame) => frame.bytes),
    ]);
    const beside = `${this.paths.journal}.new`;
    const file = await this.files.open(beside, 'w+', 0o600);
    let inPlace = false;
    try {
      await writeFully(file, bytes, 0);
      await file.sync();
      await this.files.rename(beside, this.paths.journal);
      inPlace = true;
      await syncFolder(this.files, this.paths.folder);
      return { file, position: bytes.length };
    } catch (error) {
      await file.close().catch(() => undefined);
      // The name may lead to either file after a power cut, so neither can be relied on any more.
      if (inPlace) this.journal.fail(fileError('Beginning a journal', error));
      throw error;
    }
  }
}

function takeImage(copy: Sqlite, mark: { generation: number; sequence: number }): Uint8Array {
  try {
    writeMark(copy, mark);
    return copy.image();
  } finally {
    copy.close();
  }
}
