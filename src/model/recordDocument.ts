import { exactTime } from './format';
import type { Lease, SolverKey } from './inventory';
import type { InventoryIndex } from './inventoryIndex';
import type { CacheRecord } from './record';
import { recordJson } from './recordJson';
import { snapshotChain } from './snapshotChain';

/** The longest chain of snapshots that is written out. */
const maximumChain = 10_000;

/**
 * Everything the inventory knows of a record as JSON text: the record itself, the records that stand on it, and its
 * leases, blob, snapshots and solver keys resolved. What could not be read is absent; a lease that is named but was
 * not found has `missing`.
 */
export function recordDocument(index: InventoryIndex, record: CacheRecord): string {
  const { inventory } = index;
  const recordIndex = index.recordIndex(record.id);
  const children = recordIndex === undefined ? [] : [...index.children(recordIndex)];
  const blob = index.blobOf(record);
  const document = {
    record: recordJson(record),
    children: children.map((child) => inventory.records[child].id),
    worker: inventory.workers.at(record.worker),
    leases: record.leases.map((id) => leaseJson(id, index.lease(id))),
    blob: blob === undefined ? undefined : withExactTimes(blob),
    snapshots: snapshotChain(index, record, maximumChain).snapshots.map(withExactTimes),
    solverKeys: index.solverKeysOf(record).map((key) => solverKeyJson(key, record)),
    source: inventory.source.location,
    takenAt: inventory.takenAt,
    takenAtExact: exactTime(inventory.takenAt),
    complete: inventory.complete,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function leaseJson(id: string, lease: Lease | undefined): object {
  return lease === undefined ? { id, missing: true } : withExactTimes(lease);
}

/** Undefined fields stay out of the text by themselves. */
function withExactTimes(entry: { readonly createdAt?: number; readonly updatedAt?: number }): object {
  return { ...entry, createdAtExact: exactTime(entry.createdAt), updatedAtExact: exactTime(entry.updatedAt) };
}

/** Of a key's results only those that are this record. */
function solverKeyJson(key: SolverKey, record: CacheRecord): object {
  const results = key.results.filter(({ recordId }) => recordId === record.id || recordId === record.twin);
  return { ...key, results };
}
