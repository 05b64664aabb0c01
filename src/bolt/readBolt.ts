import { setTimeout as wait } from 'node:timers/promises';
import { BoltError, isBoltError } from './boltError';
import { BoltFile } from './boltFile';
import { BoltDatabase } from './database';
import type { Meta } from './meta';
import { readNewestMeta } from './openBolt';
import type { PageWindow } from './pageWindows';

export interface BoltReadOptions {
  /** Aborting makes `readBolt` reject with the signal's reason, between attempts. */
  readonly signal?: AbortSignal | undefined;
  /** How often to try while a writer commits meanwhile; 5 unless told. */
  readonly attempts?: number | undefined;
  /** Files of at most this many bytes are read whole, larger ones by parts; 64 MiB unless told. */
  readonly residentBytes?: number | undefined;
  /** Gets each damage of a database that did not change meanwhile, after `read` is through; without it the first damage is thrown. */
  readonly onDamage?: ((error: BoltError) => void) | undefined;
}

const defaultAttempts = 5;
const defaultResidentBytes = 64 * 1024 * 1024;
const shortestWaitMs = 10;

/**
 * Reads one bbolt file, consistently, without locking it: a writer may go on meanwhile.
 *
 * bbolt never writes into pages of its newest transaction, and a transaction's meta page is written last. So what `read` saw is the state
 * of one transaction if the newest transaction is the same before and after; otherwise `read` runs again.
 *
 * @param read gets the database, which is closed afterwards. It must have no side effects: it may run several times.
 * @throws BoltError, or whatever `read` throws.
 */
export async function readBolt<T>(
  path: string,
  read: (database: BoltDatabase) => T | Promise<T>,
  options: BoltReadOptions = {},
): Promise<T> {
  const attempts = options.attempts ?? defaultAttempts;
  const file = BoltFile.open(path);
  try {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      options.signal?.throwIfAborted();
      const outcome = await readOnce(file, read, options);
      if (outcome !== 'changed') {
        return outcome.result;
      }
      if (attempt < attempts) {
        await wait(shortestWaitMs * 2 ** attempt, undefined, { signal: options.signal });
      }
    }
  } finally {
    file.close();
  }
  throw new BoltError(
    'changed',
    { file: path },
    `another process kept writing to this database; ${attempts} attempts to read it found it changed meanwhile.`,
  );
}

async function readOnce<T>(
  file: BoltFile,
  read: (database: BoltDatabase) => T | Promise<T>,
  options: BoltReadOptions,
): Promise<{ result: T } | 'changed'> {
  const damage: BoltError[] = [];
  const collect = options.onDamage === undefined ? undefined : (error: BoltError) => damage.push(error);
  const meta = readNewestMeta(file, file.size());
  const fileSize = file.size();
  let isVerified = false;
  try {
    let resident: PageWindow | undefined;
    if (fileSize <= (options.residentBytes ?? defaultResidentBytes)) {
      resident = readWhole(file, fileSize);
      if (!isNewest(file, meta)) {
        return 'changed';
      }
      isVerified = true;
    }
    const result = await read(new BoltDatabase(file, fileSize, meta, resident, collect));
    if (!isVerified && !isNewest(file, meta)) {
      return 'changed';
    }
    damage.forEach((error) => options.onDamage?.(error));
    return { result };
  } catch (error) {
    if (isBoltError(error) && !isVerified && !isNewest(file, meta)) {
      return 'changed';
    }
    throw error;
  }
}

function readWhole(file: BoltFile, fileSize: number): PageWindow {
  const buffer = Buffer.allocUnsafeSlow(fileSize);
  return { buffer, position: 0, length: file.read(buffer, 0), reachesEnd: true, holders: 0 };
}

/** Whether the transaction of `meta` is still the newest one in the file. */
function isNewest(file: BoltFile, meta: Meta): boolean {
  try {
    const now = readNewestMeta(file, file.size());
    return now.txid === meta.txid && now.checksum === meta.checksum;
  } catch (error) {
    if (isBoltError(error)) {
      return false;
    }
    throw error;
  }
}
