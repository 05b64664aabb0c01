import type { CacheRecord, ParentRole } from './record';

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

/** The links of `records`, by child and then in stored order; links to records that are gone are left out. */
export function linkColumns(
  records: readonly CacheRecord[],
  indexOf: (id: string) => number | undefined,
): LinkColumns {
  let capacity = 0;
  for (const { parents } of records) capacity += parents.length;
  const linkParents = new Uint32Array(capacity);
  const linkChildren = new Uint32Array(capacity);
  const linkRoles = new Uint8Array(capacity);
  const linkPositions = new Uint16Array(capacity);
  let length = 0;
  records.forEach((record, child) => {
    for (const { id, role, position } of record.parents) {
      const parent = indexOf(id);
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

/** Rows of children: those of record i are `children[offsets[i]] .. children[offsets[i + 1] - 1]`. */
export interface ChildRows {
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly children: Uint32Array<ArrayBuffer>;
}

/** The children of each record by links of any role, each child once, in the order of the links; these must go by child. */
export function childRows({ count, linkParents, linkChildren }: LinkColumns): ChildRows {
  const isRepeated = new Uint8Array(linkParents.length);
  const lastChildren = new Int32Array(count).fill(-1);
  const offsets = new Uint32Array(count + 1);
  for (let i = 0; i < linkParents.length; i++) {
    const parent = linkParents[i];
    if (lastChildren[parent] === linkChildren[i]) isRepeated[i] = 1;
    else offsets[parent + 1]++;
    lastChildren[parent] = linkChildren[i];
  }
  for (let i = 0; i < count; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const children = new Uint32Array(offsets[count]);
  for (let i = 0; i < linkParents.length; i++) {
    if (isRepeated[i] === 0) children[next[linkParents[i]]++] = linkChildren[i];
  }
  return { offsets, children };
}
