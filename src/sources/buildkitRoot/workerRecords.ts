import type { CacheRecord } from '../../model/record';
import { assembleRecord, type RecordContext } from './assemble';
import { imageLayers } from './containerdImages';
import { dockerImageChains } from './dockerImages';
import { isLazy, withLazyAncestors } from './laziness';
import { parentCircles, parentGraph, type ParentGraph } from './parentGraph';
import type { ReadContext } from './readContext';
import type { WorkerRecords } from './readWorkerRecords';
import { RecordLeases } from './recordLeases';
import type { WorkerLayout } from './rootLayout';
import { sharedWithParents, sharesWithImages } from './sharing';
import { sizeOffline, type SizeAnswer } from './sizes';
import { SnapshotFolders } from './snapshotFolders';
import { startUp } from './startUp';
import type { StoredRecord } from './storedRecord';
import { joinTwins, type VisibleRecord } from './visibleRecord';
import type { WorkerStores } from './workerStores';

/** Records as their own database tells them, before anything else is read. */
export async function firstRecords(
  stored: readonly StoredRecord[],
  worker: number,
  context: ReadContext,
): Promise<CacheRecord[]> {
  const records: CacheRecord[] = [];
  await context.pacer.forEach(await joinTwins(stored, context.pacer), (record) => {
    const size = (record.twin ?? record.stored).size;
    const known: RecordContext = {
      size: size === undefined ? { unknown: 'Not read yet.' } : { size },
      lazy: record.stored.blobOnly ? undefined : false,
      shared: undefined,
      leases: [],
      dropsAtStart: undefined,
    };
    records.push(assembleRecord(record, known, worker));
  });
  return records;
}

/** Records with all that the stores of their worker add: sizes, leases, laziness, sharing, and what a daemon would drop. */
export async function completeRecords(
  stored: readonly StoredRecord[],
  stores: WorkerStores,
  { layout, isDamaged }: Pick<WorkerRecords, 'layout' | 'isDamaged'>,
  worker: number,
  context: ReadContext,
): Promise<CacheRecord[]> {
  const { pacer } = context;
  const { snapshots } = stores;
  const visible = await joinTwins(
    stored,
    pacer,
    snapshots === undefined ? undefined : (id) => snapshots.has(id),
  );
  const graph = await parentGraph(visible, pacer);
  noteParents(visible, graph, layout, isDamaged, context);
  const lazy = visible.map((record) => isLazy(record.stored, stores));
  // Nobody knows how BuildKit would fare with damaged pages.
  const { drops, listedOnceMore } = isDamaged
    ? { drops: [], listedOnceMore: [] }
    : startUp(visible, graph, lazy, stores);
  noteListedOnceMore(listedOnceMore.length, layout, context);
  const shared = await findShared(visible, graph, stores, layout, context);
  const sizes = await findSizes(visible, graph, lazy, stores, layout, context);
  const leases = await RecordLeases.index(stores.leases ?? [], pacer);
  const records: CacheRecord[] = [];
  await pacer.forEach(visible, (record, index) => {
    const known: RecordContext = {
      size: sizes[index],
      lazy: lazy[index],
      shared: shared?.[index],
      leases: leases.of(record),
      dropsAtStart: drops[index],
    };
    records.push(assembleRecord(record, known, worker));
  });
  return records;
}

/** BuildKit's rule for its own (OCI) worker: it has no image store, so nothing is shared. */
async function findShared(
  records: readonly VisibleRecord[],
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
          const { snapshotId } = records[index].stored;
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

async function findSizes(
  records: readonly VisibleRecord[],
  graph: ParentGraph,
  lazy: readonly (boolean | undefined)[],
  stores: WorkerStores,
  layout: WorkerLayout,
  context: ReadContext,
): Promise<RecordContext['size'][]> {
  const onLazy = withLazyAncestors(records, graph, lazy);
  const answers: SizeAnswer[] = [];
  await context.pacer.forEach(records, (record, index) => {
    answers.push(sizeOffline(record, lazy[index] === true, onLazy[index] === 1, stores));
  });
  const folders = new SnapshotFolders(layout.snapshotFolder ?? '', stores.snapshotter !== 'native', context);
  const sizes: RecordContext['size'][] = [];
  for (const answer of answers) {
    sizes.push('countFolder' in answer ? await measured(answer, folders) : answer);
  }
  return sizes;
}

async function measured(
  { countFolder, blobBytes }: Extract<SizeAnswer, { readonly countFolder: string }>,
  folders: SnapshotFolders,
): Promise<RecordContext['size']> {
  const answer = await folders.measure(countFolder);
  return 'size' in answer ? { size: answer.size + blobBytes } : answer;
}

function noteParents(
  records: readonly VisibleRecord[],
  graph: ParentGraph,
  layout: WorkerLayout,
  isDamaged: boolean,
  context: ReadContext,
): void {
  const file = context.relative(layout.metadata);
  const consequence = isDamaged ? 'it may be among the lost ones' : 'BuildKit drops it when it next starts';
  graph.parents.forEach((parents, index) => {
    const missing = parents.indexOf(-1);
    if (missing !== -1) {
      const { stored, parents: links } = records[index];
      context.notes.addOneOfMany('records whose parent is missing', {
        severity: 'warning',
        file,
        record: stored.id,
        message: `Record ${stored.id} stands on ${links[missing].id}, which is not in this cache; ${consequence}.`,
      });
    }
  });
  for (const circle of parentCircles(graph)) {
    const ids = circle.map((index) => records[index].stored.id);
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
