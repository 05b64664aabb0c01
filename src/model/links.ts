import type { InventoryIndex } from './inventoryIndex';
import type { ParentRole } from './record';

/** The roles of parent links; a role's code is its position here. */
export const parentRoles = ['layer', 'merge', 'lower', 'upper'] as const satisfies readonly ParentRole[];

/** Code of the role `layer`. */
export const layerRole = parentRoles.indexOf('layer');

/** The highest merge position that a column holds; the inputs after it have the same one. */
const maximumPosition = 0xffff;

/**
 * Parent links in columns, between the dense indices 0 to `count - 1`: link i makes record `linkChildren[i]` stand on
 * record `linkParents[i]`.
 */
export interface LinkColumns {
  readonly count: number;
  readonly linkParents: Uint32Array<ArrayBuffer>;
  readonly linkChildren: Uint32Array<ArrayBuffer>;
  /** Codes of `parentRoles`. */
  readonly linkRoles: Uint8Array<ArrayBuffer>;
  /** Merge: place of the input, from 0; else 0. */
  readonly linkPositions: Uint16Array<ArrayBuffer>;
}

/** The links of an inventory, by child and then in stored order; links to records that are gone are left out. */
export function linkColumns(index: InventoryIndex): LinkColumns {
  const { records } = index.inventory;
  const capacity = records.reduce((sum, { parents }) => sum + parents.length, 0);
  const linkParents = new Uint32Array(capacity);
  const linkChildren = new Uint32Array(capacity);
  const linkRoles = new Uint8Array(capacity);
  const linkPositions = new Uint16Array(capacity);
  let length = 0;
  records.forEach((record, child) => {
    for (const { id, role, position } of record.parents) {
      const parent = index.recordIndex(id);
      if (parent === undefined) continue;
      linkParents[length] = parent;
      linkChildren[length] = child;
      linkRoles[length] = parentRoles.indexOf(role);
      linkPositions[length] = Math.min(position ?? 0, maximumPosition);
      length++;
    }
  });
  return {
    count: records.length,
    linkParents: linkParents.slice(0, length),
    linkChildren: linkChildren.slice(0, length),
    linkRoles: linkRoles.slice(0, length),
    linkPositions: linkPositions.slice(0, length),
  };
}
