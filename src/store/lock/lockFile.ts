import { join } from 'node:path';
import { errorCode, writeFully, type Files } from '../files';
import type { ProcessIdentity } from './processIdentity';

/** What a lock or claim file says; without `holder` it could not be read. */
export interface LockHolder {
  readonly holder?: ProcessIdentity;
  /** When it was last written, by the clock of whoever keeps the files. */
  readonly writtenAt: number;
}

export const beatDigits = 12;

/** The file's text: one line of JSON, then a counter of fixed width that the holder keeps writing over. */
export function formatLock(identity: ProcessIdentity): Buffer {
  return Buffer.from(`${JSON.stringify(identity)}\n${'0'.repeat(beatDigits)}\n`);
}

/** Undefined when there is no such file. */
export async function readLock(files: Files, path: string): Promise<LockHolder | undefined> {
  try {
    const text = Buffer.from(await files.readFile(path)).toString();
    const writtenAt = (await files.stat(path)).mtimeMs;
    const holder = parse(text.split('\n')[0]);
    return holder === undefined ? { writtenAt } : { holder, writtenAt };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the file, whole from its first moment where the file system has hard links. False when there is one already. */
export async function createLock(files: Files, path: string, identity: ProcessIdentity): Promise<boolean> {
  const beside = await writeBeside(files, path, identity);
  try {
    await files.link(beside, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    return await createInPlace(files, path, identity);
  } finally {
    // What is left of it troubles nobody.
    await files.remove(beside).catch(() => undefined);
  }
}

/** Puts our own file in the place of whatever is there. */
export async function replaceLock(files: Files, path: string, identity: ProcessIdentity): Promise<void> {
  await files.rename(await writeBeside(files, path, identity), path);
}

/** Now, by the clock of whoever keeps the files. */
export async function fileClock(files: Files, folder: string, nonce: string): Promise<number> {
  const path = join(folder, `lock.${nonce}.clock`);
  await write(files, path, Buffer.from('\n'), 'w');
  try {
    return (await files.stat(path)).mtimeMs;
  } finally {
    await files.unlink(path);
  }
}

async function writeBeside(files: Files, path: string, identity: ProcessIdentity): Promise<string> {
  const beside = `${path}.${identity.nonce}`;
  await write(files, beside, formatLock(identity), 'w');
  return beside;
}

async function createInPlace(files: Files, path: string, identity: ProcessIdentity): Promise<boolean> {
  try {
    await write(files, path, formatLock(identity), 'wx');
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function write(files: Files, path: string, bytes: Buffer, flags: string): Promise<void> {
  const file = await files.open(path, flags, 0o600);
  try {
    await writeFully(file, bytes, 0);
  } finally {
    await file.close();
  }
}

function parse(line: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = value as Partial<Record<keyof ProcessIdentity, unknown>>;
    const { nonce, host, pid } = fields;
    if (typeof nonce !== 'string' || typeof host !== 'string' || typeof pid !== 'number') return undefined;
    if (!/^[0-9a-f-]{36}$/.test(nonce)) return undefined;
    return {
      nonce,
      host,
      pid,
      ...(typeof fields.boot === 'string' ? { boot: fields.boot } : {}),
      ...(typeof fields.pidNamespace === 'string' ? { pidNamespace: fields.pidNamespace } : {}),
      ...(typeof fields.started === 'string' ? { started: fields.started } : {}),
    };
  } catch {
    return undefined;
  }
}
