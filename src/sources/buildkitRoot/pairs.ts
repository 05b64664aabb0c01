import type { CacheRecord } from '../../model/record';
import type { Pacer } from './pacer';
import type { RecordDraft, StoredRecords } from './recordDraft';

/** Records as a daemon at rest lists them: one entry for a mutable record and the immutable one that was made from it. */
export interface JoinedRecords {
  readonly shown: readonly RecordDraft[];
  /** The hidden immutable half of each shown record, where there is one. */
  readonly twins: readonly (RecordDraft | undefined)[];
  /** Indices of shown immutable halves: what holds their data is gone, so they need a snapshot of their own. */
  readonly orphans: ReadonlySet<number>;
  /** Index among the shown records of the one with this id, or with a hidden half of this id; -1 if there is none. */
  indexOf(id: string): number;
}

/**
 * Hides the immutable record that names a mutable one as holder of its data behind that.
 *
 * When the mutable half is gone, or has lost its snapshot while the immutable half has one, then the daemon had been stopped in the
 * middle of finalizing; it completes that at its next start, so the immutable half is an entry of its own.
 * @param hasSnapshot whether the snapshotter knows a snapshot; absent where that cannot be seen.
 */
export async function joinPairs(
  { records, holderIds }: StoredRecords,
  pacer: Pacer,
  hasSnapshot?: (snapshotId: string) => boolean,
): Promise<JoinedRecords> {
  const storedIndex = new Map<string, number>();
  await pacer.forEach(records, ({ id }, index) => storedIndex.set(id, index));
  const isHalfFinalized = (holder: RecordDraft, twin: RecordDraft): boolean =>
    hasSnapshot !== undefined && !hasSnapshot(holder.snapshotId) && hasSnapshot(twin.snapshotId);

  const twinAt = new Int32Array(records.length).fill(-1);
  const hiddenBehind = new Int32Array(records.length).fill(-1);
  await pacer.forEach(holderIds, (holderId, index) => {
    const holder = holderId === undefined ? undefined : storedIndex.get(holderId);
    if (holder !== undefined && holder !== index && hiddenBehind[holder] === -1) {
      if (!isHalfFinalized(records[holder], records[index])) {
        twinAt[holder] = index;
        hiddenBehind[index] = holder;
      }
    }
  });

  const shown: RecordDraft[] = [];
  const twins: (RecordDraft | undefined)[] = [];
  const orphans = new Set<number>();
  const places = new Int32Array(records.length);
  await pacer.forEach(records, (record, index) => {
    if (hiddenBehind[index] === -1) {
      if (holderIds[index] !== undefined) {
        orphans.add(shown.length);
      }
      places[index] = shown.length;
      twins.push(twinAt[index] === -1 ? undefined : records[twinAt[index]]);
      shown.push(record);
    }
  });
  const indexOf = (id: string): number => {
    const index = storedIndex.get(id);
    if (index === undefined) {
      return -1;
    }
    return places[hiddenBehind[index] === -1 ? index : hiddenBehind[index]];
  };
  return { shown, twins, orphans, indexOf };
}

/** What the entry of a pair takes from its immutable half: the size, and keys that are stored there only. */
export function pairFacts(
  record: CacheRecord,
  twin: CacheRecord,
): Pick<CacheRecord, 'twin' | 'size' | 'retained' | 'attributes'> {
  return {
    twin: twin.id,
    size: twin.size,
    retained: record.retained || twin.retained,
    attributes:
      twin.attributes === undefined ? record.attributes : { ...twin.attributes, ...record.attributes },
  };
}
