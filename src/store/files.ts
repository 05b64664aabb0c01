import * as fs from 'node:fs/promises';

/** What the store needs of an open file. */
export interface OpenFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  truncate(length: number): Promise<void>;
  /** Contents on disk. */
  datasync(): Promise<void>;
  /** Contents and attributes on disk. */
  sync(): Promise<void>;
  stat(): Promise<FileStatus>;
  close(): Promise<void>;
}

export interface FileStatus {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** The file operations behind database, lock and content, in one place so that each of them can be made to fail. */
export interface Files {
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  readFile(path: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes a file or a whole tree; absent is fine. */
  remove(path: string): Promise<void>;
  /** Makes the folder and those above it. */
  makeFolder(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStatus>;
  chmod(path: string, mode: number): Promise<void>;
}

export const nodeFiles: Files = {
  open: (path, flags, mode) => fs.open(path, flags, mode),
  readFile: (path) => fs.readFile(path),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  unlink: (path) => fs.unlink(path),
  remove: (path) => fs.rm(path, { recursive: true, force: true }),
  async makeFolder(path) {
    await fs.mkdir(path, { recursive: true });
  },
  list: (path) => fs.readdir(path),
  stat: (path) => fs.stat(path),
  chmod: (path, mode) => fs.chmod(path, mode),
};

/** Writes all of `bytes` from `position` on, however little the file takes at a time. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten <= 0) throw Object.assign(new Error('The file takes no more bytes'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
}

/** Makes the names in a folder durable. Windows has no such call and needs none. */
export async function syncFolder(files: Files, path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await files.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Writes `<path>.new`, syncs it and puts it in the place of `path`: readers see the old bytes or the new ones. */
export async function replaceFile(
  files: Files,
  folder: string,
  path: string,
  bytes: Uint8Array,
  mode = 0o600,
): Promise<void> {
  const beside = `${path}.new`;
  const file = await files.open(beside, 'w', mode);
  try {
    await writeInSlices(file, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(beside, path);
  await syncFolder(files, folder);
}

/** One call for each megabyte, so that no single one keeps the thread pool long. */
async function writeInSlices(file: OpenFile, bytes: Uint8Array): Promise<void> {
  const slice = 1 << 20;
  for (let at = 0; at < bytes.length; at += slice) {
    await writeFully(file, bytes.subarray(at, at + slice), at);
  }
}

/** The system's code of a failed file operation, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
