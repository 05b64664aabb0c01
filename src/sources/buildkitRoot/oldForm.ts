import type { Pacer } from './pacer';
import type { StoredRecord } from './storedRecord';
import type { WorkerStores } from './workerStores';

/** Media type that BuildKit's own migration gives to blobs of the old form. */
const layerMediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Whether records are of the form before BuildKit v0.7, which marks nothing as committed, not even the immutable half of a pair. */
export function isOldForm(records: readonly StoredRecord[]): boolean {
  return records.some(({ equalMutable, committed }) => equalMutable !== undefined && !committed);
}

/**
 * Completes records of the old form as BuildKit's migration does: whether they are committed and what they stand on is told by the
 * snapshot of the same name, blob and diff id by the key `blobmapping.blob` as far as that blob is there.
 */
export async function completeOldForm(
  records: readonly StoredRecord[],
  stores: WorkerStores | undefined,
  pacer: Pacer,
): Promise<void> {
  const holders = new Set(records.map(({ equalMutable }) => equalMutable));
  await pacer.forEach(records, (record) => {
    const snapshot = stores?.snapshots?.get(record.id);
    record.committed =
      record.equalMutable !== undefined ||
      (stores?.snapshots === undefined ? !holders.has(record.id) : snapshot?.kind === 'committed');
    record.parent ??= snapshot?.parent;
    const mapped = blobMapping(record.attributes?.['blobmapping.blob']);
    if (mapped !== undefined && stores?.hasBlob(mapped.blob) !== false) {
      record.blob ??= mapped.blob;
      record.diffId ??= mapped.diffId;
      record.mediaType ??= layerMediaType;
    }
  });
  const byId = new Map(records.map((record) => [record.id, record]));
  await pacer.forEach(records, (record) => {
    if (record.equalMutable !== undefined) {
      record.parent ??= byId.get(record.equalMutable)?.parent;
    }
  });
}

function blobMapping(text: string | undefined): { blob: string; diffId: string } | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    const mapping: unknown = JSON.parse(text);
    const { Blobsum: blob, DiffID: diffId } = mapping as Record<string, unknown>;
    return typeof blob === 'string' && typeof diffId === 'string' ? { blob, diffId } : undefined;
  } catch {
    return undefined;
  }
}
