import type { Blob, Inventory, Lease, Snapshot, SolverKey } from './inventory';
import type { CacheRecord } from './record';

/** Look-ups over one inventory. Record ids become dense indices here; everything that walks links uses those. */
export interface InventoryIndex {
  readonly inventory: Inventory;
  /** Index of the record with this id, or of the mutable record whose hidden twin has it. */
  recordIndex(id: string): number | undefined;
  record(id: string): CacheRecord | undefined;
  /** Indices of the records that name record `index` as a parent, each once, in inventory order. */
  children(index: number): Uint32Array;
  lease(id: string): Lease | undefined;
  blob(digest: string): Blob | undefined;
  /** The snapshot that a record names. */
  snapshotOf(record: CacheRecord): Snapshot | undefined;
  solverKeysOf(recordId: string): readonly SolverKey[];
}

/** Builds the look-ups in time linear in the inventory; the rarely used ones on first use. */
export function indexInventory(inventory: Inventory): InventoryIndex {
  const byId = new Map<string, number>();
  inventory.records.forEach((record, index) => {
    if (record.twin !== undefined) byId.set(record.twin, index);
  });
  inventory.records.forEach((record, index) => byId.set(record.id, index));
  const children = linkChildren(inventory.records, byId);
  const leases = lazily(() => new Map(inventory.leases.map((lease) => [lease.id, lease])));
  const blobs = lazily(() => new Map(inventory.blobs.map((blob) => [blob.digest, blob])));
  const snapshots = lazily(() => new Map(inventory.snapshots.map((it) => [snapshotKey(it), it])));
  const solverKeys = lazily(() => groupSolverKeys(inventory.solverKeys));
  return {
    inventory,
    recordIndex: (id) => byId.get(id),
    record: (id) => {
      const index = byId.get(id);
      return index === undefined ? undefined : inventory.records[index];
    },
    children: (index) => children.targets.subarray(children.offsets[index], children.offsets[index + 1]),
    lease: (id) => leases().get(id),
    blob: (digest) => blobs().get(digest),
    snapshotOf: (record) => {
      const worker = inventory.workers[record.worker];
      return snapshots().get(
        snapshotKey({
          namespace: worker.namespace ?? '',
          snapshotter: worker.snapshotter ?? '',
          key: record.snapshotId,
        }),
      );
    },
    solverKeysOf: (recordId) => solverKeys().get(recordId) ?? [],
  };
}

/** Children in compressed rows: those of record i are `targets[offsets[i]] .. targets[offsets[i + 1] - 1]`. */
function linkChildren(records: readonly CacheRecord[], byId: ReadonlyMap<string, number>) {
  const offsets = new Uint32Array(records.length + 1);
  const pairs: number[] = [];
  records.forEach((record, child) => {
    const seen = new Set<number>();
    for (const link of record.parents) {
      const parent = byId.get(link.id);
      if (parent === undefined || seen.has(parent)) continue;
      seen.add(parent);
      pairs.push(parent, child);
      offsets[parent + 1]++;
    }
  });
  for (let i = 0; i < records.length; i++) offsets[i + 1] += offsets[i];
  const targets = new Uint32Array(pairs.length / 2);
  const next = offsets.slice();
  for (let i = 0; i < pairs.length; i += 2) targets[next[pairs[i]]++] = pairs[i + 1];
  return { offsets, targets };
}

function groupSolverKeys(keys: readonly SolverKey[]): Map<string, SolverKey[]> {
  const groups = new Map<string, SolverKey[]>();
  for (const key of keys) {
    for (const { recordId } of key.results) {
      const group = groups.get(recordId);
      if (group === undefined) groups.set(recordId, [key]);
      else if (group.at(-1) !== key) group.push(key);
    }
  }
  return groups;
}

function snapshotKey(snapshot: Pick<Snapshot, 'namespace' | 'snapshotter' | 'key'>): string {
  return `${snapshot.namespace}\0${snapshot.snapshotter}\0${snapshot.key}`;
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
