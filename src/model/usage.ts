import type { Inventory } from './inventory';
import type { CacheRecord } from './record';

/** What the records of a cache take and give back; bytes, and counts of what the bytes leave out. */
export interface UsageTotals {
  /** Bytes of records not in use. Offline nothing is known to be in use: what a daemon at rest would print. */
  readonly reclaimable: number;
  /** Bytes that an image also holds. */
  readonly shared: number;
  /** `total` without `shared`. */
  readonly private: number;
  readonly total: number;
  readonly records: number;
  readonly mutableRecords: number;
  readonly recordsInUse: number;
  readonly sharedRecords: number;
  /** Records whose size is unknown and therefore in no sum. */
  readonly recordsWithUnknownSize: number;
  /** Records of which nobody knows whether they are in use; they count as reclaimable. */
  readonly recordsWithUnknownUse: number;
  /** Records of which nobody knows whether an image shares them; they count as private. */
  readonly recordsWithUnknownSharing: number;
  /** Records that the daemon would drop at its next start; they are in the sums. */
  readonly recordsDroppedAtStart: number;
  /** Bytes of `recordsDroppedAtStart`. */
  readonly droppedAtStart: number;
}

/** The totals of a whole cache as `buildctl du` and `docker buildx du` count them. */
export function usageTotals(inventory: Pick<Inventory, 'records'>): UsageTotals {
  return usageOf(inventory.records);
}

/** The totals of some records: only sizes above 0 count, and shared bytes are part of the total. */
export function usageOf(records: Iterable<CacheRecord>): UsageTotals {
  const sum = {
    reclaimable: 0,
    shared: 0,
    total: 0,
    records: 0,
    mutableRecords: 0,
    recordsInUse: 0,
    sharedRecords: 0,
    recordsWithUnknownSize: 0,
    recordsWithUnknownUse: 0,
    recordsWithUnknownSharing: 0,
    recordsDroppedAtStart: 0,
    droppedAtStart: 0,
  };
  for (const record of records) {
    const size = record.size !== undefined && record.size > 0 ? record.size : 0;
    sum.records++;
    sum.total += size;
    if (record.size === undefined) sum.recordsWithUnknownSize++;
    if (record.mutable) sum.mutableRecords++;
    if (record.inUse === true) sum.recordsInUse++;
    else sum.reclaimable += size;
    if (record.inUse === undefined) sum.recordsWithUnknownUse++;
    if (record.shared === true) {
      sum.sharedRecords++;
      sum.shared += size;
    }
    if (record.shared === undefined) sum.recordsWithUnknownSharing++;
    if (record.dropsAtStart !== undefined) {
      sum.recordsDroppedAtStart++;
      sum.droppedAtStart += size;
    }
  }
  return { ...sum, private: sum.total - sum.shared };
}
