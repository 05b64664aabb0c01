import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CacheError } from '../../model/cacheError';
import type { Build, Inventory, SolverKey, SourceInfo, WorkerInfo } from '../../model/inventory';
import type { CacheRecord } from '../../model/record';
import type { ReadOptions } from '../source';
import { fileKind } from './fileKind';
import { readBuilds } from './historyDatabase';
import { completeOldForm, isOldForm } from './oldForm';
import { ReadContext, readOptionalDatabase } from './readContext';
import { noteUnreadRecords, readWorkerRecords, type WorkerRecords } from './readWorkerRecords';
import { readWorkerStores, type WorkerContents } from './readWorkerStores';
import type { RootLayout, WorkerLayout } from './rootLayout';
import { readSolverKeys } from './solverDatabase';
import { completeRecords, firstRecords } from './workerRecords';

/** Reads everything that a layout names: records first, then what they refer to, then solver keys and builds. */
export async function readRoot(
  source: SourceInfo,
  layout: RootLayout,
  options: ReadOptions,
): Promise<Inventory> {
  const takenAt = Date.now();
  options.signal?.throwIfAborted();
  const isFile = (await fileKind(source.location)) === 'file';
  const folder = isFile ? dirname(source.location) : source.location;
  const context = new ReadContext(folder, options, await totalBytes(layout));
  layout.notes.forEach((note) => context.notes.add(note));

  const workers: WorkerRecords[] = [];
  for (const worker of layout.workers) {
    workers.push(await readWorkerRecords(worker, context));
  }
  noteUnreadRecords(workers, context);

  const ids = await Promise.all(layout.workers.map(readWorkerId));
  const isOld = workers.map(({ layout: worker, stored }) => worker.isOldForm || isOldForm(stored));
  const inventory = (complete: boolean, parts: InventoryParts): Inventory => ({
    source,
    takenAt,
    complete,
    ...parts,
    notes: context.notes.toArray(),
  });
  // Records of the old form have no parents before the snapshots are read.
  if (options.onRecords !== undefined && !isOld.includes(true)) {
    const records = await inOrder(
      workers,
      async ({ stored }, index) => await firstRecords(stored, index, context),
    );
    const infos = layout.workers.map((worker, index) => workerInfo(worker, ids[index]));
    options.onRecords(inventory(false, { ...nothing, workers: infos, records }));
  }

  const contents: WorkerContents[] = [];
  const infos: WorkerInfo[] = [];
  const records: CacheRecord[] = [];
  for (const [index, { layout: worker, stored }] of workers.entries()) {
    const read = await readWorkerStores(worker, stored, context);
    contents.push(read);
    infos.push(workerInfo(worker, ids[index], read));
    if (isOld[index]) {
      noteOldForm(worker, context);
    }
    const complete = isOld[index] ? await completeOldForm(stored, read.stores, context.pacer) : stored;
    const ofWorker = { ...workers[index], stored: complete };
    for (const record of await completeRecords(ofWorker, read.stores, index, context)) {
      records.push(record);
    }
  }
  const solverKeys = await readSolver(layout, context);
  const builds = await readHistory(layout, context);
  const whole: InventoryParts = {
    workers: infos,
    records,
    leases: contents.flatMap(({ leases }) => leases),
    blobs: contents.flatMap(({ blobs }) => blobs),
    snapshots: contents.flatMap(({ snapshots }) => snapshots),
    solverKeys,
    builds,
  };
  throwIfNothing(workers, whole);
  if (records.length === 0 && workers.every(({ error, isDamaged }) => error === undefined && !isDamaged)) {
    context.notes.add({ severity: 'info', message: 'This cache holds no records.' });
  }
  context.progressWithin(1);
  return inventory(true, whole);
}

type InventoryParts = Omit<Inventory, 'source' | 'takenAt' | 'complete' | 'notes'>;

const nothing: InventoryParts = {
  workers: [],
  records: [],
  leases: [],
  blobs: [],
  snapshots: [],
  solverKeys: [],
  builds: [],
};

/** Runs one after another, in order: two reads at once would share the clock of one pacer. */
async function inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[][] = [];
  for (const [index, item] of items.entries()) {
    results.push(await work(item, index));
  }
  return results.flat();
}

function workerInfo(layout: WorkerLayout, id: string | undefined, contents?: WorkerContents): WorkerInfo {
  return {
    id,
    name: layout.name,
    snapshotter: contents?.stores.snapshotter ?? layout.snapshotter,
    namespace: contents?.stores.namespace,
  };
}

async function readWorkerId({ idFile }: WorkerLayout): Promise<string | undefined> {
  try {
    const id = idFile === undefined ? '' : (await readFile(idFile, 'utf8')).trim();
    return id === '' ? undefined : id;
  } catch {
    // Only a name for people: a cache is whole without it.
    return undefined;
  }
}

function noteOldForm(layout: WorkerLayout, context: ReadContext): void {
  const alone =
    layout.kind === 'metadataOnly'
      ? ' What records stand on, and which are mutable, is told by the databases beside it, which are not here: they are shown without parents.'
      : '';
  context.notes.add({
    severity: 'info',
    file: context.relative(layout.metadata),
    message:
      'This is the metadata of BuildKit v0.6 or older. BuildKit v0.7 to v0.27 converts it when it starts; newer ones refuse to start on it.' +
      alone,
  });
}

async function readSolver({ solverDatabase }: RootLayout, context: ReadContext): Promise<SolverKey[]> {
  if (solverDatabase === undefined) {
    return [];
  }
  const keys = await readOptionalDatabase(
    context,
    { path: solverDatabase, holds: 'solver keys', without: 'Solver keys are not shown.' },
    async (database, notes) => await readSolverKeys(database, context, notes),
    (found) => found.length,
  );
  return keys ?? [];
}

async function readHistory({ historyDatabases }: RootLayout, context: ReadContext): Promise<Build[]> {
  return await inOrder(historyDatabases, async (path) => {
    const builds = await readOptionalDatabase(
      context,
      { path, holds: 'builds', without: 'Builds are not shown.' },
      async (database, notes) => await readBuilds(database, context, notes),
      (found) => found.length,
    );
    return builds ?? [];
  });
}

/** @throws CacheError when no records could be read and there is nothing else to show either. */
function throwIfNothing(workers: readonly WorkerRecords[], parts: InventoryParts): void {
  const { leases, blobs, snapshots, solverKeys, builds } = parts;
  const found = [leases, blobs, snapshots, solverKeys, builds].some((list) => list.length > 0);
  const error = workers.find((worker) => worker.error !== undefined)?.error;
  if (error !== undefined && !found && workers.every(({ stored }) => stored.records.length === 0)) {
    throw new CacheError('corrupt', `Nothing in this cache can be read. ${error.message}`, { cause: error });
  }
}

/** Bytes of all databases of a layout, for the progress; those that cannot be seen count nothing. */
async function totalBytes({ workers, solverDatabase, historyDatabases }: RootLayout): Promise<number> {
  const paths = workers.flatMap((worker) => [
    worker.metadata,
    worker.containerdMetadata,
    worker.graphdriverSnapshots,
    worker.snapshotFolder && join(worker.snapshotFolder, 'metadata.db'),
  ]);
  let total = 0;
  for (const path of [...paths, solverDatabase, ...historyDatabases]) {
    try {
      total += path === undefined ? 0 : (await stat(path)).size;
    } catch {
      // It becomes a note when it is read.
    }
  }
  return total;
}
