import { type ChildRows, type LinkColumns, parentRoles } from './links';

/** No primary parent. */
const none = -1;

const mergeRole = parentRoles.indexOf('merge');
const lowerRole = parentRoles.indexOf('lower');

/** Above the preference of every merge input. */
const lastPreference = 0x20000;

/**
 * The one parent that places each record, -1 for none: the layer parent; of a merge the first input that is in the
 * cache; of a diff the upper, without it the lower. May still hold cycles.
 */
export function primaryParentsOf(links: LinkColumns): Int32Array<ArrayBuffer> {
  const parents = new Int32Array(links.count).fill(none);
  const preferences = new Uint32Array(links.count).fill(0xffffffff);
  for (let i = 0; i < links.linkChildren.length; i++) {
    const child = links.linkChildren[i];
    const preference = preferenceOf(links.linkRoles[i], links.linkPositions[i]);
    if (preference >= preferences[child]) continue;
    preferences[child] = preference;
    parents[child] = links.linkParents[i];
  }
  return parents;
}

function preferenceOf(role: number, position: number): number {
  if (role === mergeRole) return 1 + position;
  return role === lowerRole ? lastPreference : 0;
}

/**
 * Makes `primaryParents` free of cycles, in place: of each cycle the record with the lowest rank loses its primary
 * parent. Gives the records that did, in ascending order.
 */
export function breakCycles(primaryParents: Int32Array, ranks: Uint32Array): Uint32Array<ArrayBuffer> {
  const walks = new Uint32Array(primaryParents.length);
  const broken: number[] = [];
  for (let start = 0; start < primaryParents.length; start++) {
    const walk = start + 1;
    let at = start;
    while (at !== none && walks[at] === 0) {
      walks[at] = walk;
      at = primaryParents[at];
    }
    if (at === none || walks[at] !== walk) continue;
    const lowest = lowestOfCycle(primaryParents, ranks, at);
    primaryParents[lowest] = none;
    broken.push(lowest);
  }
  return Uint32Array.from(broken).sort();
}

function lowestOfCycle(primaryParents: Int32Array, ranks: Uint32Array, start: number): number {
  let lowest = start;
  for (let at = primaryParents[start]; at !== start; at = primaryParents[at]) {
    if (ranks[at] < ranks[lowest]) lowest = at;
  }
  return lowest;
}

/** Children by primary parent. */
export interface PrimaryChildren extends ChildRows {
  /** Records without a primary parent. */
  readonly roots: Uint32Array<ArrayBuffer>;
}

/** Roots and the children of each record, all in the order of `order`. */
export function primaryChildren(primaryParents: Int32Array, order: Uint32Array): PrimaryChildren {
  const count = primaryParents.length;
  const offsets = new Uint32Array(count + 1);
  for (const parent of primaryParents) if (parent !== none) offsets[parent + 1]++;
  for (let i = 0; i < count; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const children = new Uint32Array(offsets[count]);
  const roots = new Uint32Array(count - children.length);
  let rootCount = 0;
  for (const record of order) {
    const parent = primaryParents[record];
    if (parent === none) roots[rootCount++] = record;
    else children[next[parent]++] = record;
  }
  return { roots, offsets, children };
}

/** The root of each record's primary-parent chain; of a root itself. The parents must be free of cycles. */
export function basesOf(primaryParents: Int32Array): Uint32Array<ArrayBuffer> {
  const unknown = 0xffffffff;
  const bases = new Uint32Array(primaryParents.length).fill(unknown);
  for (let start = 0; start < primaryParents.length; start++) {
    let base = start;
    while (bases[base] === unknown && primaryParents[base] !== none) base = primaryParents[base];
    if (bases[base] !== unknown) base = bases[base];
    for (let at = start; at !== none && bases[at] === unknown; at = primaryParents[at]) bases[at] = base;
  }
  return bases;
}
