import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CacheRecord } from '../../../../src/model/record';
import { card } from '../../../../src/webview/layout/geometry';
import type { Layout } from '../../../../src/webview/layout/layoutTypes';
import { cacheShapedRecords } from '../../../support/cacheShapedRecords';
import { layoutOf, openLayoutOf, placeOf, sketchRecords, type Sketch } from '../support/layoutOf';

const seed = 20_241_123;

/** A chain of `count` records on record `0`. */
function chainSketch(count: number): Sketch[] {
  return Array.from({ length: count + 1 }, (_, i): Sketch => (i === 0 ? ['0'] : [String(i), String(i - 1)]));
}

/** The slow, obvious search for two cards with a common point. */
function firstOverlap({ nodeCount, x, y }: Layout): string | undefined {
  const byTop = Array.from({ length: nodeCount }, (_, node) => node).sort((a, b) => y[a] - y[b]);
  for (let i = 0; i < nodeCount; i++) {
    for (let j = i + 1; j < nodeCount && y[byTop[j]] < y[byTop[i]] + card.height; j++) {
      if (Math.abs(x[byTop[i]] - x[byTop[j]]) < card.width) return `${byTop[i]} and ${byTop[j]}`;
    }
  }
  return undefined;
}

function treeParentsLeft({ nodeCount, x, treeParents }: Layout): boolean {
  for (let node = 0; node < nodeCount; node++) {
    if (treeParents[node] !== -1 && x[treeParents[node]] + card.width >= x[node]) return false;
  }
  return true;
}

function everyRecordInItsNode({ nodeCount, nodeOfRecord, records, recordOffsets }: Layout): boolean {
  for (let node = 0; node < nodeCount; node++) {
    if (recordOffsets[node] === recordOffsets[node + 1]) return false;
    for (let i = recordOffsets[node]; i < recordOffsets[node + 1]; i++) {
      if (nodeOfRecord[records[i]] !== node) return false;
    }
  }
  return new Set(records).size === nodeOfRecord.length && recordOffsets[nodeCount] === nodeOfRecord.length;
}

function insideBounds({ nodeCount, x, y, width, height, componentOfNode, componentBoxes }: Layout): boolean {
  for (let node = 0; node < nodeCount; node++) {
    const [left, top, boxWidth, boxHeight] = componentBoxes.subarray(componentOfNode[node] * 4);
    const inBox =
      x[node] >= left - 0.1 &&
      y[node] >= top - 0.1 &&
      x[node] + card.width <= left + boxWidth + 0.1 &&
      y[node] + card.height <= top + boxHeight + 0.1;
    if (!inBox || x[node] < 0 || y[node] < 0 || x[node] + card.width > width + 0.1) return false;
    if (y[node] + card.height > height + 0.1) return false;
  }
  return true;
}

function expectSound(layout: Layout): void {
  expect(firstOverlap(layout)).toBeUndefined();
  expect(treeParentsLeft(layout)).toBe(true);
  expect(everyRecordInItsNode(layout)).toBe(true);
  expect(insideBounds(layout)).toBe(true);
}

function expectGoodShape({ width, height }: Layout): void {
  expect(width / height).toBeGreaterThan(1 / 3);
  expect(width / height).toBeLessThan(3);
}

/** Any graph of layers and merges, cycles, missing parents and equal times included. */
const anyRecords: fc.Arbitrary<CacheRecord[]> = fc
  .array(fc.record({ parents: fc.array(fc.nat(60), { maxLength: 4 }), createdAt: fc.option(fc.nat(20)) }), {
    maxLength: 60,
  })
  .map((rows) =>
    sketchRecords(rows.map(({ parents }, i): Sketch => [String(i), ...parents.map(String)])).map(
      (record, i) => ({
        ...record,
        createdAt: rows[i].createdAt ?? undefined,
      }),
    ),
  );

describe('any graph', () => {
  test('has no overlaps, tree parents at the left, every record in one node, all inside', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        expectSound(layoutOf(records));
        expectSound(openLayoutOf(records));
      }),
      { seed, numRuns: 300 },
    );
  });

  test('is laid out alike each time, and whatever order the records come in', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(), (records, shift) => {
        const turn = records.length === 0 ? 0 : shift % records.length;
        const turned = [...records.slice(turn), ...records.slice(0, turn)];
        const [first, again, other] = [layoutOf(records), layoutOf(records), layoutOf(turned)];
        expect(again).toEqual(first);
        records.forEach((record, i) => {
          expect(placeOf(other, turned.indexOf(record))).toEqual(placeOf(first, i));
        });
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe('the shape of the whole', () => {
  test.each([300, 2000, 10_000])('%i records of a cache are between 1:3 and 3:1', (count) => {
    for (const variant of [7, 8, 9]) {
      const layout = layoutOf(cacheShapedRecords(count, variant));
      expectSound(layout);
      expectGoodShape(layout);
    }
  });

  test('10,000 records with all chains open are between 1:3 and 3:1', () => {
    const layout = openLayoutOf(cacheShapedRecords(10_000, 10));
    expectSound(layout);
    expectGoodShape(layout);
  });

  test('a star of 2,000 is set in columns, not in a tower', () => {
    const star = sketchRecords([
      ['hub'],
      ...Array.from({ length: 2000 }, (_, i): Sketch => [`leaf${i}`, 'hub']),
    ]);
    const layout = layoutOf(star);
    expectSound(layout);
    expectGoodShape(layout);
  });

  test('2,000 records without parents and children fill a grid of their own', () => {
    const layout = layoutOf(sketchRecords(Array.from({ length: 2000 }, (_, i): Sketch => [`r${i}`])));
    expectSound(layout);
    expect(layout.componentCount).toBe(1);
    expect(layout.componentRoots[0]).toBe(-1);
    expectGoodShape(layout);
  });

  test('nothing has no size', () => {
    expect(layoutOf([])).toMatchObject({ nodeCount: 0, componentCount: 0, width: 0, height: 0 });
  });
});

describe('places', () => {
  test('a first child stands in the row of its parent, its siblings below in order of creation', () => {
    const layout = layoutOf(sketchRecords([['root'], ['old', 'root'], ['new', 'root'], ['leaf', 'old']]));
    const [root, old, recent, leaf] = [0, 1, 2, 3].map((record) => placeOf(layout, record));
    expect([old.y, leaf.y]).toEqual([root.y, root.y]);
    expect(recent.y).toBeGreaterThan(old.y);
    expect(recent.x).toBe(old.x);
  });

  test('a merge stands to the right of all its inputs', () => {
    const sketches: Sketch[] = [['a'], ['b'], ['b1', 'b'], ['b2', 'b1'], ['b3', 'b2'], ['merge', 'a', 'b3']];
    const layout = layoutOf(sketchRecords(sketches));
    expect(placeOf(layout, 5).x).toBeGreaterThan(placeOf(layout, 4).x);
    expect(layout.componentCount).toBe(1);
  });

  test('a diff whose lower and upper are both its parents has one link in the tree and one across', () => {
    const records = sketchRecords([['lower'], ['upper', 'lower'], ['diff']]);
    records[2] = {
      ...records[2],
      kind: 'diff',
      parents: [
        { id: 'lower', role: 'lower' },
        { id: 'upper', role: 'upper' },
      ],
    };
    const layout = layoutOf(records);
    expect([...layout.linkInTree]).toEqual([1, 0, 1]);
    expect(placeOf(layout, 2).x).toBeGreaterThan(placeOf(layout, 1).x);
  });
});

describe('chains', () => {
  test('a chain of 5,000 steps is one card between its base and its end, and opens without overlaps', () => {
    const records = sketchRecords(chainSketch(5000));
    const folded = layoutOf(records);
    expect(folded.nodeCount).toBe(3);
    expect([...folded.recordOffsets]).toEqual([0, 1, 5000, 5001]);
    const open = layoutOf(records, [folded.chainFirsts[0]]);
    expect(open.nodeCount).toBe(5001);
    expectSound(open);
  });

  test('a short chain is not folded', () => {
    expect(layoutOf(sketchRecords(chainSketch(5))).nodeCount).toBe(6);
  });

  test('each chain opens by itself', () => {
    const second = chainSketch(9).map((sketch) => sketch.map((id) => `x${id}`) as unknown as Sketch);
    const records = sketchRecords([...chainSketch(9), ...second]);
    const folded = layoutOf(records);
    expect([...folded.chainFirsts]).toEqual([1, 11]);
    expect(folded.nodeCount).toBe(6);
    expect(layoutOf(records, [11]).nodeCount).toBe(3 + 10);
    expect(layoutOf(records, [2]).nodeCount).toBe(6);
  });

  test('a ring of parents is cut open and laid out', () => {
    const ring: Sketch[] = Array.from({ length: 40 }, (_, i): Sketch => [String(i), String((i + 39) % 40)]);
    const layout = openLayoutOf(sketchRecords(ring));
    expectSound(layout);
    expect(layout.nodeCount).toBe(40);
    expect(layout.treeParents.filter((parent) => parent === -1)).toHaveLength(1);
  });
});
