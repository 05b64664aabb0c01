import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walk, type Step } from '../../../src/webview/interaction/navigation';
import { cacheShapedRecords } from '../../support/cacheShapedRecords';
import { layoutOf, sketchRecords } from './support/layoutOf';

// first ─┬─ older ── grandchild
//        └─ newer
// second
const layout = layoutOf(
  sketchRecords([['first'], ['older', 'first'], ['grandchild', 'older'], ['newer', 'first'], ['second']]),
);
const [first, older, grandchild, newer, second] = [0, 1, 2, 3, 4].map(
  (record) => layout.nodeOfRecord[record],
);

test.each<[step: Step, from: number, to: number]>([
  ['parent', grandchild, older],
  ['parent', first, first],
  ['child', first, older],
  ['child', grandchild, grandchild],
  ['child', second, second],
  ['next', older, newer],
  ['next', newer, newer],
  ['next', first, second],
  ['next', grandchild, grandchild],
  ['previous', newer, older],
  ['previous', older, older],
  ['previous', second, first],
  ['firstRoot', newer, first],
  ['lastRoot', first, second],
])('%s leads from node %i to node %i', (step, from, to) => {
  expect(walk(layout, from, step)).toBe(to);
});

test('from nowhere every step leads to a root', () => {
  expect(walk(layout, -1, 'child')).toBe(first);
  expect(walk(layout, -1, 'previous')).toBe(first);
  expect(walk(layout, -1, 'lastRoot')).toBe(second);
});

test('in an empty graph there is nowhere to go', () => {
  expect(walk(layoutOf([]), -1, 'next')).toBe(-1);
});

test('siblings are those with the same parent, in order; every step back undoes a step forth', () => {
  const large = layoutOf(cacheShapedRecords(600, 4));
  const siblingsOf = (node: number) =>
    Array.from(large.treeParents.keys()).filter(
      (other) => large.treeParents[other] === large.treeParents[node],
    );
  fc.assert(
    fc.property(fc.nat(large.nodeCount - 1), (node) => {
      const siblings = siblingsOf(node);
      const place = siblings.indexOf(node);
      expect(walk(large, node, 'next')).toBe(siblings[place + 1] ?? node);
      expect(walk(large, node, 'previous')).toBe(siblings[place - 1] ?? node);
      const child = walk(large, node, 'child');
      if (child !== node) expect(walk(large, child, 'parent')).toBe(node);
    }),
    { seed: 20_241_124, numRuns: 300 },
  );
});
