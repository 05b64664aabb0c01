import { layerRole, type LinkColumns } from './links';

/** Runs of records that can be drawn as one stack, in compressed rows. */
export interface Chains {
  /** Chain c is `members[offsets[c]] .. members[offsets[c + 1] - 1]`, from the parent's side to the child's. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly members: Uint32Array<ArrayBuffer>;
  /** The chain of each record; -1 for records in none. */
  readonly chainOf: Int32Array<ArrayBuffer>;
}

/** The columns that chains are found in; `primaryParents` is -1 where there is none. */
export type ChainColumns = Pick<LinkColumns, 'count' | 'linkParents' | 'linkChildren' | 'linkRoles'> & {
  readonly primaryParents: Int32Array;
};

/**
 * Finds the maximal runs of at least `minimumLength` records that each stand on a layer parent, carry exactly one
 * primary child, and are touched by no other link. Bases, branching points, ends, merges and diffs with their inputs
 * therefore stay by themselves. Linear, without recursion; chains are ordered by the index of their first record.
 */
export function findChains(columns: ChainColumns, minimumLength: number): Chains {
  const onlyChild = foldableChildren(columns);
  const isFoldable = (record: number) => onlyChild[record] >= 0;
  const chainOf = new Int32Array(columns.count).fill(-1);
  const members = new Uint32Array(columns.count);
  const offsets = [0];
  for (let first = 0; first < columns.count; first++) {
    if (!isFoldable(first) || isFoldable(columns.primaryParents[first])) continue;
    const start = offsets[offsets.length - 1];
    let end = start;
    for (let at = first; isFoldable(at); at = onlyChild[at]) members[end++] = at;
    if (end - start < minimumLength) continue;
    for (let i = start; i < end; i++) chainOf[members[i]] = offsets.length - 1;
    offsets.push(end);
  }
  return {
    offsets: Uint32Array.from(offsets),
    members: members.slice(0, offsets[offsets.length - 1]),
    chainOf,
  };
}

/** Not foldable: several primary children, none, or another reason. */
const notFoldable = -1;

/** For each record that may be inside a chain its only primary child, else a negative number. */
function foldableChildren(columns: ChainColumns): Int32Array {
  const { count, primaryParents, linkParents, linkChildren, linkRoles } = columns;
  const onlyChild = new Int32Array(count).fill(notFoldable);
  const childCounts = new Uint32Array(count);
  for (let child = 0; child < count; child++) {
    const parent = primaryParents[child];
    if (parent < 0) continue;
    childCounts[parent]++;
    onlyChild[parent] = child;
  }
  const standsOnLayer = new Uint8Array(count);
  const hasOtherLink = new Uint8Array(count);
  for (let i = 0; i < linkChildren.length; i++) {
    const child = linkChildren[i];
    const parent = linkParents[i];
    if (linkRoles[i] === layerRole && primaryParents[child] === parent && standsOnLayer[child] === 0) {
      standsOnLayer[child] = 1;
    } else {
      hasOtherLink[child] = 1;
      hasOtherLink[parent] = 1;
    }
  }
  for (let record = 0; record < count; record++) {
    const foldable = childCounts[record] === 1 && standsOnLayer[record] === 1 && hasOtherLink[record] === 0;
    if (!foldable) onlyChild[record] = notFoldable;
  }
  return onlyChild;
}
