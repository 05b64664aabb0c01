import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphShape } from '../../../src/model/graphShape';
import { parentRoles } from '../../../src/model/links';
import { creationOrder } from '../../../src/model/order';
import type { CacheRecord } from '../../../src/model/record';
import { anyRecords } from './randomRecords';
import { diffOf, layerOn, makeIndex, makeRecord, mergeOf } from './records';

function shapeOf(...records: readonly CacheRecord[]) {
  return graphShape(makeIndex(records));
}

function record(id: string, fields: Partial<CacheRecord> = {}): CacheRecord {
  return makeRecord({ id, ...fields });
}

describe('primary parents', () => {
  const [a, b, c] = [record('a'), record('b'), record('c')];

  it('are the layer parent, the first input of a merge that is there, the upper of a diff', () => {
    const shape = shapeOf(
      a,
      b,
      record('layer', { parents: layerOn('b') }),
      record('merge', { parents: mergeOf('gone', 'b', 'a') }),
      record('diff', { parents: diffOf('a', 'b') }),
    );
    expect([...shape.primaryParents]).toEqual([-1, -1, 1, 1, 1]);
  });

  it('go by position, whatever the order in which the inputs are listed', () => {
    const parents = mergeOf('a', 'b').toReversed();
    expect([...shapeOf(a, b, record('m', { parents })).primaryParents]).toEqual([-1, -1, 0]);
  });

  it('are the lower of a diff whose upper is gone', () => {
    expect([...shapeOf(a, record('d', { parents: diffOf('a', 'gone') })).primaryParents]).toEqual([-1, 0]);
  });

  it('are found behind a twin', () => {
    const mutable = record('m', { twin: 't', mutable: true });
    expect([...shapeOf(mutable, record('x', { parents: layerOn('t') })).primaryParents]).toEqual([-1, 0]);
  });

  it('leave no cycle: the oldest record of it becomes a root', () => {
    const shape = shapeOf(
      record('x', { parents: layerOn('z'), createdAt: 3 }),
      record('y', { parents: layerOn('x'), createdAt: 1 }),
      record('z', { parents: layerOn('y'), createdAt: 2 }),
      record('w', { parents: layerOn('z') }),
      record('self', { parents: layerOn('self') }),
    );
    expect([...shape.primaryParents]).toEqual([2, -1, 1, 2, -1]);
    expect([...shape.cycleBreaks]).toEqual([1, 4]);
    expect([...shape.bases]).toEqual([1, 1, 1, 1, 4]);
  });

  it('order children and roots by creation, then id', () => {
    const on = (id: string, createdAt?: number) => record(id, { parents: layerOn('c'), createdAt });
    const shape = shapeOf(on('q'), on('p', 9), on('s', 1), on('r', 1), c, a);
    const { roots, offsets, children } = shape.primaryChildren;
    expect([...roots]).toEqual([5, 4]);
    expect([...children.subarray(offsets[4], offsets[5])]).toEqual([3, 2, 1, 0]);
  });
});

describe('links', () => {
  it('carry role and position, and leave out what is gone', () => {
    const shape = shapeOf(record('a'), record('b'), record('m', { parents: mergeOf('a', 'gone', 'b', 'a') }));
    expect([...shape.linkParents]).toEqual([0, 1, 0]);
    expect([...shape.linkChildren]).toEqual([2, 2, 2]);
    expect([...shape.linkRoles].map((code) => parentRoles[code])).toEqual(['merge', 'merge', 'merge']);
    expect([...shape.linkPositions]).toEqual([0, 2, 3]);
  });

  it('keep positions that do not fit their column at its highest value', () => {
    const parents = [{ id: 'a', role: 'merge', position: 70_000 }] as const;
    expect([...shapeOf(record('a'), record('m', { parents })).linkPositions]).toEqual([65_535]);
  });
});

describe('components', () => {
  it('hang together by links of any role and are numbered by their oldest record', () => {
    const { components } = shapeOf(
      record('new', { createdAt: 9 }),
      record('old', { createdAt: 1 }),
      record('m', { parents: mergeOf('old', 'other') }),
      record('other', { createdAt: 5 }),
    );
    expect(components.count).toBe(2);
    expect([...components.of]).toEqual([1, 0, 0, 0]);
  });
});

/** The definitions, followed word by word. */
function slowShape(records: readonly CacheRecord[]) {
  const at = (id: string) => {
    const found = records.findIndex((it) => it.id === id);
    return found === -1 ? undefined : found;
  };
  const order = records.map((_, i) => i);
  const time = (it: CacheRecord) =>
    it.createdAt === undefined ? Infinity : it.createdAt * 1e6 + (it.createdAtNanos ?? 0);
  const older = (i: number, j: number) => {
    const [a, b] = [time(records[i]), time(records[j])];
    if (a !== b) return a < b ? -1 : 1;
    return records[i].id < records[j].id ? -1 : 1;
  };
  order.sort(older);
  const wish = records.map(({ parents }) => {
    const present = parents.filter(({ id }) => at(id) !== undefined);
    const chosen =
      present.find(({ role }) => role === 'layer' || role === 'upper') ??
      present
        .filter(({ role }) => role === 'merge')
        .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
        .at(0) ??
      present.find(({ role }) => role === 'lower');
    return chosen === undefined ? -1 : (at(chosen.id) ?? -1);
  });
  const cycleOf = (start: number) => {
    const cycle = [start];
    for (let next = wish[start]; next !== start; next = wish[next]) {
      if (next === -1 || cycle.includes(next)) return undefined;
      cycle.push(next);
    }
    return cycle;
  };
  const cut = records.map((_, i) => i).filter((i) => cycleOf(i)?.toSorted(older).at(0) === i);
  const primaryParents = wish.map((parent, i) => (cut.includes(i) ? -1 : parent));
  const baseOf = (i: number): number => (primaryParents[i] === -1 ? i : baseOf(primaryParents[i]));
  const neighbours = records.map((record, i) =>
    records.flatMap((other, j) =>
      record.parents.some(({ id }) => at(id) === j) || other.parents.some(({ id }) => at(id) === i)
        ? [j]
        : [],
    ),
  );
  const reach = (start: number) => {
    const seen = new Set([start]);
    for (const i of seen) for (const j of neighbours[i]) seen.add(j);
    return seen;
  };
  const firsts = order.filter((i) => order.find((j) => reach(i).has(j)) === i);
  return {
    order,
    primaryParents,
    cut,
    bases: records.map((_, i) => baseOf(i)),
    components: records.map((_, i) => firsts.findIndex((first) => reach(first).has(i))),
    childrenOf: (parent: number) => order.filter((i) => primaryParents[i] === parent),
  };
}

describe('graphShape', () => {
  it('equals the definitions on any graph', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const index = makeIndex(records);
        const shape = graphShape(index);
        const slow = slowShape(records);
        expect([...creationOrder(index)]).toEqual(slow.order);
        expect([...shape.primaryParents]).toEqual(slow.primaryParents);
        expect([...shape.cycleBreaks]).toEqual(slow.cut);
        expect([...shape.bases]).toEqual(slow.bases);
        expect([...shape.components.of]).toEqual(slow.components);
        const { roots, offsets, children } = shape.primaryChildren;
        expect([...roots]).toEqual(slow.childrenOf(-1));
        records.forEach((_, i) => {
          expect([...children.subarray(offsets[i], offsets[i + 1])]).toEqual(slow.childrenOf(i));
        });
      }),
      { seed: 23, numRuns: 400 },
    );
  });

  it('is made once for each index', () => {
    const index = makeIndex([record('a')]);
    expect(graphShape(index)).toBe(graphShape(index));
  });

  it.each([
    ['a chain', (i: number) => (i === 0 ? [] : layerOn(`r${i - 1}`))],
    ['a chain stored from its end', (i: number) => (i === 99_999 ? [] : layerOn(`r${i + 1}`))],
    ['a star', (i: number) => (i === 0 ? [] : layerOn('r0'))],
    ['one cycle', (i: number) => layerOn(`r${(i + 1) % 100_000}`)],
  ])('takes %s of 100,000 records without recursion', (_, parentsOf) => {
    const records = Array.from({ length: 100_000 }, (_, i) => record(`r${i}`, { parents: parentsOf(i) }));
    const { bases, components, primaryChildren } = graphShape(makeIndex(records));
    expect(primaryChildren.roots).toHaveLength(1);
    expect(components.count).toBe(1);
    expect(new Set(bases)).toEqual(new Set(primaryChildren.roots));
  });
});
