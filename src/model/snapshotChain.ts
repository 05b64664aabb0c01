import type { Snapshot } from './inventory';
import type { InventoryIndex } from './inventoryIndex';
import type { CacheRecord } from './record';

/** A record's snapshot and what it is stacked on, top first. */
export interface SnapshotChain {
  readonly snapshots: readonly Snapshot[];
  /** How many there are in all; `snapshots` has the topmost of them. */
  readonly total: number;
}

/** The first `limit` snapshots under a record; ends where a snapshot is not found or comes again. */
export function snapshotChain(index: InventoryIndex, record: CacheRecord, limit: number): SnapshotChain {
  const seen = new Set<Snapshot>();
  let snapshot = index.snapshotOf(record);
  while (snapshot !== undefined && !seen.has(snapshot)) {
    seen.add(snapshot);
    snapshot = index.parentSnapshot(snapshot);
  }
  return { snapshots: [...seen].slice(0, limit), total: seen.size };
}
