import { fileError } from '../fileError';
import { writeFully, type OpenFile } from '../files';
import { StoreError } from '../storeError';

interface QueuedFrame {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/**
 * Appends frames to the journal. Frames that arrive while a batch is being synced make up the next batch, so callers
 * share syncs. After the first failure nothing is written again: what a failed sync left on disk cannot be known.
 */
export class JournalWriter {
  private queue: QueuedFrame[] = [];
  private waiting: Promise<void> | undefined;
  private inFlight: Promise<void> | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private broken: StoreError | undefined;
  /** The last frame that is on disk. */
  private written: number;

  /**
   * @param beforeWrite asked before each batch; its refusal is a failure
   * @param onFailure told once
   */
  constructor(
    private file: OpenFile | undefined,
    private position: number,
    sequence: number,
    private readonly hooks: {
      beforeWrite(): Promise<void>;
      onFailure(error: StoreError): void;
    },
  ) {
    this.written = sequence;
  }

  /** Bytes in the file. */
  get length(): number {
    return this.position;
  }

  get failure(): StoreError | undefined {
    return this.broken;
  }

  append(sequence: number, bytes: Buffer): void {
    this.queue.push({ sequence, bytes });
  }

  /** Resolves when all that was appended so far is synced. */
  flush(): Promise<void> {
    if (this.broken !== undefined) return Promise.reject(this.broken);
    if (this.queue.length === 0) return this.inFlight ?? Promise.resolve();
    this.waiting ??= this.exclusively(() => {
      this.waiting = undefined;
      const batch = this.queue;
      this.queue = [];
      this.inFlight = this.guarded('Writing the journal', () => this.write(batch)).finally(() => {
        this.inFlight = undefined;
      });
      return this.inFlight;
    });
    return this.waiting;
  }

  /**
   * Goes on in another file. `make` is called while nothing is being written, with the last sequence on disk; where it
   * throws, the present file stays in use.
   */
  async switchTo(make: (written: number) => Promise<{ file: OpenFile; position: number }>): Promise<void> {
    await this.exclusively(async () => {
      if (this.broken !== undefined) throw this.broken;
      const old = this.file;
      const { file, position } = await make(this.written);
      this.file = file;
      this.position = position;
      await old?.close();
    });
  }

  /** From now on nothing is written. */
  fail(error: StoreError): void {
    if (this.broken !== undefined) return;
    this.broken = error;
    this.hooks.onFailure(error);
  }

  async close(): Promise<void> {
    await this.exclusively(async () => {
      await this.file?.close();
      this.file = undefined;
    });
  }

  private async write(batch: readonly QueuedFrame[]): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    if (this.file === undefined) throw new StoreError('closed', 'The journal is closed');
    await this.hooks.beforeWrite();
    const bytes = batch.length === 1 ? batch[0].bytes : Buffer.concat(batch.map((frame) => frame.bytes));
    await writeFully(this.file, bytes, this.position);
    await this.file.datasync();
    this.position += bytes.length;
    this.written = batch[batch.length - 1].sequence;
  }

  private async guarded(doing: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure = fileError(doing, error);
      this.fail(failure);
      throw failure;
    }
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.tail.then(work);
    this.tail = run.catch(() => undefined);
    return run;
  }
}
