import { constants } from 'node:buffer';
import { setTimeout as wait } from 'node:timers/promises';
import { BoltError, isBoltError } from './boltError';
import { BoltFile } from './boltFile';
import { DamageLog } from './damageLog';
import { BoltDatabase } from './database';
import { readNewestMeta } from './newestMeta';
import type { Meta } from './meta';
import type { PageWindow } from './pageWindows';

export interface BoltReadOptions {
  /** Aborting makes `readBolt` reject with the signal's reason before the next attempt; `read` itself is not interrupted. */
  readonly signal?: AbortSignal | undefined;
  /** How often to try while a writer commits meanwhile; 5 unless told. */
  readonly attempts?: number | undefined;
  /** Files of at most this many bytes are read whole, larger ones by parts; 64 MiB unless told. */
  readonly residentBytes?: number | undefined;
  /**
   * Gets each damage met in a consistent read, once `read` is through; what is behind the damage is left out, and the rest is read.
   * Without it the first damage is thrown.
   */
  readonly onDamage?: ((error: BoltError) => void) | undefined;
}

const defaultAttempts = 5;
const defaultResidentBytes = 64 * 1024 * 1024;
const firstWaitMs = 20;

/**
 * Reads one bbolt file, consistently and without locking it: a writer may go on meanwhile.
 *
 * bbolt never writes into pages of the newest transaction, and writes a transaction's meta page last. So what was read is the state
 * of one transaction if the newest transaction was the same before and after; otherwise `read` runs again.
 *
 * @param read gets the database, which is closed when it is through. It must have no side effects: it may run several times.
 * @throws BoltError, or what `read` throws.
 */
export async function readBolt<T>(
  path: string,
  read: (database: BoltDatabase) => T | Promise<T>,
  options: BoltReadOptions = {},
): Promise<T> {
  const { attempts = defaultAttempts, signal } = options;
  const file = BoltFile.open(path);
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) {
        await wait(firstWaitMs * 2 ** (attempt - 1));
      }
      signal?.throwIfAborted();
      const outcome = await readOnce(file, read, options);
      if (outcome !== 'changed') {
        return outcome.result;
      }
    }
  } finally {
    file.close();
  }
  const problem = `another process keeps writing into this database; it changed during every attempt to read it, of which there were ${attempts}.`;
  throw new BoltError('changed', { file: path }, problem);
}

async function readOnce<T>(
  file: BoltFile,
  read: (database: BoltDatabase) => T | Promise<T>,
  { residentBytes = defaultResidentBytes, onDamage, signal }: BoltReadOptions,
): Promise<{ result: T } | 'changed'> {
  const meta = readNewestMeta(file, file.size());
  // Only now, so that it covers all pages that were in use when the meta page was written.
  const fileSize = file.size();
  const isResident = fileSize <= Math.min(residentBytes, constants.MAX_LENGTH);
  const resident = isResident ? readWhole(file, fileSize) : undefined;
  if (isResident && !isNewest(file, meta)) {
    return 'changed';
  }
  const found: BoltError[] = [];
  const damage = new DamageLog(file.path, onDamage && ((error) => found.push(error)));
  let result: T;
  try {
    result = await read(new BoltDatabase(file, fileSize, meta, resident, damage));
  } catch (error) {
    if (isResident || signal?.aborted === true || isNewest(file, meta)) {
      throw error;
    }
    return 'changed';
  }
  if (!isResident && !isNewest(file, meta)) {
    return 'changed';
  }
  found.forEach((error) => onDamage?.(error));
  return { result };
}

function readWhole(file: BoltFile, fileSize: number): PageWindow {
  const buffer = Buffer.allocUnsafeSlow(fileSize);
  return { buffer, position: 0, length: file.read(buffer, 0), reachesEnd: true, holders: 0 };
}

/** Whether the transaction of `meta` is still the newest in the file. */
function isNewest(file: BoltFile, meta: Meta): boolean {
  try {
    const now = readNewestMeta(file, file.size());
    return now.txid === meta.txid && now.checksum === meta.checksum;
  } catch (error) {
    if (isBoltError(error) && error.reason !== 'io') {
      return false;
    }
    throw error;
  }
}
