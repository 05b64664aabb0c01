import { isAlreadyExists } from '../store/storeError';
import type { SnapshotDiff } from '../store/snapshotter';
import { type CacheRecord, type Hold, sizeUnknown } from './cacheRecord';
import type { Core } from './core';
import { fetchBlob } from './fetch';
import { layerChain } from './layers';
import type { BlobProviders } from './options';
import { withWorkLease } from './recordLeases';

/**
 * Makes the files of a record: a lazy layer's from its blob, a merge's or diff's from the layers it is of, after those of
 * everything these need. Nothing to do for a layer that was made here.
 */
export async function extract(core: Core, hold: Hold): Promise<void> {
  const { record, providers } = hold;
  const isLayer = record.kind === 'layer' || record.kind === 'base';
  if (isLayer && record.fields.blobOnly !== true) return;
  const visited = new Set<CacheRecord>();
  const stack = [record];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (!visited.has(top)) {
      visited.add(top);
      // Top down, so that of several layers with one blob the highest is its owner, as in BuildKit.
      if (isLayerToMake(core, top)) await fetchBlob(core, top, providers);
      // Reversed: the first that is needed is made first.
      stack.push(
        ...needsOf(core, top)
          .filter((it) => !visited.has(it))
          .reverse(),
      );
    } else {
      stack.pop();
      const current = top;
      await core.flights.run(`extract ${current.id}`, () => materialize(core, current, providers));
    }
  }
}

/** The records whose files have to be there before this one's can be made. */
function needsOf(core: Core, record: CacheRecord): CacheRecord[] {
  if (core.store.snapshots.find(record.snapshotId) !== undefined) return [];
  if (record.kind === 'merge' || record.kind === 'diff') {
    return layersBelow(record).flatMap((layer) =>
      layer.kind === 'diff' ? layer.holds.map((hold) => hold.record) : [layer],
    );
  }
  const parent = record.parents.layer?.record;
  return parent === undefined || !isLayerToMake(core, record) ? [] : [parent];
}

/** A layer without files that is to get them from its blob. */
function isLayerToMake(core: Core, record: CacheRecord): boolean {
  if (record.kind === 'merge' || record.kind === 'diff') return false;
  if (core.store.snapshots.find(record.snapshotId) !== undefined) return false;
  return record.fields.blobOnly === true || !core.quirks.lostSnapshotStaysLost;
}

async function materialize(
  core: Core,
  record: CacheRecord,
  providers: BlobProviders | undefined,
): Promise<void> {
  if (core.store.snapshots.find(record.snapshotId) !== undefined) {
    adoptSharedSnapshot(core, record);
    return;
  }
  if (record.kind === 'merge' || record.kind === 'diff') await materializeMerge(core, record);
  else if (isLayerToMake(core, record)) await materializeLayer(core, record, providers);
}

async function materializeMerge(core: Core, record: CacheRecord): Promise<void> {
  const diffs = layersBelow(record).map((layer): SnapshotDiff => {
    const { lower, upper, layer: parent } = layer.parents;
    if (layer.kind === 'diff') {
      return { lower: lower?.record.snapshotId, upper: upper?.record.snapshotId };
    }
    return { lower: parent?.record.snapshotId, upper: layer.snapshotId };
  });
  await core.store.snapshots.merge(record.snapshotId, diffs);
  if (!core.quirks.mergeSizeGoesStale) core.write(() => core.put(record, { size: sizeUnknown }));
}

async function materializeLayer(
  core: Core,
  record: CacheRecord,
  providers: BlobProviders | undefined,
): Promise<void> {
  await fetchBlob(core, record, providers);
  const { snapshots, applier } = core.store;
  const { blob = '', chainId = '', diffId } = record.fields;
  await withWorkLease(core, async (lease) => {
    const key = `extract-${core.newId()} ${chainId}`;
    await snapshots.prepare(key, record.parents.layer?.record.snapshotId, { lease });
    try {
      await applier.apply(blob, key, { diffId });
      await snapshots.commit(record.snapshotId, key);
    } catch (error) {
      await snapshots.remove(key);
      if (!isAlreadyExists(error)) throw error;
    }
  });
  core.write(() => core.put(record, { blobOnly: false, size: sizeUnknown }));
}

/** The files are there, made for another record of the same content: what is known of this one's size is void. */
function adoptSharedSnapshot(core: Core, record: CacheRecord): void {
  if (core.quirks.sharedSnapshotStaysBlobOnly || record.fields.blobOnly !== true) return;
  core.write(() => core.put(record, { blobOnly: false, size: sizeUnknown }));
}

function layersBelow(record: CacheRecord): CacheRecord[] {
  return layerChain({ record, providers: undefined }).map((layer) => layer.record);
}
