import { indexInventory } from '../../../../src/model/inventoryIndex';
import type { CacheRecord, ParentLink } from '../../../../src/model/record';
import { columnsOf } from '../../../../src/protocol/columnsOf';
import type { GraphColumns } from '../../../../src/protocol/graphColumns';
import { layOut, prepareGraph } from '../../../../src/webview/layout/layout';
import type { Layout } from '../../../../src/webview/layout/layoutTypes';
import { inventoryOf } from '../../../support/inventory';

export function columnsOfRecords(records: readonly CacheRecord[]): GraphColumns {
  return columnsOf(indexInventory(inventoryOf(records)));
}

/** A record by id and parents, in short: `['b', 'a']` stands on `a`; several parents make a merge. */
export type Sketch = readonly [id: string, ...parents: string[]];

export function sketchRecords(sketches: readonly Sketch[]): CacheRecord[] {
  return sketches.map(([id, ...parents], i) => ({
    id,
    kind: parents.length === 0 ? 'base' : parents.length === 1 ? 'layer' : 'merge',
    type: 'regular',
    description: id,
    parents: parents.map((parent, position): ParentLink =>
      parents.length === 1 ? { id: parent, role: 'layer' } : { id: parent, role: 'merge', position },
    ),
    mutable: false,
    size: 1000,
    createdAt: i,
    usageCount: 0,
    snapshotId: id,
    retained: false,
    deleted: false,
    imageRefs: [],
    leases: [],
    worker: 0,
  }));
}

export function layoutOf(records: readonly CacheRecord[], expanded: readonly number[] = []): Layout {
  return layOut(prepareGraph(columnsOfRecords(records)), expanded);
}

/** A layout in which every chain is open. */
export function openLayoutOf(records: readonly CacheRecord[]): Layout {
  const prepared = prepareGraph(columnsOfRecords(records));
  return layOut(prepared, layOut(prepared, []).chainFirsts);
}

/** Where a record's card stands. */
export function placeOf(layout: Layout, record: number): { x: number; y: number } {
  const node = layout.nodeOfRecord[record];
  return { x: layout.x[node], y: layout.y[node] };
}
