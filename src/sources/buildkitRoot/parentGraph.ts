import type { Pacer } from './pacer';
import type { VisibleRecord } from './visibleRecord';

/** Parent links as indices into the visible records of one worker. */
export interface ParentGraph {
  /** For each record the indices of its parents, in order; -1 for one that is not in this cache. */
  readonly parents: readonly (readonly number[])[];
  /** All indices, each after its parents; those in a circle, and what stands on them, in any order at the end. */
  readonly parentsFirst: Int32Array;
  /** How many of `parentsFirst` have no circle among their ancestors. */
  readonly acyclicCount: number;
}

const noParents: readonly number[] = Object.freeze([]);

/** Resolves parent ids, also those that name the hidden half of a pair, and orders the records; linear in records and links. */
export async function parentGraph(records: readonly VisibleRecord[], pacer: Pacer): Promise<ParentGraph> {
  const indexOf = new Map<string, number>();
  await pacer.forEach(records, ({ stored, twin }, index) => {
    indexOf.set(stored.id, index);
    if (twin !== undefined) {
      indexOf.set(twin.id, index);
    }
  });
  const parents: (readonly number[])[] = [];
  await pacer.forEach(records, (record) => {
    parents.push(
      record.parents.length === 0 ? noParents : record.parents.map(({ id }) => indexOf.get(id) ?? -1),
    );
  });
  return { parents, ...orderParentsFirst(parents) };
}

/** Takes records whose parents are all taken, until none is left that has only such parents. */
function orderParentsFirst(
  parents: readonly (readonly number[])[],
): Pick<ParentGraph, 'parentsFirst' | 'acyclicCount'> {
  const count = parents.length;
  const waitingFor = new Int32Array(count);
  const firstChild = new Int32Array(count + 1);
  for (const list of parents) {
    for (const parent of list) {
      if (parent !== -1) {
        firstChild[parent + 1]++;
      }
    }
  }
  for (let index = 0; index < count; index++) {
    firstChild[index + 1] += firstChild[index];
  }
  const children = new Int32Array(firstChild[count]);
  const next = firstChild.slice();
  parents.forEach((list, child) => {
    for (const parent of list) {
      if (parent !== -1) {
        children[next[parent]++] = child;
        waitingFor[child]++;
      }
    }
  });
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
      at = graph.parents[at].find((parent) => inCircles.has(parent));
    }
    if (at !== undefined && seen.get(at) === walk) {
      circles.push(path.slice(path.indexOf(at)));
    }
  }
  return circles;
}
