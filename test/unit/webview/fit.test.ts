import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bringIntoView, fitArea, zoomAround } from '../../../src/webview/interaction/fit';

const seed = 20_241_126;
const screen = { width: 900, height: 600 };
const length = fc.integer({ min: 1, max: 200_000 });
const place = fc.integer({ min: -5000, max: 5000 });

test('a fitted area is wholly inside the screen', () => {
  fc.assert(
    fc.property(fc.record({ x: place, y: place, width: length, height: length }), (area) => {
      const view = fitArea(area, screen, 1);
      expect(view.scale).toBeLessThanOrEqual(1);
      expect(area.x * view.scale + view.x).toBeGreaterThanOrEqual(0);
      expect(area.y * view.scale + view.y).toBeGreaterThanOrEqual(0);
      expect((area.x + area.width) * view.scale + view.x).toBeLessThanOrEqual(screen.width);
      expect((area.y + area.height) * view.scale + view.y).toBeLessThanOrEqual(screen.height);
    }),
    { seed },
  );
});

test('what is seen already does not move the view', () => {
  const view = { x: 10, y: 20, scale: 0.5 };
  expect(bringIntoView(view, { x: 100, y: 100, width: 200, height: 46 }, screen)).toEqual(view);
});

test('what is outside is brought inside, at the same scale', () => {
  fc.assert(
    fc.property(place, place, fc.double({ min: 0.05, max: 2, noNaN: true }), (x, y, scale) => {
      const view = bringIntoView({ x: 0, y: 0, scale }, { x, y, width: 200, height: 46 }, screen);
      expect(view.scale).toBe(scale);
      expect(x * scale + view.x).toBeGreaterThanOrEqual(7.9);
      expect(y * scale + view.y).toBeGreaterThanOrEqual(7.9);
      expect((x + 200) * scale + view.x).toBeLessThanOrEqual(screen.width - 7.9);
      expect((y + 46) * scale + view.y).toBeLessThanOrEqual(screen.height - 7.9);
    }),
    { seed },
  );
});

test('zooming keeps the point under the pointer where it is', () => {
  const before = { x: 30, y: -40, scale: 0.3 };
  const after = zoomAround(before, 1.2, 500, 200);
  const sceneX = (500 - before.x) / before.scale;
  const sceneY = (200 - before.y) / before.scale;
  expect(sceneX * after.scale + after.x).toBeCloseTo(500, 9);
  expect(sceneY * after.scale + after.y).toBeCloseTo(200, 9);
});
