import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../../src/model/record';
import type { sortings } from '../../../src/model/sortRecords';
import { sortRecords } from '../../../src/model/sortRecords';
import { anyRecords } from './randomRecords';
import { makeIndex, makeRecord } from './records';

function sortedIds(
  records: readonly CacheRecord[],
  sorting: (typeof sortings)[number],
  only?: readonly number[],
) {
  const order = sortRecords(makeIndex(records), sorting, only && Uint32Array.from(only));
  return Array.from(order, (i) => records[i].id).join(' ');
}

describe('sortRecords', () => {
  it('has the biggest first, unknown sizes last, ties by id', () => {
    const records = [
      makeRecord({ id: 'd' }),
      makeRecord({ id: 'c', size: 5 }),
      makeRecord({ id: 'b', size: 5 }),
      makeRecord({ id: 'a', size: 0 }),
      makeRecord({ id: 'e', size: 9 }),
    ];
    expect(sortedIds(records, 'size')).toBe('e b c a d');
    expect(sortedIds(records, 'size', [0, 1, 3])).toBe('c a d');
  });

  it('has the latest use first, to the nanosecond, and what was never used last', () => {
    const records = [
      makeRecord({ id: 'never' }),
      makeRecord({ id: 'early', lastUsedAt: 4, lastUsedAtNanos: 1 }),
      makeRecord({ id: 'late', lastUsedAt: 4, lastUsedAtNanos: 2 }),
    ];
    expect(sortedIds(records, 'lastUsed')).toBe('late early never');
  });

  it('has the newest and the most used first', () => {
    const records = [
      makeRecord({ id: 'a', createdAt: 1, usageCount: 3 }),
      makeRecord({ id: 'b', createdAt: 2, usageCount: 7 }),
      makeRecord({ id: 'c', usageCount: 0 }),
    ];
    expect(sortedIds(records, 'created')).toBe('b a c');
    expect(sortedIds(records, 'usageCount')).toBe('b a c');
  });

  it('goes by descriptions as they are shown, in any case, and those without last', () => {
    const records = [
      makeRecord({ id: 'none' }),
      makeRecord({ id: 'z', description: 'mount / from exec /bin/sh -c B' }),
      makeRecord({ id: 'y', description: 'mount / from exec b' }),
      makeRecord({ id: 'x', description: 'copy a' }),
      makeRecord({ id: 'w', description: 'WORKDIR /' }),
    ];
    expect(sortedIds(records, 'description')).toBe('x y z w none');
  });

  it('is a permutation that a comparison agrees with', () => {
    const unknownLast = (value: number | undefined) => (value === undefined ? Infinity : -value);
    const values: Record<string, (it: CacheRecord) => number> = {
      size: (it) => unknownLast(it.size),
      lastUsed: (it) => unknownLast(it.lastUsedAt),
      usageCount: (it) => unknownLast(it.usageCount),
    };
    fc.assert(
      fc.property(anyRecords, fc.constantFrom('size', 'lastUsed', 'usageCount'), (records, sorting) => {
        const valueOf = values[sorting];
        const expected = records.toSorted((a, b) => {
          const [x, y] = [valueOf(a), valueOf(b)];
          return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1;
        });
        expect(sortedIds(records, sorting)).toBe(expected.map(({ id }) => id).join(' '));
      }),
      { seed: 31 },
    );
  });
});
