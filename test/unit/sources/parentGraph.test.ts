import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  orderedGraph,
  parentCircles,
  parentsOf,
  type ParentGraph,
} from '../../../src/sources/buildkitRoot/parentGraph';

/** Records with these parents; -1 is one that is not there. */
function graphOf(parents: readonly (readonly number[])[]): ParentGraph {
  let end = 0;
  const offsets = parents.map((ofRecord) => (end += ofRecord.length));
  return orderedGraph(Int32Array.from([0, ...offsets]), Int32Array.from(parents.flat()));
}

/** Whether a record can reach itself or something that can, by trying every way up. */
function standsOnCircle(parents: readonly (readonly number[])[], index: number): boolean {
  const reached = new Set<number>();
  const isCircular = (at: number, path: ReadonlySet<number>): boolean => {
    if (path.has(at)) return true;
    if (reached.has(at)) return false;
    reached.add(at);
    return parents[at].some((parent) => parent !== -1 && isCircular(parent, new Set([...path, at])));
  };
  return isCircular(index, new Set());
}

const anyParents = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.array(fc.array(fc.integer({ min: -1, max: count - 1 }), { maxLength: 3 }), {
    minLength: count,
    maxLength: count,
  }),
);

describe('the order of records', () => {
  it('puts parents first, and what stands on a circle last', () => {
    fc.assert(
      fc.property(anyParents, (parents) => {
        const graph = graphOf(parents);
        expect(parents.map((_, index) => [...parentsOf(graph, index)])).toEqual(parents);
        expect([...graph.parentsFirst].sort((a, b) => a - b)).toEqual(parents.map((_, index) => index));
        const acyclic = [...graph.parentsFirst.subarray(0, graph.acyclicCount)];
        const expected = parents.flatMap((_, index) => (standsOnCircle(parents, index) ? [] : [index]));
        expect([...acyclic].sort((a, b) => a - b)).toEqual(expected);
        acyclic.forEach((index, place) => {
          expect(parents[index].every((parent) => parent === -1 || acyclic.indexOf(parent) < place)).toBe(
            true,
          );
        });
      }),
      { seed: 73, numRuns: 1000 },
    );
  });

  it('takes chains of any length', () => {
    const count = 200_000;
    const graph = graphOf(
      Array.from({ length: count }, (_, index) => (index + 1 < count ? [index + 1] : [])),
    );
    expect(graph.acyclicCount).toBe(count);
    expect(graph.parentsFirst[0]).toBe(count - 1);
  });
});

describe('circles of parents', () => {
  it('are found whenever there are any, and are ones', () => {
    fc.assert(
      fc.property(anyParents, (parents) => {
        const graph = graphOf(parents);
        const circles = parentCircles(graph);
        expect(circles.length > 0).toBe(graph.acyclicCount < parents.length);
        for (const circle of circles) {
          circle.forEach((index, place) => {
            expect(parents[index]).toContain(circle[(place + 1) % circle.length]);
          });
        }
      }),
      { seed: 74, numRuns: 1000 },
    );
  });
});
