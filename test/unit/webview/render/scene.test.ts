import { expect, test } from 'vitest';
import type { CacheRecord } from '../../../../src/model/record';
import { recordFlag } from '../../../../src/protocol/graphColumns';
import { Graph } from '../../../../src/webview/graph';
import { neighbours } from '../../../../src/webview/render/nodeLinks';
import { cardSubtitle, cardTitle, componentName, makeScene } from '../../../../src/webview/render/scene';
import { selectionWords } from '../../../../src/webview/selectionWords';
import { columnsOfRecords, layoutOf, sketchRecords, type Sketch } from '../support/layoutOf';

const chain: Sketch[] = Array.from({ length: 9 }, (_, i): Sketch =>
  i === 0 ? ['0'] : [String(i), String(i - 1)],
);

function sceneOf(records: readonly CacheRecord[], expanded: readonly number[] = []) {
  return makeScene(new Graph(columnsOfRecords(records)), layoutOf(records, expanded));
}

function withFacts(
  records: CacheRecord[],
  facts: Readonly<Record<number, Partial<CacheRecord>>>,
): CacheRecord[] {
  return records.map((record, i) => ({ ...record, ...facts[i] }));
}

test('a folded chain shows the sum of its steps, and says which sizes it leaves out', () => {
  const records = withFacts(sketchRecords(chain), { 2: { size: undefined }, 3: { size: 2e6 } });
  const scene = sceneOf(records);
  expect(cardTitle(scene, 1)).toBe('7 steps, 2.005MB + 1 unknown');
  expect(cardSubtitle(scene, 1)).toBe('1 … 7');
});

test('a chain of which no size is known shows no number', () => {
  const records = sketchRecords(chain).map((record) => ({ ...record, size: undefined }));
  expect(cardTitle(sceneOf(records), 1)).toBe('7 steps, –');
});

test('a folded chain shows what must not be missed of its steps, and nothing else', () => {
  const records = withFacts(sketchRecords(chain), {
    3: { inUse: true, mutable: true },
    5: { dropsAtStart: 'blobMissing' },
  });
  expect(sceneOf(records).flags[1]).toBe(recordFlag.inUse | recordFlag.drops);
});

test('size bars grow with the logarithm; unknown and empty have none', () => {
  const records = withFacts(sketchRecords([['a'], ['b'], ['c'], ['d'], ['e']]), {
    0: { size: 1e5 },
    1: { size: 1e7 },
    2: { size: 1e8 },
    3: { size: undefined },
    4: { size: 0 },
  });
  const scene = sceneOf(records);
  const bars = [0, 1, 2, 3, 4].map((record) => scene.barLengths[scene.layout.nodeOfRecord[record]]);
  expect(bars[0]).toBeCloseTo(0.4, 5);
  expect(bars[1]).toBeCloseTo(0.8, 5);
  expect(bars.slice(2)).toEqual([1, 0, 0]);
});

test('a component is named by the base on which most of it stands', () => {
  const scene = sceneOf(sketchRecords([['small'], ['large'], ['on', 'large'], ['merge', 'on', 'small']]));
  expect(componentName(scene, 0)).toBe('large · 4 records · 4kB');
});

test('records on their own are one component without a base', () => {
  expect(componentName(sceneOf(sketchRecords([['a'], ['b'], ['c']])), 0)).toBe('3 on their own · 3kB');
});

test('the neighbours of a card are its parents and children of every role', () => {
  const scene = sceneOf(sketchRecords([['a'], ['b'], ['c', 'a'], ['m', 'c', 'b'], ['far', 'm']]));
  const nodes = (...records: number[]) => new Set(records.map((record) => scene.layout.nodeOfRecord[record]));
  expect(neighbours(scene.links, scene.layout, scene.layout.nodeOfRecord[3])).toEqual(nodes(3, 2, 1, 4));
});

test('a record is spoken as one sentence', () => {
  const records = withFacts(sketchRecords(chain), { 4: { mutable: true, size: undefined } });
  expect(selectionWords(sceneOf(records), 4)).toBe(
    '4, layer, regular, size unknown, mutable, in a folded chain of 7 steps, 1 parent, 1 child',
  );
  expect(selectionWords(sceneOf(records, [1]), 0)).toBe('0, base, regular, 1kB, 0 parents, 1 child');
});
