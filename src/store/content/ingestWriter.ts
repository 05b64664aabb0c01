import { createHash, type Hash } from 'node:crypto';
import type { ContentInfo, ContentWriter } from '../contentStore';
import { fileError } from '../fileError';
import { writeFully, type OpenFile } from '../files';
import type { Labels } from '../labels';
import { StoreError } from '../storeError';
import { requireDigest } from './digest';

/** What a writer asks of the store it belongs to. */
export interface IngestHost {
  /** Publishes the synced data as this content and ends the upload. @throws StoreError `alreadyExists` */
  publish(digest: string, size: number, labels: Labels): Promise<ContentInfo>;
  /** Removes the upload. */
  abandon(): Promise<void>;
  /** Notes when the upload last changed. */
  touch(): Promise<void>;
  /** The upload is nobody's any more. */
  release(): void;
}

const readBytes = 256 << 10;

/** An upload into a file; the digest is computed as the bytes go by. */
export class IngestWriter implements ContentWriter {
  private open = true;
  /** Writes go one after the other, whether or not the caller waits for each. */
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly ref: string,
    private readonly file: OpenFile,
    private readonly expected: { size?: number; digest?: string },
    private readonly host: IngestHost,
    private readonly algorithm: string,
    private hash: Hash,
    private position: number,
  ) {}

  /** Reads what an earlier writer left, so that the digest covers it. */
  static async resume(
    ref: string,
    file: OpenFile,
    expected: { size?: number; digest?: string },
    host: IngestHost,
  ): Promise<IngestWriter> {
    const algorithm = expected.digest === undefined ? 'sha256' : requireDigest(expected.digest).algorithm;
    const hash = createHash(algorithm);
    const buffer = Buffer.allocUnsafe(readBytes);
    let position = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    return new IngestWriter(ref, file, expected, host, algorithm, hash, position);
  }

  get offset(): number {
    return this.position;
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.exclusively(async () => {
      this.requireOpen();
      await writeFully(this.file, chunk, this.position);
      this.hash.update(chunk);
      this.position += chunk.length;
    });
  }

  truncate(): Promise<void> {
    return this.exclusively(async () => {
      this.requireOpen();
      await this.file.truncate(0);
      this.hash = createHash(this.algorithm);
      this.position = 0;
    });
  }

  commit(options: { size?: number; digest?: string; labels?: Labels } = {}): Promise<ContentInfo> {
    return this.exclusively(async () => {
      this.requireOpen();
      try {
        const digest = `${this.algorithm}:${this.hash.copy().digest('hex')}`;
        this.verify(options.size ?? this.expected.size, options.digest ?? this.expected.digest, digest);
        await this.file.sync();
        await this.file.close();
        this.open = false;
        return await this.host.publish(digest, this.position, options.labels ?? {});
      } finally {
        await this.letGo();
      }
    });
  }

  abort(): Promise<void> {
    return this.exclusively(async () => {
      this.requireOpen();
      await this.letGo();
      await this.host.abandon();
    });
  }

  close(): Promise<void> {
    return this.exclusively(async () => {
      if (!this.open) return;
      try {
        await this.host.touch();
      } finally {
        await this.letGo();
      }
    });
  }

  private verify(size: number | undefined, expected: string | undefined, actual: string): void {
    if (size !== undefined && size > 0 && size !== this.position) {
      const text = `The upload ${this.ref} has ${this.position} bytes, not ${size}`;
      throw new StoreError('failedPrecondition', text, { id: this.ref });
    }
    if (expected === undefined || expected === actual) return;
    const text = `The upload ${this.ref} has digest ${actual}, not ${expected}`;
    throw new StoreError('failedPrecondition', text, { id: this.ref });
  }

  private async letGo(): Promise<void> {
    if (this.open) {
      this.open = false;
      await this.file.close();
    }
    this.host.release();
  }

  private requireOpen(): void {
    if (!this.open) throw new StoreError('closed', `The upload ${this.ref} is not open`, { id: this.ref });
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.tail.then(work).catch((error: unknown) => {
      throw fileError(`Uploading ${this.ref}`, error);
    });
    this.tail = run.catch(() => undefined);
    return run;
  }
}
