import { nodeFiles, type Files, type OpenFile } from '../../src/store/files';

/** How a file operation goes wrong. A short write takes a part of the bytes and fails at the next. */
export type FaultKind = 'EIO' | 'ENOSPC' | 'short';

/**
 * Files of which the n-th operation (counted from 0 over all that change something) fails, and, as a broken disk does, every
 * later one too. `operations` tells how many there were.
 */
export class FaultyFiles implements Files {
  operations = 0;

  constructor(
    private readonly failAt = Infinity,
    private readonly kind: FaultKind = 'EIO',
    private readonly healed = false,
  ) {}

  open = async (path: string, flags: string, mode?: number): Promise<OpenFile> => {
    if (flags !== 'r') this.step(`open ${path}`);
    return this.wrap(await nodeFiles.open(path, flags, mode));
  };
  readFile = (path: string) => nodeFiles.readFile(path);
  list = (path: string) => nodeFiles.list(path);
  stat = (path: string) => nodeFiles.stat(path);
  rename = (from: string, to: string) => this.doing(`rename ${from}`, () => nodeFiles.rename(from, to));
  link = (from: string, to: string) => this.doing(`link ${from}`, () => nodeFiles.link(from, to));
  unlink = (path: string) => this.doing(`unlink ${path}`, () => nodeFiles.unlink(path));
  remove = (path: string) => this.doing(`remove ${path}`, () => nodeFiles.remove(path));
  makeFolder = (path: string) => this.doing(`mkdir ${path}`, () => nodeFiles.makeFolder(path));
  chmod = (path: string, mode: number) => this.doing(`chmod ${path}`, () => nodeFiles.chmod(path, mode));

  private wrap(file: OpenFile): OpenFile {
    return {
      read: (bytes, offset, length, position) => file.read(bytes, offset, length, position),
      stat: () => file.stat(),
      close: () => file.close(),
      write: async (bytes, offset, length, position) => {
        const fails = this.operations === this.failAt;
        if (fails && this.kind === 'short' && length > 1) {
          this.operations++;
          await file.write(bytes, offset, Math.floor(length / 2), position);
          throw failure('ENOSPC', 'write');
        }
        this.step('write');
        return file.write(bytes, offset, length, position);
      },
      truncate: (length) => this.doing('truncate', () => file.truncate(length)),
      datasync: () => this.doing('datasync', () => file.datasync()),
      sync: () => this.doing('sync', () => file.sync()),
    };
  }

  private async doing(what: string, work: () => Promise<void>): Promise<void> {
    this.step(what);
    await work();
  }

  private step(what: string): void {
    const n = this.operations++;
    if (n === this.failAt || (n > this.failAt && !this.healed)) {
      throw failure(this.kind === 'EIO' ? 'EIO' : 'ENOSPC', what);
    }
  }
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: made to fail, ${what}`), { code });
}
