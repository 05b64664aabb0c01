import { type CacheRecord, type Hold } from './cacheRecord';
import type { Core } from './core';
import { removeLease, removeRecordLeases, viewLeaseId } from './recordLeases';

/**
 * Gives back a hold on an immutable record. The last use stamps the record; the last hold of one that is not finalized gives
 * back its mutable twin, and may so remove both; any other record stays until it is pruned.
 */
export function releaseImmutable(core: Core, hold: Hold): void {
  const { record } = hold;
  hold.drop();
  if (hold.isUse && record.useRefs === 0) {
    stampUse(core, record);
    record.equalMutable?.setUse(true);
  }
  if (record.refs > 0) return;
  if (record.equalMutable !== undefined) {
    releaseMutable(core, record.equalMutable);
  } else if (mayHaveView(core, record)) {
    record.mount = undefined;
    if (core.canWrite) removeLease(core, viewLeaseId(record.id));
  }
}

/** False where the last release of the record has nothing but the hold to give back. */
export function mayHaveView(core: Core, record: CacheRecord): boolean {
  return record.mount !== undefined || core.quirks.startKeepsTemporaryLeases;
}

/** Gives back the hold on a mutable record: it is removed, with its immutable twin, unless one of them is retained. */
export function releaseMutable(core: Core, hold: Hold): void {
  const { record } = hold;
  const twin = record.equalImmutable;
  hold.drop();
  if (record.isRetained || twin?.isRetained === true) {
    if (hold.isUse) {
      stampUse(core, record);
      hold.setUse(false);
    }
    return;
  }
  if (twin !== undefined) removeRecord(core, twin, { leases: false });
  removeRecord(core, record, { leases: true });
}

/** Takes a record out of memory and store and gives back its holds on its parents. Its data goes with the next collection. */
export function removeRecord(core: Core, record: CacheRecord, { leases }: { leases: boolean }): void {
  core.records.delete(record.id);
  if (leases) removeRecordLeases(core, record.id, !!record.fields.blob);
  core.clear(record.id);
  releaseParents(core, record.holds);
}

/** Gives back holds that a record had. The records so freed may go too, and free others: done in turn, not in depth. */
export function releaseParents(core: Core, holds: readonly Hold[]): void {
  const queue = core.releasing;
  const idle = queue.length === 0;
  queue.push(...holds);
  if (!idle) return;
  // The queue grows while it is gone through.
  for (const hold of queue) releaseImmutable(core, hold);
  queue.length = 0;
}

/** Counts one use, now. */
export function stampUse(core: Core, record: CacheRecord): void {
  if (!core.canWrite) return;
  core.put(record, { usageCount: (record.fields.usageCount ?? 0) + 1, lastUsedAt: core.clock.now() });
}
