import { isNotFound, isStoreError, StoreError } from '../store/storeError';
import type { CacheRecord } from './cacheRecord';
import type { Core } from './core';
import { leaseRecord, removeLease } from './recordLeases';
import { removeRecord } from './release';

/**
 * Makes one real immutable record of a pair: its lease first, then the snapshot is committed under its name, then the mutable record
 * goes. A stop between any two of these is repaired at the next start. Nothing to do for any other record.
 * @throws `failedPrecondition` when the data has vanished
 */
export async function finalize(core: Core, record: CacheRecord): Promise<void> {
  while (record.busy !== undefined) await record.busy;
  const mutable = record.equalMutable?.record;
  if (mutable === undefined) return;
  const done = core.occupy(record, mutable);
  try {
    core.write(() => leaseRecord(core, record.id, record.snapshotId));
    try {
      await core.store.snapshots.commit(record.snapshotId, mutable.snapshotId);
    } catch (error) {
      core.write(() => removeLease(core, record.id));
      throw finalizeFailure(record, error);
    }
    core.write(() => {
      record.mount = undefined;
      mutable.dead = true;
      record.equalMutable = undefined;
      core.put(record, { equalMutable: null });
      removeRecord(core, mutable, { leases: true });
    });
  } finally {
    done();
  }
}

function finalizeFailure(record: CacheRecord, cause: unknown): StoreError {
  const lost = isNotFound(cause) || !isStoreError(cause);
  return new StoreError(
    lost ? 'failedPrecondition' : cause.reason,
    `record ${record.id} cannot be finalized: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause, id: record.id },
  );
}
