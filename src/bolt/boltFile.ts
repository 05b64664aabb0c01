import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { BoltError } from './boltError';

/** Without it, opening a named pipe would wait for a writer. Windows has neither. */
const doNotWait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** The bytes of one file: opened for reading only, without any lock. */
export class BoltFile {
  private isClosed = false;

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
  ) {}

  /** @throws BoltError `notFound`, `noPermission`, `io`, or `notBolt` for what is no regular file. */
  static open(path: string): BoltFile {
    let descriptor: number;
    try {
      descriptor = openSync(path, constants.O_RDONLY | doNotWait);
    } catch (error) {
      throw openingError(path, error);
    }
    const file = new BoltFile(path, descriptor);
    try {
      if (!file.stat().isFile()) {
        throw new BoltError('notBolt', { file: path }, 'this is not a regular file.');
      }
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Size now, in bytes. */
  size(): number {
    return this.stat().size;
  }

  /** Fills `target` from `position` on as far as the file reaches; returns the number of bytes read. */
  read(target: Buffer, position: number): number {
    let done = 0;
    while (done < target.length) {
      const count = this.attempt(`reading failed at byte ${position + done}`, () =>
        readSync(this.descriptor, target, done, target.length - done, position + done),
      );
      if (count === 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      closeSync(this.descriptor);
    }
  }

  private stat(): Stats {
    return this.attempt('its size and kind are unknown', () => fstatSync(this.descriptor));
  }

  private attempt<T>(problem: string, action: () => T): T {
    // The system may have given the number of a closed descriptor to another file.
    if (this.isClosed) {
      throw new BoltError('io', { file: this.path }, 'the file was closed before all of it was read.');
    }
    try {
      return action();
    } catch (error) {
      throw new BoltError('io', { file: this.path }, `${problem}.`, { cause: error });
    }
  }
}

function openingError(file: string, cause: unknown): BoltError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new BoltError('notFound', { file }, 'there is no such file.', { cause });
    case 'EACCES':
    case 'EPERM':
      return new BoltError('noPermission', { file }, 'this file may not be read by the current user.', {
        cause,
      });
    default:
      return new BoltError('io', { file }, 'the file cannot be opened.', { cause });
  }
}
