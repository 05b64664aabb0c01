import type { Blob, Lease, Snapshot } from '../../model/inventory';
import type { CacheRecord, DropReason } from '../../model/record';
import type { CacheManager } from '../../core/manager';
import { refsWithoutUnusedChildren, visibleRecords } from '../../core/usage';
import { assembleRecord, type RecordContext } from '../buildkitRoot/assemble';
import { isLazy } from '../buildkitRoot/laziness';
import type { NoteList } from '../buildkitRoot/noteList';
import type { Pacer } from '../buildkitRoot/pacer';
import { parentGraph, type ParentGraph } from '../buildkitRoot/parentGraph';
import { RecordLeases } from '../buildkitRoot/recordLeases';
import { joinTwins, type VisibleRecord } from '../buildkitRoot/visibleRecord';
import type { OpenStore } from './localStores';
import { usageOf } from './snapshotUsage';
import { storedRecordOf } from './storedFields';

/** What the records of a store refer to. */
export interface StoreContents {
  readonly leases: readonly Lease[];
  readonly blobs: readonly Blob[];
  readonly snapshots: readonly Snapshot[];
}

interface Lookups {
  readonly blobs: ReadonlyMap<string, Blob>;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

/** The records of a store as its manager lists them, a pair as one. */
export async function readRecords(
  open: OpenStore,
  contents: StoreContents,
  pacer: Pacer,
  notes: NoteList,
): Promise<CacheRecord[]> {
  const lookups: Lookups = {
    blobs: new Map(contents.blobs.map((blob) => [blob.digest, blob])),
    snapshots: new Map(contents.snapshots.map((snapshot) => [snapshot.key, snapshot])),
  };
  const stored = [...fieldsOf(open)].map(([id, fields]) => storedRecordOf(id, fields));
  const visible = await joinTwins(stored, pacer, (id) => lookups.snapshots.has(id));
  const graph = await parentGraph(visible, pacer);
  const drops = dropsAtOpening(visible, graph, lookups);
  noteDrops(visible, drops, notes);
  const inUse = open.manager && idsInUse(open.manager);
  const leases = await RecordLeases.index(contents.leases, pacer);
  const records: CacheRecord[] = [];
  for (const [index, record] of visible.entries()) {
    const { blobs, snapshots } = lookups;
    const context: RecordContext = {
      size: await sizeOf(open, record, lookups),
      lazy: isLazy(record.stored, { hasBlob: (digest) => blobs.has(digest), snapshots }),
      // A local store has no images that could use the same content.
      shared: false,
      leases: leases.of(record),
      dropsAtStart: drops[index],
    };
    const { id } = record.stored;
    records.push({ ...assembleRecord(record, context, 0), inUse: inUse?.has(id) });
    if (pacer.due) await pacer.pause();
  }
  return records;
}

/** From memory where the store is open to work with. */
function* fieldsOf({ store, manager }: OpenStore) {
  if (manager === undefined) {
    for (const fields of store.metadata.all()) yield [fields.id, fields] as const;
  } else {
    for (const { id, fields } of manager.core.records.values()) yield [id, fields] as const;
  }
}

/** Ids of records with a ref that is not just the hold of an unused child; of a pair both ids. */
function idsInUse({ core }: CacheManager): Set<string> {
  const visible = visibleRecords(core);
  const refs = refsWithoutUnusedChildren(visible);
  const ids = new Set<string>();
  visible.forEach((record, index) => {
    if (refs[index] === 0) return;
    ids.add(record.id);
    const twin = record.equalImmutable ?? record.equalMutable?.record;
    if (twin !== undefined) ids.add(twin.id);
  });
  return ids;
}

/**
 * Bytes as the manager counts them: what is stored, else those of the snapshot, once there is one, and of the blob in each
 * compression that is here.
 */
async function sizeOf(
  { store }: OpenStore,
  { stored, twin, kind }: VisibleRecord,
  { blobs, snapshots }: Lookups,
): Promise<RecordContext['size']> {
  const known = (twin ?? stored).size;
  if (known !== undefined) return { size: known };
  const blob = blobBytes(stored.blob ?? twin?.blob, blobs);
  if (stored.blobOnly) return { size: blob };
  const snapshot = snapshots.get(stored.snapshotId);
  if (snapshot === undefined) {
    // Of a merge or diff that nobody has used yet nothing is made; it takes no room.
    const isLost = blob === 0 && (kind === 'base' || kind === 'layer');
    return isLost ? { unknown: 'Neither its files nor its blob are in this store.' } : { size: blob };
  }
  const bytes = snapshot.size ?? (await usageOf(store.snapshots, snapshot.key))?.size;
  return bytes === undefined ? { unknown: 'Its snapshot has just gone.' } : { size: bytes + blob };
}

/** Bytes of a blob and of those that hold the same layer in other compressions. */
function blobBytes(digest: string | undefined, blobs: Lookups['blobs']): number {
  if (digest === undefined) return 0;
  const seen = new Set([digest]);
  let bytes = 0;
  for (const next of seen) {
    const blob = blobs.get(next);
    bytes += blob?.size ?? 0;
    for (const [label, variant] of Object.entries(blob?.labels ?? {})) {
      if (label === `containerd.io/gc.ref.content.blob-${variant}`) seen.add(variant);
    }
  }
  return bytes;
}

/** Which records the manager would not list after opening the store, and why; by its rules without BuildKit's quirks. */
function dropsAtOpening(
  records: readonly VisibleRecord[],
  graph: ParentGraph,
  { snapshots }: Lookups,
): (DropReason | undefined)[] {
  const drops = new Array<DropReason | undefined>(records.length);
  for (const index of graph.parentsFirst) {
    const { stored, mutable } = records[index];
    const needsSnapshot = mutable || stored.equalMutable !== undefined;
    if (stored.deleted) drops[index] = 'markedDeleted';
    else if (needsSnapshot && !hasData(stored.snapshotId, snapshots)) drops[index] = 'snapshotMissing';
    else if (graph.parents[index].some((parent) => parent === -1 || drops[parent] !== undefined)) {
      drops[index] = 'parentDropped';
    }
  }
  return drops;
}

/** A freeze that was cut short has renamed the snapshot already. */
function hasData(snapshotId: string, snapshots: Lookups['snapshots']): boolean {
  return snapshots.has(snapshotId) || snapshots.has(`${snapshotId}-frozen`);
}

function noteDrops(
  records: readonly VisibleRecord[],
  drops: readonly (DropReason | undefined)[],
  notes: NoteList,
): void {
  records.forEach(({ stored }, index) => {
    if (drops[index] === undefined) return;
    notes.addOneOfMany('records that go when this store is next opened to work with', {
      severity: 'warning',
      record: stored.id,
      message: `Record ${stored.id} goes when this store is next opened to work with.`,
    });
  });
}
