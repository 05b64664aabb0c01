import type { CacheRecord } from '../../model/record';
import { imageLayers } from './containerdImages';
import { dockerImageChains } from './dockerImages';
import { isLazy, withLazyAncestors } from './laziness';
import { joinFacts, joinPairs } from './pairs';
import { parentCircles, parentGraph, parentsOf, type ParentGraph } from './parentGraph';
import type { ReadContext } from './readContext';
import type { WorkerRecords } from './readWorkerRecords';
import { RecordLeases } from './recordLeases';
import type { RecordDraft, StoredRecords } from './recordDraft';
import type { WorkerLayout } from './rootLayout';
import { sharedWithParents, sharesWithImages } from './sharing';
import { sizeOffline, type SizeAnswer } from './sizes';
import { SnapshotFolders } from './snapshotFolders';
import { startUp } from './startUp';
import type { WorkerStores } from './workerStores';

/** Records as their own database tells them, before anything else is read; copies, for the originals are still being completed. */
export async function firstRecords(
  stored: StoredRecords,
  worker: number,
  context: ReadContext,
): Promise<CacheRecord[]> {
  const { shown, twins } = joinPairs(stored);
  const records: CacheRecord[] = [];
  await context.pacer.forEach(shown, (draft, index) => {
    const twin = twins[index];
    const record: RecordDraft = { ...draft, worker };
    if (twin !== undefined) {
      joinFacts(record, twin);
    }
    record.sizeUnknown = record.size === undefined ? 'Not read yet.' : undefined;
    records.push(record);
  });
  return records;
}

/** Completes the records with all that the stores of their worker add: sizes, leases, laziness, sharing, and what a daemon would drop. */
export async function completeRecords(
  { stored, layout, isDamaged }: WorkerRecords,
  stores: WorkerStores,
  worker: number,
  context: ReadContext,
): Promise<readonly CacheRecord[]> {
  const { pacer } = context;
  const { snapshots } = stores;
  const joined = joinPairs(stored, snapshots === undefined ? undefined : (id) => snapshots.has(id));
  const { shown, twins, orphans } = joined;
  const graph = parentGraph(stored, joined);
  noteParents(shown, graph, layout, isDamaged, context);
  for (const record of stored.blobOnly) {
    record.lazy = isLazy(record, stores);
  }
  const shared = await findShared(shown, graph, stores, layout, context);
  // With pages missing nobody knows how BuildKit would fare.
  const fate = isDamaged ? undefined : startUp(shown, graph, stores, orphans);
  noteListedOnceMore(fate?.listedOnceMore ?? 0, layout, context);
  const onLazy = withLazyAncestors(shown, graph);
  const leases = await RecordLeases.index(stores.leases ?? [], pacer);
  const unmeasured: [record: RecordDraft, answer: FolderAnswer][] = [];
  await pacer.forEach(shown, (record, index) => {
    const twin = twins[index];
    if (twin !== undefined) {
      joinFacts(record, twin);
    }
    record.worker = worker;
    record.shared = shared?.[index];
    record.leases = leases.of(record, twin);
    record.dropsAtStart = fate?.drops[index];
    if (record.size === undefined) {
      const answer = sizeOffline(record, stored.blobOnly.has(record), onLazy[index] === 1, stores);
      if ('countFolder' in answer) {
        unmeasured.push([record, answer]);
      } else {
        setSize(record, answer);
      }
    }
  });
  await measureFolders(unmeasured, stores, layout, context);
  return shown;
}

type FolderAnswer = Extract<SizeAnswer, { readonly countFolder: string }>;

function setSize(record: RecordDraft, answer: Exclude<SizeAnswer, FolderAnswer>): void {
  if ('size' in answer) {
    record.size = answer.size;
  } else {
    record.sizeUnknown = answer.unknown;
  }
}

/** Finds the sizes of snapshots that are still being written. */
async function measureFolders(
  unmeasured: readonly (readonly [record: RecordDraft, answer: FolderAnswer])[],
  stores: WorkerStores,
  layout: WorkerLayout,
  context: ReadContext,
): Promise<void> {
  const folders = new SnapshotFolders(layout.snapshotFolder ?? '', stores.snapshotter !== 'native', context);
  for (const [record, { countFolder, blobBytes }] of unmeasured) {
    const measured = await folders.measure(countFolder);
    setSize(record, 'size' in measured ? { size: measured.size + blobBytes } : measured);
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
}

/** BuildKit's rule for its own (OCI) worker: it has no image store, so nothing is shared. */
async function findShared(
  records: readonly CacheRecord[],
  graph: ParentGraph,
  stores: WorkerStores,
  layout: WorkerLayout,
  context: ReadContext,
): Promise<boolean[] | undefined> {
  switch (layout.kind) {
    case 'oci':
      return new Array<boolean>(records.length).fill(false);
    case 'graphdriver': {
      const chains =
        layout.imageFolder === undefined ? undefined : await dockerImageChains(layout.imageFolder, context);
      return (
        chains &&
        sharedWithParents(records.length, graph, (index) => {
          const { snapshotId } = records[index];
          return chains.has(stores.layerChains.get(snapshotId) ?? snapshotId);
        })
      );
    }
    case 'containerd': {
      if (stores.images === undefined || layout.contentFolder === undefined) {
        return undefined;
      }
      const images = await imageLayers(stores.images, layout.contentFolder, context);
      const isShared = await sharesWithImages(records, graph, images, context.pacer);
      return sharedWithParents(records.length, graph, isShared);
    }
    case 'metadataOnly':
      return undefined;
  }
}

function noteParents(
  records: readonly CacheRecord[],
  graph: ParentGraph,
  layout: WorkerLayout,
  isDamaged: boolean,
  context: ReadContext,
): void {
  const file = context.relative(layout.metadata);
  const consequence = isDamaged ? 'it may be among the lost ones' : 'BuildKit drops it when it next starts';
  if (graph.parents.includes(-1)) {
    records.forEach(({ id, parents }, index) => {
      const missing = parentsOf(graph, index).indexOf(-1);
      if (missing !== -1) {
        context.notes.addOneOfMany('records whose parent is missing', {
          severity: 'warning',
          file,
          record: id,
          message: `Record ${id} stands on ${parents[missing].id}, which is not in this cache; ${consequence}.`,
        });
      }
    });
  }
  for (const circle of parentCircles(graph)) {
    const ids = circle.map((index) => records[index].id);
    const named = ids.slice(0, 5).join(', ') + (ids.length > 5 ? ` and ${ids.length - 5} more` : '');
    context.notes.addOneOfMany('circles of parents', {
      severity: 'error',
      file,
      record: ids[0],
      message:
        ids.length === 1
          ? `Record ${named} is its own parent. BuildKit cannot open such a cache.`
          : `The records ${named} stand on each other in a circle. BuildKit cannot open such a cache.`,
    });
  }
}

function noteListedOnceMore(count: number, layout: WorkerLayout, context: ReadContext): void {
  if (count > 0) {
    context.notes.add({
      severity: 'info',
      file: context.relative(layout.metadata),
      message:
        `${count === 1 ? 'One lazy record is' : `${count} lazy records are`} listed once more when BuildKit next starts, but lost then: ` +
        'without the build that fetched them nothing can fetch their blobs.',
    });
  }
}
