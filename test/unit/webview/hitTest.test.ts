import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeAt } from '../../../src/webview/interaction/hitTest';
import { card } from '../../../src/webview/layout/geometry';
import { cacheShapedRecords } from '../../support/cacheShapedRecords';
import { layoutOf } from './support/layoutOf';

const layout = layoutOf(cacheShapedRecords(300, 11));
const view = { x: 40, y: -25, scale: 0.4 };

test('every point of a card meets its node, at any scale', () => {
  fc.assert(
    fc.property(
      fc.nat(layout.nodeCount - 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.02, max: 3, noNaN: true }),
      (node, across, down, scale) => {
        const at = { ...view, scale };
        const x = (layout.x[node] + across * card.width) * scale + at.x;
        const y = (layout.y[node] + down * card.height) * scale + at.y;
        expect(nodeAt(layout, at, x, y)).toBe(node);
      },
    ),
    { seed: 20_241_125 },
  );
});

test('a point just beside a card meets it, a point further away does not', () => {
  const left = layout.x[0] * view.scale + view.x;
  const middle = (layout.y[0] + card.height / 2) * view.scale + view.y;
  expect(nodeAt(layout, view, left - 3, middle)).toBe(0);
  expect(nodeAt(layout, view, left - 5, middle)).toBe(-1);
});

test('in an empty graph nothing is met', () => {
  expect(nodeAt(layoutOf([]), view, 0, 0)).toBe(-1);
});
