import type { WorkerStores } from './workerStores';
import type { ParentGraph } from './parentGraph';
import type { StoredRecord } from './storedRecord';
import type { VisibleRecord } from './visibleRecord';

/** Label of a snapshot whose content is fetched when it is used, by a remote snapshotter. */
const remoteLabel = 'containerd.io/snapshot/remote';

/**
 * Whether a record is known by its descriptor only, by BuildKit's own test: made from a blob, not extracted, and the blob not in the
 * content store; or there, but with a snapshot that a remote snapshotter stands in for. Undefined where the store cannot be seen.
 */
export function isLazy(
  record: StoredRecord,
  stores: Pick<WorkerStores, 'hasBlob' | 'snapshots'>,
): boolean | undefined {
  if (!record.blobOnly || record.blob === undefined) {
    return false;
  }
  const isPresent = stores.hasBlob(record.blob);
  if (isPresent === undefined) {
    return undefined;
  }
  return !isPresent || stores.snapshots?.get(record.snapshotId)?.labels[remoteLabel] !== undefined;
}

/** A 1 for each record that is lazy or has a lazy record among its ancestors. */
export function withLazyAncestors(
  records: readonly VisibleRecord[],
  graph: ParentGraph,
  lazy: readonly (boolean | undefined)[],
): Uint8Array {
  const marks = new Uint8Array(records.length);
  for (const index of graph.parentsFirst) {
    const stands = graph.parents[index].some((parent) => parent !== -1 && marks[parent] === 1);
    marks[index] = lazy[index] === true || stands ? 1 : 0;
  }
  return marks;
}
