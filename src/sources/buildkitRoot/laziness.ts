import type { CacheRecord } from '../../model/record';
import type { ParentGraph } from './parentGraph';
import type { WorkerStores } from './workerStores';

/** Label of a snapshot whose content is fetched when it is used, by a remote snapshotter. */
const remoteLabel = 'containerd.io/snapshot/remote';

/**
 * Whether a record made from a blob is known by its descriptor only, by BuildKit's own test: the blob is not in the content store; or it
 * is, but a remote snapshotter stands in for the snapshot. Undefined where the store cannot be seen.
 */
export function isLazy(
  { blob, snapshotId }: CacheRecord,
  stores: Pick<WorkerStores, 'hasBlob' | 'snapshots'>,
): boolean | undefined {
  if (blob === undefined) {
    return false;
  }
  const isPresent = stores.hasBlob(blob);
  if (isPresent === undefined) {
    return undefined;
  }
  return !isPresent || stores.snapshots?.get(snapshotId)?.labels[remoteLabel] !== undefined;
}

/** A 1 for each record that is lazy or has a lazy record among its ancestors. */
export function withLazyAncestors(records: readonly CacheRecord[], graph: ParentGraph): Uint8Array {
  const marks = new Uint8Array(records.length);
  let lazyCount = 0;
  records.forEach(({ lazy }, index) => {
    if (lazy === true) {
      marks[index] = 1;
      lazyCount++;
    }
  });
  if (lazyCount > 0) {
    for (const index of graph.parentsFirst) {
      for (let at = graph.offsets[index]; at < graph.offsets[index + 1]; at++) {
        const parent = graph.parents[at];
        if (parent !== -1 && marks[parent] === 1) {
          marks[index] = 1;
        }
      }
    }
  }
  return marks;
}
