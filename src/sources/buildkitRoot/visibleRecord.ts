import type { ParentLink, RecordKind } from '../../model/record';
import type { Pacer } from './pacer';
import type { StoredRecord } from './storedRecord';

/** One entry as a daemon lists it: a stored record, with the hidden immutable half where there is one. */
export interface VisibleRecord {
  readonly stored: StoredRecord;
  /** The immutable record made from `stored` and not finalized yet. */
  readonly twin: StoredRecord | undefined;
  readonly kind: RecordKind;
  readonly mutable: boolean;
  readonly parents: readonly ParentLink[];
}

/**
 * Joins twins, as a daemon at rest lists them: an immutable record that names a mutable one as holder of its data is hidden behind it.
 *
 * When the mutable half is gone, or has lost its snapshot while the immutable half has one, then the daemon had been stopped in the
 * middle of finalizing; it completes that at its next start, so the immutable half is an entry of its own.
 * @param hasSnapshot whether the snapshotter knows a snapshot; absent where that cannot be seen.
 */
export async function joinTwins(
  records: readonly StoredRecord[],
  pacer: Pacer,
  hasSnapshot?: (snapshotId: string) => boolean,
): Promise<VisibleRecord[]> {
  const holderIds = new Set(records.map((record) => record.equalMutable));
  const holders = new Map<string, StoredRecord>();
  await pacer.forEach(records, (record) => {
    if (holderIds.has(record.id)) {
      holders.set(record.id, record);
    }
  });
  const twins = new Map<string, StoredRecord>();
  const isHidden = (record: StoredRecord): boolean => {
    const holder = record.equalMutable === undefined ? undefined : holders.get(record.equalMutable);
    return (
      holder !== undefined &&
      holder !== record &&
      (hasSnapshot === undefined || hasSnapshot(holder.snapshotId) || !hasSnapshot(record.snapshotId))
    );
  };
  const shown: StoredRecord[] = [];
  await pacer.forEach(records, (record) => {
    if (record.equalMutable !== undefined && isHidden(record)) {
      twins.set(record.equalMutable, record);
    } else {
      shown.push(record);
    }
  });
  const visible: VisibleRecord[] = [];
  await pacer.forEach(shown, (stored) => {
    const { kind, parents } = kindAndParents(stored);
    visible.push({ stored, twin: twins.get(stored.id), kind, mutable: stored.isMutable, parents });
  });
  return visible;
}

const noParents: readonly ParentLink[] = Object.freeze([]);

function kindAndParents(record: StoredRecord): { kind: RecordKind; parents: readonly ParentLink[] } {
  if (record.mergeParents !== undefined) {
    const parents = record.mergeParents.map((id, position): ParentLink => ({ id, role: 'merge', position }));
    return { kind: 'merge', parents };
  }
  if (record.isDiff) {
    const parents: ParentLink[] = [];
    if (record.lowerParent !== undefined) {
      parents.push({ id: record.lowerParent, role: 'lower' });
    }
    if (record.upperParent !== undefined) {
      parents.push({ id: record.upperParent, role: 'upper' });
    }
    return { kind: 'diff', parents };
  }
  if (record.parent !== undefined) {
    return { kind: 'layer', parents: [{ id: record.parent, role: 'layer' }] };
  }
  return { kind: 'base', parents: noParents };
}
