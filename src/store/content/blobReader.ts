import { Readable } from 'node:stream';
import { fileError } from '../fileError';
import type { OpenFile } from '../files';
import { StoreError } from '../storeError';

const readBytes = 256 << 10;

/** The bytes `[position, end)` of a blob's file, which it closes, read or not. */
export class BlobReader extends Readable {
  constructor(
    private readonly file: OpenFile,
    private readonly digest: string,
    private position: number,
    private readonly end: number,
  ) {
    super({ highWaterMark: readBytes });
  }

  override _read(): void {
    if (this.position >= this.end) {
      this.push(null);
      return;
    }
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, this.end - this.position));
    this.file.read(buffer, 0, buffer.length, this.position).then(
      ({ bytesRead }) => {
        if (bytesRead === 0) {
          this.destroy(
            new StoreError('corrupt', `The bytes of ${this.digest} end early`, { id: this.digest }),
          );
          return;
        }
        this.position += bytesRead;
        this.push(buffer.subarray(0, bytesRead));
      },
      (error: unknown) => this.destroy(fileError(`Reading ${this.digest}`, error)),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.file.close().then(
      () => done(error),
      () => done(error),
    );
  }
}
