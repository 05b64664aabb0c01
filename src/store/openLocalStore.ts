import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from './clock';
import { FollowingDatabase } from './database/followingDatabase';
import { JournaledDatabase } from './database/journaledDatabase';
import { fileError } from './fileError';
import { nodeFiles, syncFolder, type Files } from './files';
import { FolderStore } from './folderStore';
import type { LocalStore } from './localStore';
import { StoreLock, type Acquired, type LockTimes } from './lock/storeLock';
import type { SnapshotBackend } from './snapshots/snapshotBackend';
import { isStoreError, StoreError } from './storeError';
import { hasStore, writeStoreFormat } from './storeFormat';

export interface OpenStoreOptions {
  /** Make a store where there is none; otherwise that is `notFound`. */
  readonly create?: boolean;
  /** Do not even try to write. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  readonly files?: Files;
  /** Snapshots elsewhere than in directories: then there is no differ and no applier. */
  readonly snapshotBackend?: SnapshotBackend;
  /** As in the resources of leases; `local` unless given. */
  readonly snapshotterName?: string;
  /** Bytes of journal, at least, before a checkpoint. */
  readonly checkpointBytes?: number;
  readonly lockTimes?: LockTimes;
}

/** How often, and how long apart, to look for a store that another process is making at this moment. */
const makingTries = 50;
const makingMs = 100;

/**
 * Opens the store in a folder. The first to open it writes; whoever comes while it is open gets a view that is read-only, says so in
 * `state`, and follows the writer's changes.
 * @throws StoreError `notFound`, `invalid` (the folder holds other things), `newerVersion`, `corrupt`, and the system's
 * refusals
 */
export async function openLocalStore(path: string, options: OpenStoreOptions = {}): Promise<LocalStore> {
  const files = options.files ?? nodeFiles;
  try {
    const exists = await hasStore(files, path);
    if (!exists && options.create !== true) {
      throw new StoreError('notFound', `There is no store in ${path}`, { id: path });
    }
    if (options.readOnly === true) {
      if (!exists) throw new StoreError('notFound', `There is no store in ${path}`, { id: path });
      return await openToRead(files, path, options, 'The store was opened to be read only');
    }
    return await openToWrite(files, path, options, exists);
  } catch (error) {
    throw fileError(`Opening the store in ${path}`, error);
  }
}

async function openToWrite(
  files: Files,
  path: string,
  options: OpenStoreOptions,
  exists: boolean,
): Promise<LocalStore> {
  let acquired: Acquired;
  try {
    await files.makeFolder(path);
    acquired = await StoreLock.acquire(files, path, options.lockTimes);
  } catch (error) {
    const refusal = fileError(`Locking ${path}`, error);
    const mayRead = refusal.reason === 'noPermission' || refusal.reason === 'noSpace';
    if (!exists || !mayRead) throw refusal;
    return openToRead(files, path, options, refusal.message);
  }
  if (acquired.lock === undefined) {
    await waitUntilMade(files, path);
    return openToRead(files, path, options, `The store is being written by ${acquired.heldBy}`);
  }
  const { lock } = acquired;
  try {
    await makeFolders(files, path);
    const database = await JournaledDatabase.open(files, path, {
      freshJournal: lock.takenOver,
      beforeWrite: () => lock.require(),
      ...(options.checkpointBytes === undefined ? {} : { checkpointBytes: options.checkpointBytes }),
    });
    lock.onLost = () => database.refuse('Another process has taken over this store');
    try {
      if (!(await hasStore(files, path))) await writeStoreFormat(files, path);
      return await FolderStore.open(path, partsOf(files, options), database, async () => {
        try {
          await database.close();
        } finally {
          await lock.release();
        }
      });
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openToRead(
  files: Files,
  path: string,
  options: OpenStoreOptions,
  because: string,
): Promise<LocalStore> {
  const database = await FollowingDatabase.open(files, path, because);
  return FolderStore.open(
    path,
    partsOf(files, options),
    database,
    () => database.close(),
    () => database.follow(),
  );
}

function partsOf(files: Files, options: OpenStoreOptions) {
  return {
    files,
    clock: options.clock ?? systemClock,
    snapshotBackend: options.snapshotBackend,
    snapshotterName: options.snapshotterName ?? 'local',
  };
}

async function makeFolders(files: Files, path: string): Promise<void> {
  await files.makeFolder(join(path, 'content', 'blobs'));
  await files.makeFolder(join(path, 'content', 'ingest'));
  await files.makeFolder(join(path, 'snapshots'));
  await syncFolder(files, path);
}

/** The holder of the lock may be at the very beginning. */
async function waitUntilMade(files: Files, path: string): Promise<void> {
  for (let tries = 0; tries < makingTries; tries++) {
    try {
      if (await hasStore(files, path)) return;
    } catch (error) {
      // Files of a store in the making come and go.
      if (isStoreError(error) && error.reason !== 'invalid') throw error;
    }
    await delay(makingMs);
  }
  throw new StoreError('locked', `Another process is making a store in ${path}`, { id: path });
}
