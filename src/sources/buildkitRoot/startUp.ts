import type { DropReason } from '../../model/record';
import type { ParentGraph } from './parentGraph';
import type { VisibleRecord } from './visibleRecord';
import type { WorkerStores } from './workerStores';

/** What becomes of records when a daemon opens this cache. */
export interface StartUp {
  /** Why a record would not be listed any more; undefined for those that stay, and where a circle of parents leaves it open. */
  readonly drops: readonly (DropReason | undefined)[];
  /** Records that are still listed after the next start, but whose metadata it deletes: gone with the start after it. */
  readonly listedOnceMore: readonly number[];
}

const stays = 0;
const drops = 1;
const lastTime = 2;

/**
 * Applies BuildKit's start-up rules. A record is dropped when a parent cannot be loaded, when it is marked as deleted, or when it is
 * mutable and its snapshot is gone. A lazy record has nothing at hand to fetch its blob with: it loses its metadata and everything on it
 * is dropped, but it stays in memory and so in the list until the next start.
 *
 * Mutable records that are not to be retained are listed too; they go when they are next used and released, not at the start.
 */
export function startUp(
  records: readonly VisibleRecord[],
  graph: ParentGraph,
  lazy: readonly (boolean | undefined)[],
  stores: WorkerStores,
): StartUp {
  const reasons = new Array<DropReason | undefined>(records.length);
  const states = new Uint8Array(records.length);
  const listedOnceMore: number[] = [];
  for (const index of graph.parentsFirst.subarray(0, graph.acyclicCount)) {
    const { stored, mutable } = records[index];
    const standsFirm = graph.parents[index].every((parent) => parent !== -1 && states[parent] === stays);
    const isOrphanTwin = stored.equalMutable !== undefined;
    const needsSnapshot = mutable || isOrphanTwin;
    if (stored.deleted) {
      reasons[index] = 'markedDeleted';
    } else if (needsSnapshot && stores.snapshots?.has(stored.snapshotId) === false) {
      reasons[index] = 'snapshotMissing';
    } else if (!standsFirm) {
      reasons[index] = lazy[index] === true ? 'blobMissing' : 'parentDropped';
    } else if (lazy[index] === true) {
      states[index] = lastTime;
      listedOnceMore.push(index);
    }
    if (reasons[index] !== undefined) {
      states[index] = drops;
    }
  }
  return { drops: reasons, listedOnceMore };
}
