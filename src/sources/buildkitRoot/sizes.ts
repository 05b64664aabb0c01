import type { Blob, Snapshot } from '../../model/inventory';
import type { VisibleRecord } from './visibleRecord';
import type { WorkerStores } from './workerStores';

/** A record's size in bytes, or why it is unknown, or the snapshot folder whose files would have to be counted. */
export type SizeAnswer =
  | { readonly size: number }
  | { readonly unknown: string }
  | { readonly countFolder: string; readonly blobBytes: number };

/** Label of a snapshot that a merge made: the bytes that it really added. */
const mergeSizeLabel = 'buildkit.mergeUsageSize';

/** Labels of a blob that name the same layer in other compressions. */
const variantLabel = 'containerd.io/gc.ref.content.blob-';

/**
 * The size that BuildKit would report. It stores sizes when first asked for them: with the immutable half of a pair, else with the record
 * itself. Where none is stored it adds the bytes of the snapshot (none while the record is a blob only, or if the snapshot is gone; a merge
 * by its label) to those of the blob and its variants.
 * @param lazy whether the record itself is lazy; @param onLazy whether it stands on a lazy one.
 */
export function sizeOffline(
  { stored, twin }: VisibleRecord,
  lazy: boolean,
  onLazy: boolean,
  stores: WorkerStores,
): SizeAnswer {
  const known = (twin ?? stored).size;
  if (known !== undefined) {
    return { size: known };
  }
  const blobBytes = stored.blob === undefined ? 0 : bytesOfBlobs(stored.blob, stores.blobs);
  const snapshot = stored.blobOnly ? 'none' : findSnapshot(stored.snapshotId, stores);
  if (blobBytes === undefined || snapshot === undefined) {
    return {
      unknown: 'BuildKit has not measured it yet, and the databases that would tell are not here.',
    };
  }
  if (snapshot === 'none') {
    return { size: blobBytes };
  }
  const bytes = snapshotBytes(snapshot);
  if (onLazy && !lazy) {
    const held = bytes === undefined ? '' : `; its snapshot and blobs hold ${bytes + blobBytes} bytes`;
    return {
      unknown: `BuildKit cannot measure it while a layer below is lazy, and counts it as 0${held}.`,
    };
  }
  if (bytes !== undefined) {
    return { size: bytes + blobBytes };
  }
  if (!stores.hasSnapshotSizes) {
    return { unknown: 'BuildKit has not measured it yet, and the database of the snapshotter is not here.' };
  }
  return snapshot.directory === undefined
    ? { unknown: 'BuildKit has not measured it yet, and the snapshotter does not know the snapshot.' }
    : { countFolder: snapshot.directory, blobBytes };
}

function findSnapshot(id: string, stores: WorkerStores): Snapshot | 'none' | undefined {
  return stores.snapshots === undefined ? undefined : (stores.snapshots.get(id) ?? 'none');
}

function snapshotBytes(snapshot: Snapshot): number | undefined {
  const label = snapshot.labels[mergeSizeLabel];
  return /^\d{1,15}$/.test(label) ? Number(label) : snapshot.size;
}

/** Bytes of a blob and of the blobs that hold the same layer in other compressions; absent ones count nothing. */
function bytesOfBlobs(digest: string, blobs: ReadonlyMap<string, Blob> | undefined): number | undefined {
  if (blobs === undefined) {
    return undefined;
  }
  const seen = new Set([digest]);
  let bytes = 0;
  for (const next of seen) {
    const blob = blobs.get(next);
    bytes += blob?.size ?? 0;
    for (const [label, variant] of Object.entries(blob?.labels ?? {})) {
      if (label.startsWith(variantLabel)) {
        seen.add(variant);
      }
    }
  }
  return bytes;
}
