import { basename } from 'node:path';
import type { Inventory, SourceInfo } from '../../model/inventory';
import { isNotFound } from '../../store/storeError';
import type { CacheSource, ReadOptions } from '../source';
import { cacheErrorOf } from './cacheErrorOf';
import type { LocalStores } from './localStores';
import { readStore } from './readStore';
import { storeIn } from './storeFolder';

/** The local store in a folder, to look at. Nothing is opened yet. */
export function openLocalSource(path: string, stores: LocalStores): CacheSource {
  const info: SourceInfo = { kind: 'local', label: basename(path), location: path, layout: 'local store' };
  return {
    info,
    capabilities: { canPrune: stores.isWorking(path), hasLeases: true, canWatch: true },
    read: (options = {}) => read(info, stores, options),
    watch: (listener) => stores.watch(path, listener),
    openBlob: (digest) => openBlob(path, digest, stores),
  };
}

async function read(info: SourceInfo, stores: LocalStores, options: ReadOptions): Promise<Inventory> {
  if ((await storeIn(info.location)) === 'halfMade') return halfMade(info);
  try {
    const { value, release } = await stores.look(info.location);
    try {
      return await readStore(info, value, options);
    } finally {
      await release();
    }
  } catch (error) {
    throw cacheErrorOf(error);
  }
}

function halfMade(source: SourceInfo): Inventory {
  const message =
    'The making of this store was cut short, or goes on at this moment. Opening it to work with completes it.';
  return {
    source,
    takenAt: Date.now(),
    complete: true,
    workers: [],
    records: [],
    leases: [],
    blobs: [],
    snapshots: [],
    solverKeys: [],
    builds: [],
    notes: [{ severity: 'warning', message }],
  };
}

/** The store stays open until the bytes are read or nobody wants them any more. */
async function openBlob(
  path: string,
  digest: string,
  stores: LocalStores,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { value, release } = await stores.look(path);
  try {
    const bytes = await value.store.content.reader(digest);
    bytes.once('close', () => void release());
    return bytes;
  } catch (error) {
    await release();
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
