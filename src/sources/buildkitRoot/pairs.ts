import type { CacheRecord } from '../../model/record';
import type { RecordDraft, StoredRecords } from './recordDraft';

/** Records as a daemon at rest lists them: one entry for a mutable record and the immutable one that was made from it. */
export interface JoinedRecords {
  readonly shown: readonly RecordDraft[];
  /** The hidden immutable half of each shown record, where there is one. */
  readonly twins: readonly (RecordDraft | undefined)[];
  /** Indices of shown immutable halves: what holds their data is gone, so they need a snapshot of their own. */
  readonly orphans: ReadonlySet<number>;
  /** For each shown record its index among the stored ones. */
  readonly storedIndices: Int32Array;
  /** By the number of an id: the index of the shown record with this id, or with a hidden half of this id; -1 if there is none. */
  readonly shownIndices: Int32Array;
}

/**
 * Hides the immutable record that names a mutable one as holder of its data behind that.
 *
 * When the mutable half is gone, or has lost its snapshot while the immutable half has one, then the daemon had been stopped in the
 * middle of finalizing; it completes that at its next start, so the immutable half is an entry of its own.
 * @param hasSnapshot whether the snapshotter knows a snapshot; absent where that cannot be seen.
 */
export function joinPairs(
  { records, ids, numbers, holders }: StoredRecords,
  hasSnapshot?: (snapshotId: string) => boolean,
): JoinedRecords {
  const count = records.length;
  const storedByNumber = new Int32Array(ids.size).fill(-1);
  for (let index = 0; index < count; index++) {
    storedByNumber[numbers[index]] = index;
  }
  const isHalfFinalized = (holder: RecordDraft, twin: RecordDraft): boolean =>
    hasSnapshot !== undefined && !hasSnapshot(holder.snapshotId) && hasSnapshot(twin.snapshotId);
  const twinOf = new Int32Array(count).fill(-1);
  const hiddenBehind = new Int32Array(count).fill(-1);
  for (let index = 0; index < count; index++) {
    const holder = holders[index] === -1 ? -1 : storedByNumber[holders[index]];
    const isPair = holder !== -1 && holder !== index && hiddenBehind[holder] === -1;
    if (isPair && !isHalfFinalized(records[holder], records[index])) {
      twinOf[holder] = index;
      hiddenBehind[index] = holder;
    }
  }

  const shown: RecordDraft[] = [];
  const twins: (RecordDraft | undefined)[] = [];
  const orphans = new Set<number>();
  const storedIndices = new Int32Array(count);
  const shownIndices = new Int32Array(ids.size).fill(-1);
  for (let index = 0; index < count; index++) {
    if (hiddenBehind[index] === -1) {
      if (holders[index] !== -1) {
        orphans.add(shown.length);
      }
      storedIndices[shown.length] = index;
      shownIndices[numbers[index]] = shown.length;
      shown.push(records[index]);
      twins.push(twinOf[index] === -1 ? undefined : records[twinOf[index]]);
    }
  }
  for (let index = 0; index < count; index++) {
    if (hiddenBehind[index] !== -1) {
      shownIndices[numbers[index]] = shownIndices[numbers[hiddenBehind[index]]];
    }
  }
  return { shown, twins, orphans, storedIndices: storedIndices.subarray(0, shown.length), shownIndices };
}

/** Gives the entry of a pair what stands with its immutable half: the size, and keys that are stored there only. */
export function joinFacts(record: RecordDraft, twin: CacheRecord): void {
  record.twin = twin.id;
  record.size = twin.size;
  record.retained ||= twin.retained;
  if (twin.attributes !== undefined) {
    record.attributes = { ...twin.attributes, ...record.attributes };
  }
}
