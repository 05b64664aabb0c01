import { indexInventory, type InventoryIndex } from '../../../src/model/inventoryIndex';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheRecord, ParentLink } from '../../../src/model/record';

/** A record with everything optional left out; `fields` overrides. */
export function makeRecord(fields: Partial<CacheRecord> & { readonly id: string }): CacheRecord {
  return {
    kind: kindOf(fields.parents ?? []),
    type: 'regular',
    description: '',
    parents: [],
    mutable: false,
    usageCount: 0,
    snapshotId: fields.id,
    retained: false,
    deleted: false,
    imageRefs: [],
    leases: [],
    worker: 0,
    ...fields,
  };
}

function kindOf(parents: readonly ParentLink[]): CacheRecord['kind'] {
  switch (parents.at(0)?.role) {
    case undefined:
      return 'base';
    case 'layer':
      return 'layer';
    case 'merge':
      return 'merge';
    case 'lower':
    case 'upper':
      return 'diff';
  }
}

export function layerOn(id: string): readonly ParentLink[] {
  return [{ id, role: 'layer' }];
}

export function mergeOf(...ids: readonly string[]): readonly ParentLink[] {
  return ids.map((id, position) => ({ id, role: 'merge', position }));
}

export function diffOf(lower: string | undefined, upper: string): readonly ParentLink[] {
  const links: ParentLink[] = lower === undefined ? [] : [{ id: lower, role: 'lower' }];
  return [...links, { id: upper, role: 'upper' }];
}

export function makeInventory(records: readonly CacheRecord[], parts: Partial<Inventory> = {}): Inventory {
  return {
    source: { kind: 'buildkitRoot', label: 'test', location: '/test', layout: 'BuildKit root' },
    takenAt: Date.UTC(2026, 10, 21),
    complete: true,
    workers: [{ id: 'w0', name: 'runc-overlayfs', snapshotter: 'overlayfs', namespace: 'buildkit' }],
    leases: [],
    blobs: [],
    snapshots: [],
    solverKeys: [],
    builds: [],
    notes: [],
    ...parts,
    records,
  };
}

export function makeIndex(records: readonly CacheRecord[], parts: Partial<Inventory> = {}): InventoryIndex {
  return indexInventory(makeInventory(records, parts));
}
