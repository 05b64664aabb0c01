import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Box } from '../../../../src/webview/render/cardShape';
import { placeNames } from '../../../../src/webview/render/componentNames';
import { card } from '../../../../src/webview/layout/geometry';
import { cacheShapedRecords } from '../../../support/cacheShapedRecords';
import { layoutOf } from '../support/layoutOf';

const seed = 20_241_128;
const layouts = [40, 300, 2000].map((count) => layoutOf(cacheShapedRecords(count, count)));
const anyView = fc.record({
  x: fc.integer({ min: -3000, max: 1000 }),
  y: fc.integer({ min: -3000, max: 1000 }),
  scale: fc.double({ min: 0.01, max: 3, noNaN: true }),
});

function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}

test('names overlap each other at no zoom', () => {
  fc.assert(
    fc.property(fc.constantFrom(...layouts), anyView, (layout, view) => {
      const places = placeNames(layout, view, 1280, 800);
      places.forEach((a, i) => {
        for (const b of places.slice(0, i)) expect(overlap(a.box, b.box)).toBe(false);
      });
    }),
    { seed, numRuns: 300 },
  );
});

test('a name above its component lies upon no card', () => {
  fc.assert(
    fc.property(fc.constantFrom(...layouts), anyView, (layout, view) => {
      for (const { box, upon } of placeNames(layout, view, 1280, 800)) {
        if (upon) continue;
        for (let node = 0; node < layout.nodeCount; node++) {
          const shown = {
            left: layout.x[node] * view.scale + view.x,
            top: layout.y[node] * view.scale + view.y + 2,
            width: card.width * view.scale,
            height: card.height * view.scale,
          };
          expect(overlap(box, shown)).toBe(false);
        }
      }
    }),
    { seed, numRuns: 100 },
  );
});

test('components that are off the screen have no names', () => {
  expect(placeNames(layouts[1], { x: -1e6, y: 0, scale: 1 }, 1280, 800)).toEqual([]);
});
