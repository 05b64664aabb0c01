import type { Blob, Lease, Snapshot } from '../../model/inventory';
import type { CacheRecord, DropReason } from '../../model/record';
import type { CacheManager } from '../../core/manager';
import { refsWithoutUnusedChildren, visibleRecords } from '../../core/usage';
import { isLazy } from '../buildkitRoot/laziness';
import type { NoteList } from '../buildkitRoot/noteList';
import type { Pacer } from '../buildkitRoot/pacer';
import { joinFacts, type JoinedRecords, joinPairs } from '../buildkitRoot/pairs';
import { parentGraph, parentsOf, type ParentGraph } from '../buildkitRoot/parentGraph';
import type { RecordDraft } from '../buildkitRoot/recordDraft';
import { RecordLeases } from '../buildkitRoot/recordLeases';
import type { OpenStore } from './localStores';
import { usageOf } from './snapshotUsage';
import { storedRecords } from './storedFields';

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
): Promise<readonly CacheRecord[]> {
  const lookups: Lookups = {
    blobs: new Map(contents.blobs.map((blob) => [blob.digest, blob])),
    snapshots: new Map(contents.snapshots.map((snapshot) => [snapshot.key, snapshot])),
  };
  const { blobs, snapshots } = lookups;
  const stored = storedRecords(fieldsOf(open));
  const joined = joinPairs(stored, (id) => snapshots.has(id));
  const { shown, twins } = joined;
  const drops = dropsAtOpening(joined, parentGraph(stored, joined), lookups);
  const inUse = open.manager && idsInUse(open.manager);
  const leases = await RecordLeases.index(contents.leases, pacer);
  for (const [index, record] of shown.entries()) {
    const isBlobOnly = stored.blobOnly.has(record);
    if (isBlobOnly) record.lazy = isLazy(record, { hasBlob: (digest) => blobs.has(digest), snapshots });
    const twin = twins[index];
    if (twin !== undefined) joinFacts(record, twin);
    Object.assign(record, await sizeOf(open, record, isBlobOnly, lookups));
    // A local store has no images that could use the same content.
    record.shared = false;
    record.leases = leases.of(record, twin);
    record.dropsAtStart = drops[index];
    record.inUse = inUse?.has(record.id);
    if (pacer.due) await pacer.pause();
  }
  noteDrops(shown, notes);
  return shown;
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
  { size, blob, snapshotId, kind }: CacheRecord,
  isBlobOnly: boolean,
  { blobs, snapshots }: Lookups,
): Promise<Pick<RecordDraft, 'size' | 'sizeUnknown'>> {
  if (size !== undefined) return { size };
  const ofBlob = blobBytes(blob, blobs);
  if (isBlobOnly) return { size: ofBlob };
  const snapshot = snapshots.get(snapshotId);
  if (snapshot === undefined) {
    // Of a merge or diff that nobody has used yet nothing is made; it takes no room.
    const isLost = ofBlob === 0 && (kind === 'base' || kind === 'layer');
    return isLost ? { sizeUnknown: 'Neither its files nor its blob are in this store.' } : { size: ofBlob };
  }
  const bytes = snapshot.size ?? (await usageOf(store.snapshots, snapshot.key))?.size;
  return bytes === undefined ? { sizeUnknown: 'Its snapshot has just gone.' } : { size: bytes + ofBlob };
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
  { shown, orphans }: JoinedRecords,
  graph: ParentGraph,
  { snapshots }: Lookups,
): (DropReason | undefined)[] {
  const drops = new Array<DropReason | undefined>(shown.length);
  for (const index of graph.parentsFirst) {
    const { deleted, mutable, snapshotId } = shown[index];
    const needsSnapshot = mutable || orphans.has(index);
    if (deleted) drops[index] = 'markedDeleted';
    else if (needsSnapshot && !hasData(snapshotId, snapshots)) drops[index] = 'snapshotMissing';
    else if (parentsOf(graph, index).some((parent) => parent === -1 || drops[parent] !== undefined)) {
      drops[index] = 'parentDropped';
    }
  }
  return drops;
}

/** A freeze that was cut short has renamed the snapshot already. */
function hasData(snapshotId: string, snapshots: Lookups['snapshots']): boolean {
  return snapshots.has(snapshotId) || snapshots.has(`${snapshotId}-frozen`);
}

function noteDrops(records: readonly CacheRecord[], notes: NoteList): void {
  for (const { id, dropsAtStart } of records) {
    if (dropsAtStart === undefined) continue;
    notes.addOneOfMany('records that go when this store is next opened to work with', {
      severity: 'warning',
      record: id,
      message: `Record ${id} goes when this store is next opened to work with.`,
    });
  }
}
