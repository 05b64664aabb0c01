import type { ParentLink } from '../../model/record';
import type { Pacer } from './pacer';
import type { RecordDraft, StoredRecords } from './recordDraft';
import type { WorkerStores } from './workerStores';

/** Media type that BuildKit's own migration gives to blobs of the old form. */
const layerMediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Whether records are of the form before BuildKit v0.7, which marks nothing as committed, not even the immutable half of a pair. */
export function isOldForm({ records, holderIds }: StoredRecords): boolean {
  return holderIds.some((holderId, index) => holderId !== undefined && records[index].mutable);
}

/**
 * Completes records of the old form as BuildKit's migration does: whether they are committed and what they stand on is told by the
 * snapshot of the same name, blob and diff id by the key `blobmapping.blob` as far as that blob is there.
 */
export async function completeOldForm(
  { records, holderIds }: StoredRecords,
  stores: WorkerStores,
  pacer: Pacer,
): Promise<void> {
  const held = new Set(holderIds);
  const setParent = (record: RecordDraft, parent: string | undefined): void => {
    if (parent !== undefined) {
      const link: ParentLink = { id: parent, role: 'layer' };
      record.kind = 'layer';
      record.parents = [link];
    }
  };
  await pacer.forEach(records, (record, index) => {
    const holderId = holderIds[index];
    const snapshot = stores.snapshots?.get(record.id);
    const isCommitted =
      stores.snapshots === undefined ? !held.has(record.id) : snapshot?.kind === 'committed';
    record.mutable = holderId === undefined && !isCommitted;
    setParent(record, snapshot?.parent ?? stores.snapshots?.get(holderId ?? '')?.parent);
    const mapped = blobMapping(record.attributes?.['blobmapping.blob']);
    if (mapped !== undefined && stores.hasBlob(mapped.blob) !== false) {
      record.blob ??= mapped.blob;
      record.diffId ??= mapped.diffId;
      record.mediaType ??= layerMediaType;
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
