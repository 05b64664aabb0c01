import type { CacheRecord, DropReason } from '../../model/record';
import type { ParentGraph } from './parentGraph';
import type { WorkerStores } from './workerStores';

/** What becomes of records when a daemon opens this cache. */
export interface StartUp {
  /** Why a record would not be listed any more; undefined for those that stay, and where a circle of parents leaves it open. */
  readonly drops: readonly (DropReason | undefined)[];
  /** How many records are still listed after the next start, but lose their metadata then: gone with the start after it. */
  readonly listedOnceMore: number;
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
 * @param orphans indices of immutable halves of pairs whose mutable half is gone; they need snapshots of their own.
 */
export function startUp(
  records: readonly CacheRecord[],
  graph: ParentGraph,
  stores: WorkerStores,
  orphans: ReadonlySet<number>,
): StartUp {
  const reasons: (DropReason | undefined)[] = [];
  let isAnyInDoubt = graph.parents.includes(-1);
  records.forEach((record, index) => {
    const reason = ownReason(record, orphans.has(index), stores);
    reasons.push(reason);
    isAnyInDoubt ||= reason !== undefined || record.lazy === true;
  });
  if (!isAnyInDoubt) {
    return { drops: reasons, listedOnceMore: 0 };
  }
  const states = new Uint8Array(records.length);
  let listedOnceMore = 0;
  for (const index of graph.parentsFirst.subarray(0, graph.acyclicCount)) {
    let standsFirm = true;
    for (let at = graph.offsets[index]; at < graph.offsets[index + 1]; at++) {
      const parent = graph.parents[at];
      standsFirm &&= parent !== -1 && states[parent] === stays;
    }
    const isLazy = records[index].lazy === true;
    const reason = reasons[index] ?? (standsFirm ? undefined : isLazy ? 'blobMissing' : 'parentDropped');
    if (reason !== undefined) {
      reasons[index] = reason;
      states[index] = drops;
    } else if (isLazy) {
      states[index] = lastTime;
      listedOnceMore++;
    }
  }
  return { drops: reasons, listedOnceMore };
}

/** Why a record goes whatever becomes of its parents. */
function ownReason(record: CacheRecord, isOrphan: boolean, stores: WorkerStores): DropReason | undefined {
  if (record.deleted) {
    return 'markedDeleted';
  }
  const needsSnapshot = record.mutable || isOrphan;
  return needsSnapshot && stores.snapshots?.has(record.snapshotId) === false ? 'snapshotMissing' : undefined;
}
