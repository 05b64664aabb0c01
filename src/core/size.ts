import { isNotFound } from '../store/storeError';
import { type CacheRecord, sizeUnknown } from './cacheRecord';
import type { Core } from './core';
import { variantsOf } from './fetch';

/**
 * Bytes of a record: its snapshot's without its parents', if it was extracted, and its blob in every compression that is here.
 * Kept once measured.
 * @param persist false: kept in memory only, the store stays as it is
 */
export async function sizeOf(core: Core, record: CacheRecord, persist = true): Promise<number> {
  const known = record.fields.size;
  if (known !== undefined && known !== sizeUnknown) return known;
  if (record.measuredSize !== undefined && !persist) return record.measuredSize;
  return core.flights.run(`size ${record.id}`, async () => {
    const before = record.fields.size;
    const measured = await measure(core, record);
    if (measured === undefined) return 0;
    // Whoever made the size unknown meanwhile means that what was measured is out of date.
    const isCurrent = core.records.get(record.id) === record && record.fields.size === before;
    if (!persist && isCurrent) record.measuredSize = measured;
    if (persist && isCurrent && core.canWrite) core.write(() => core.put(record, { size: measured }));
    return measured;
  });
}

/** Undefined for a dead record whose files are gone. */
async function measure(core: Core, record: CacheRecord): Promise<number | undefined> {
  let size = 0;
  if (record.fields.blobOnly !== true) {
    try {
      ({ size } = await core.store.snapshots.usage(record.dataSnapshotId));
    } catch (error) {
      if (record.isDead) return undefined;
      if (!isNotFound(error)) throw error;
    }
  }
  const { blob } = record.fields;
  if (blob) for (const variant of variantsOf(core, blob)) size += variant.size;
  return size;
}
