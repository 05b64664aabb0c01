import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packInStrip, type Box, type Packed } from '../../../../src/webview/layout/pack';

const gap = { x: 48, y: 20 };
const anyBoxes = fc.array(
  fc.record({ width: fc.integer({ min: 1, max: 900 }), height: fc.integer({ min: 1, max: 700 }) }),
  { maxLength: 40 },
);

/** Whether two boxes come nearer to each other than the gap. */
function tooNear(boxes: readonly Box[], { x, y }: Packed, a: number, b: number): boolean {
  const besideX = x[a] + boxes[a].width + gap.x <= x[b] || x[b] + boxes[b].width + gap.x <= x[a];
  const besideY = y[a] + boxes[a].height + gap.y <= y[b] || y[b] + boxes[b].height + gap.y <= y[a];
  return !besideX && !besideY;
}

test('packed boxes keep the gap between them and stay within the size that is told', () => {
  fc.assert(
    fc.property(anyBoxes, fc.integer({ min: 50, max: 2000 }), (boxes, limit) => {
      const packed = packInStrip(boxes, limit, gap);
      boxes.forEach((box, a) => {
        for (let b = 0; b < a; b++) expect(tooNear(boxes, packed, a, b)).toBe(false);
        expect(packed.x[a]).toBeGreaterThanOrEqual(0);
        expect(packed.y[a]).toBeGreaterThanOrEqual(0);
        expect(packed.x[a] + box.width).toBeLessThanOrEqual(packed.width);
        expect(packed.y[a] + box.height).toBeLessThanOrEqual(packed.height);
      });
      expect(packed.height).toBeLessThanOrEqual(Math.max(limit, ...boxes.map(({ height }) => height)));
    }),
    { seed: 20_241_127, numRuns: 300 },
  );
});

test('boxes of one size fill columns from top to bottom, in their order', () => {
  const boxes = Array.from({ length: 5 }, () => ({ width: 100, height: 40 }));
  const { x, y } = packInStrip(boxes, 100, gap);
  expect([...x]).toEqual([0, 0, 148, 148, 296]);
  expect([...y]).toEqual([0, 60, 0, 60, 0]);
});

test('a low box slips into the free space beside a high one', () => {
  const boxes = [
    { width: 300, height: 40 },
    { width: 100, height: 40 },
    { width: 90, height: 40 },
  ];
  const { x, y } = packInStrip(boxes, 100, gap);
  expect([x[1], y[1]]).toEqual([0, 60]);
  expect([x[2], y[2]]).toEqual([148, 60]);
});
