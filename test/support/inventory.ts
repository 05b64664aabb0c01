import type { Inventory } from '../../src/model/inventory';
import type { CacheRecord } from '../../src/model/record';

/** An inventory of nothing but these records. */
export function inventoryOf(records: readonly CacheRecord[]): Inventory {
  return {
    source: { kind: 'buildkitRoot', label: 'generated', location: '/generated', layout: 'BuildKit root' },
    takenAt: 1_700_000_100_000,
    complete: true,
    workers: [{ name: '' }],
    records,
    leases: [],
    blobs: [],
    snapshots: [],
    solverKeys: [],
    builds: [],
    notes: [],
  };
}
