import type { Blob, Inventory, Lease, Snapshot, SolverKey } from './inventory';
import { childRows, type LinkColumns, linkColumns } from './links';
import type { CacheRecord } from './record';

/** Look-ups over one inventory. Record ids become dense indices here; everything that walks links uses those. */
export interface InventoryIndex {
  readonly inventory: Inventory;
  /** The parent links between records of this inventory. */
  readonly links: LinkColumns;
  /** Index of the record with this id, or of the mutable record whose hidden twin has it. */
  recordIndex(id: string): number | undefined;
  record(id: string): CacheRecord | undefined;
  /** Indices of the records that name record `index` as a parent, each once, in inventory order. */
  children(index: number): Uint32Array;
  lease(id: string): Lease | undefined;
  /** The blob with this digest; where several namespaces hold it, that of `namespace` if it is one of them. */
  blob(digest: string, namespace?: string): Blob | undefined;
  /** The blob that a record names, as its worker's namespace holds it. */
  blobOf(record: CacheRecord): Blob | undefined;
  /** The snapshot that a record names. */
  snapshotOf(record: CacheRecord): Snapshot | undefined;
  parentSnapshot(snapshot: Snapshot): Snapshot | undefined;
  solverKey(id: string): SolverKey | undefined;
  /** The solver keys with this record or its hidden twin among their results. */
  solverKeysOf(record: CacheRecord): readonly SolverKey[];
}

/** Builds the look-ups in time linear in the inventory; the rarely used ones on first use. */
export function indexInventory(inventory: Inventory): InventoryIndex {
  const byId = new Map<string, number>();
  inventory.records.forEach((record, index) => {
    if (record.twin !== undefined) byId.set(record.twin, index);
  });
  inventory.records.forEach((record, index) => byId.set(record.id, index));
  const links = linkColumns(inventory.records, (id) => byId.get(id));
  const rows = lazily(() => childRows(links));
  const leases = lazily(() => new Map(inventory.leases.map((lease) => [lease.id, lease])));
  const blobs = lazily(() => groupBlobs(inventory.blobs));
  const snapshots = lazily(() => new Map(inventory.snapshots.map((it) => [snapshotKey(it), it])));
  const solverKeysById = lazily(() => new Map(inventory.solverKeys.map((key) => [key.id, key])));
  const solverKeys = lazily(() => groupSolverKeys(inventory.solverKeys, byId));
  const blob = (digest: string, namespace?: string) => {
    const holders = blobs().get(digest) ?? [];
    return holders.find((it) => it.namespace === namespace) ?? holders.at(0);
  };
  return {
    inventory,
    links,
    recordIndex: (id) => byId.get(id),
    record: (id) => {
      const index = byId.get(id);
      return index === undefined ? undefined : inventory.records[index];
    },
    children: (index) => rows().children.subarray(rows().offsets[index], rows().offsets[index + 1]),
    lease: (id) => leases().get(id),
    blob,
    blobOf: (record) =>
      record.blob === undefined
        ? undefined
        : blob(record.blob, inventory.workers.at(record.worker)?.namespace),
    snapshotOf: (record) => {
      const { namespace = '', snapshotter = '' } = inventory.workers.at(record.worker) ?? {};
      return snapshots().get(snapshotKey({ namespace, snapshotter, key: record.snapshotId }));
    },
    parentSnapshot: (snapshot) =>
      snapshot.parent === undefined
        ? undefined
        : snapshots().get(snapshotKey({ ...snapshot, key: snapshot.parent })),
    solverKey: (id) => solverKeysById().get(id),
    solverKeysOf: (record) => {
      const index = byId.get(record.id);
      return index === undefined ? [] : (solverKeys().get(index) ?? []);
    },
  };
}

function groupBlobs(blobs: readonly Blob[]): Map<string, Blob[]> {
  const groups = new Map<string, Blob[]>();
  for (const blob of blobs) {
    const group = groups.get(blob.digest);
    if (group === undefined) groups.set(blob.digest, [blob]);
    else group.push(blob);
  }
  return groups;
}

/** Keys by the index of the records that they reach. */
function groupSolverKeys(keys: readonly SolverKey[], byId: ReadonlyMap<string, number>) {
  const groups = new Map<number, SolverKey[]>();
  for (const key of keys) {
    for (const { recordId } of key.results) {
      const index = byId.get(recordId);
      if (index === undefined) continue;
      const group = groups.get(index);
      if (group === undefined) groups.set(index, [key]);
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
