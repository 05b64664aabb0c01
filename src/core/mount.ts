import { isAlreadyExists } from '../store/storeError';
import type { SnapshotMount } from '../store/snapshotter';
import type { CacheRecord, Hold } from './cacheRecord';
import type { Core } from './core';
import { extract } from './extract';
import { finalize } from './finalize';
import { leaseView, removeLease, viewLeaseId, viewSnapshotId } from './recordLeases';

/**
 * Where the files of an immutable record can be seen. The view made for that goes with the record's last ref.
 * @param readOnly false: the record is finalized first, so that nobody writes what others read
 */
export async function mountImmutable(core: Core, hold: Hold, readOnly: boolean): Promise<SnapshotMount> {
  const { record } = hold;
  if (!readOnly) await finalize(core, record);
  await extract(core, hold);
  while (record.busy !== undefined) await record.busy;
  if (record.mount === undefined) {
    const done = core.occupy(record, record.equalMutable?.record ?? record);
    try {
      record.mount = await (record.equalMutable === undefined
        ? mountView(core, record)
        : core.store.snapshots.mounts(record.dataSnapshotId));
    } finally {
      done();
    }
  }
  return { ...record.mount, readOnly: readOnly || record.mount.readOnly };
}

/** Where the files of a mutable record can be seen and changed. */
export async function mountMutable(core: Core, record: CacheRecord): Promise<SnapshotMount> {
  record.mount ??= await core.store.snapshots.mounts(record.snapshotId);
  return record.mount;
}

async function mountView(core: Core, record: CacheRecord): Promise<SnapshotMount> {
  const { snapshots } = core.store;
  const view = viewSnapshotId(record.snapshotId);
  core.write(() => leaseView(core, record.id, record.snapshotId));
  try {
    try {
      await snapshots.view(view, record.snapshotId);
    } catch (error) {
      // Left by a stop, or shared with a record of the same content.
      if (!isAlreadyExists(error)) throw error;
    }
    return await snapshots.mounts(view);
  } catch (error) {
    core.write(() => removeLease(core, viewLeaseId(record.id)));
    throw error;
  }
}
