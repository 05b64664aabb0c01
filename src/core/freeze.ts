import { type CacheRecord, sizeUnknown } from './cacheRecord';
import type { Core } from './core';

const frozenSnapshotId = (recordId: string) => `${recordId}-frozen`;

/**
 * Makes a free mutable record immutable for good, under its own id. Its snapshot is committed under another name, since the name
 * of the active one cannot be taken again.
 */
export async function freeze(core: Core, record: CacheRecord): Promise<void> {
  const { id, snapshotId } = record;
  const frozen = frozenSnapshotId(id);
  const type = `snapshots/${core.store.snapshots.name}`;
  const done = core.occupy(record);
  try {
    core.write(() => core.store.leases.addResource(id, { type, id: frozen }));
    await core.store.snapshots.commit(frozen, snapshotId);
    core.write(() => finishFreeze(core, record));
  } finally {
    done();
  }
}

/** The part of freezing after the snapshot: also what a start does when a stop came between the two. */
export function finishFreeze(core: Core, record: CacheRecord): void {
  const type = `snapshots/${core.store.snapshots.name}`;
  core.store.leases.deleteResource(record.id, { type, id: record.snapshotId });
  core.put(record, { committed: true, snapshotId: frozenSnapshotId(record.id), size: sizeUnknown });
  record.mutable = false;
  record.mount = undefined;
}

/** True for a mutable record whose snapshot was committed by a freeze that a stop cut short. */
export function isHalfFrozen(core: Core, record: CacheRecord): boolean {
  if (!record.mutable) return false;
  const { snapshots } = core.store;
  return snapshots.find(record.id) === undefined && snapshots.find(frozenSnapshotId(record.id)) !== undefined;
}
