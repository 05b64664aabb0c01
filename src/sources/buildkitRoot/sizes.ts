import type { Blob, Snapshot } from '../../model/inventory';
import type { CacheRecord } from '../../model/record';
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
 * The size that BuildKit would report for a record without a stored size: the bytes of the snapshot (none while the record is a blob
 * only, or if the snapshot is gone; a merge by its label) and those of the blob and its variants.
 * @param onLazy whether the record is lazy or stands on one that is.
 */
export function sizeOffline(
  { lazy, blob, snapshotId }: CacheRecord,
  isBlobOnly: boolean,
  onLazy: boolean,
  stores: WorkerStores,
): SizeAnswer {
  const blobBytes = blob === undefined ? 0 : bytesOfBlobs(blob, stores.blobs);
  const snapshot = isBlobOnly ? 'none' : findSnapshot(snapshotId, stores);
  if (blobBytes === undefined || snapshot === undefined) {
    return {
      unknown: 'BuildKit has not measured it yet, and the databases that would tell are not here.',
    };
  }
  if (snapshot === 'none') {
    return { size: blobBytes };
  }
  const bytes = snapshotBytes(snapshot);
  if (onLazy && lazy !== true) {
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
