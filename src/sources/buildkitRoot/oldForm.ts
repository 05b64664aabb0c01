import type { ParentLink } from '../../model/record';
import type { Pacer } from './pacer';
import type { StoredRecords } from './recordDraft';
import type { WorkerStores } from './workerStores';

/** Media type that BuildKit's own migration gives to blobs of the old form. */
const layerMediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Whether records are of the form before BuildKit v0.7, which marks nothing as committed, not even the immutable half of a pair. */
export function isOldForm({ records, holders }: StoredRecords): boolean {
  return holders.some((holder, index) => holder !== -1 && records[index].mutable);
}

/**
 * Completes records of the old form as BuildKit's migration does: whether they are committed and what they stand on is told by the
 * snapshot of the same name, blob and diff id by the key `blobmapping.blob` as far as that blob is there.
 */
export async function completeOldForm(
  stored: StoredRecords,
  stores: WorkerStores,
  pacer: Pacer,
): Promise<StoredRecords> {
  const { records, ids, holders } = stored;
  const held = new Set(holders);
  const parents: number[] = [];
  const parentEnds: number[] = [];
  await pacer.forEach(records, (record, index) => {
    const holder = holders[index];
    const snapshot = stores.snapshots?.get(record.id);
    const isCommitted =
      stores.snapshots === undefined ? !held.has(stored.numbers[index]) : snapshot?.kind === 'committed';
    record.mutable = holder === -1 && !isCommitted;
    const ofHolder = holder === -1 ? undefined : stores.snapshots?.get(ids.text(holder));
    const parent = snapshot?.parent ?? ofHolder?.parent;
    if (parent !== undefined) {
      const link: ParentLink = { id: parent, role: 'layer' };
      record.kind = 'layer';
      record.parents = [link];
      parents.push(ids.numberOf(parent));
    }
    parentEnds.push(parents.length);
    const mapped = blobMapping(record.attributes?.['blobmapping.blob']);
    if (mapped !== undefined && stores.hasBlob(mapped.blob) !== false) {
      record.blob ??= mapped.blob;
      record.diffId ??= mapped.diffId;
      record.mediaType ??= layerMediaType;
    }
  });
  return { ...stored, parents, parentEnds };
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
