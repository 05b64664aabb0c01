import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstWindow,
  grownWindow,
  windowStep,
  windowWith,
  type ListWindow,
} from '../../../src/host/listWindow';

describe('the window on a long list', () => {
  it('grows at either end by one step, and not before the beginning', () => {
    expect(grownWindow(firstWindow, 'later')).toEqual({ start: 0, end: 2 * windowStep });
    expect(grownWindow({ start: 100, end: 600 }, 'earlier')).toEqual({ start: 0, end: 600 });
  });

  it('stays the same object when the row is in it', () => {
    expect(windowWith(firstWindow, windowStep - 1)).toBe(firstWindow);
  });

  it('grows for a row close behind it, and moves for one far away', () => {
    expect(windowWith(firstWindow, windowStep)).toEqual({ start: 0, end: 2 * windowStep });
    expect(windowWith(firstWindow, 70_000)).toEqual({ start: 69_750, end: 70_250 });
  });

  it('always holds the row that was asked for, and at most one step more than before', () => {
    const window = fc
      .tuple(fc.nat(200_000), fc.integer({ min: 1, max: 5000 }))
      .map(([start, length]): ListWindow => ({ start, end: start + length }));
    fc.assert(
      fc.property(window, fc.nat(200_000), (before, position) => {
        const { start, end } = windowWith(before, position);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(position).toBeGreaterThanOrEqual(start);
        expect(position).toBeLessThan(end);
        expect(end - start).toBeLessThanOrEqual(before.end - before.start + windowStep);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
