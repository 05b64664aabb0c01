import type { JoinedRecords } from './pairs';
import type { StoredRecords } from './recordDraft';

/** Parent links as indices into the shown records of one worker, in compressed rows. */
export interface ParentGraph {
  /** The parents of record i are `parents[offsets[i]]` to `parents[offsets[i + 1] - 1]`, in order; -1 is one that is not in this cache. */
  readonly offsets: Int32Array;
  readonly parents: Int32Array;
  /** All indices, each after its parents; those in a circle, and what stands on them, in any order at the end. */
  readonly parentsFirst: Int32Array;
  /** How many of `parentsFirst` have no circle among their ancestors. */
  readonly acyclicCount: number;
}

/** The parents of one record. */
export function parentsOf({ offsets, parents }: ParentGraph, index: number): Int32Array {
  return parents.subarray(offsets[index], offsets[index + 1]);
}

/** The parent links of the shown records, also those that name the hidden half of a pair. */
export function parentGraph(
  stored: Pick<StoredRecords, 'parents' | 'parentEnds'>,
  { storedIndices, shownIndices }: Pick<JoinedRecords, 'storedIndices' | 'shownIndices'>,
): ParentGraph {
  const offsets = new Int32Array(storedIndices.length + 1);
  const parents = new Int32Array(stored.parents.length);
  let end = 0;
  storedIndices.forEach((storedIndex, index) => {
    for (
      let at = storedIndex === 0 ? 0 : stored.parentEnds[storedIndex - 1];
      at < stored.parentEnds[storedIndex];
      at++
    ) {
      parents[end++] = shownIndices[stored.parents[at]];
    }
    offsets[index + 1] = end;
  });
  return orderedGraph(offsets, parents.subarray(0, end));
}

/** Orders records by their parents, in time linear in records and links. */
export function orderedGraph(offsets: Int32Array, parents: Int32Array): ParentGraph {
  return { offsets, parents, ...orderParentsFirst(offsets, parents) };
}

/** Takes records whose parents are all taken, until none is left that has only such parents. */
function orderParentsFirst(
  offsets: Int32Array,
  parents: Int32Array,
): Pick<ParentGraph, 'parentsFirst' | 'acyclicCount'> {
  const count = offsets.length - 1;
  const firstChild = new Int32Array(count + 1);
  for (const parent of parents) {
    if (parent !== -1) {
      firstChild[parent + 1]++;
    }
  }
  for (let index = 0; index < count; index++) {
    firstChild[index + 1] += firstChild[index];
  }
  const children = new Int32Array(firstChild[count]);
  const next = firstChild.slice();
  const waitingFor = new Int32Array(count);
  for (let child = 0; child < count; child++) {
    for (let at = offsets[child]; at < offsets[child + 1]; at++) {
      if (parents[at] !== -1) {
        children[next[parents[at]]++] = child;
        waitingFor[child]++;
      }
    }
  }
  const order = new Int32Array(count);
  let taken = 0;
  for (let index = 0; index < count; index++) {
    if (waitingFor[index] === 0) {
      order[taken++] = index;
    }
  }
  for (let done = 0; done < taken; done++) {
    const index = order[done];
    for (let at = firstChild[index]; at < firstChild[index + 1]; at++) {
      if (--waitingFor[children[at]] === 0) {
        order[taken++] = children[at];
      }
    }
  }
  const acyclicCount = taken;
  for (let index = 0; index < count; index++) {
    if (waitingFor[index] > 0) {
      order[taken++] = index;
    }
  }
  return { parentsFirst: order, acyclicCount };
}

/**
 * The circles of parents: each a list of record indices, every one a parent of the one before and the first of the last. One circle is
 * found for each group of records that stand on each other.
 */
export function parentCircles(graph: ParentGraph): number[][] {
  const circles: number[][] = [];
  const seen = new Map<number, number>();
  const inCircles = new Set(graph.parentsFirst.subarray(graph.acyclicCount));
  let walk = 0;
  for (const start of inCircles) {
    walk++;
    const path: number[] = [];
    let at: number | undefined = start;
    // Each of these records has a parent among them: following any one of those must come round.
    while (at !== undefined && !seen.has(at)) {
      seen.set(at, walk);
      path.push(at);
      at = parentsOf(graph, at).find((parent) => inCircles.has(parent));
    }
    if (at !== undefined && seen.get(at) === walk) {
      circles.push(path.slice(path.indexOf(at)));
    }
  }
  return circles;
}
