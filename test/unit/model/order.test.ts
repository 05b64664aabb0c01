import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  creationOrder,
  idOrder,
  naturalOrder,
  ranks,
  sortedBy,
  sortedByText,
} from '../../../src/model/order';
import { makeIndex, makeRecord } from './records';

describe('sortedBy', () => {
  const anyKey = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 5e-324),
  );

  it('is the stable order of the keys with unknown ones last', () => {
    fc.assert(
      fc.property(fc.array(anyKey, { maxLength: 40 }), (list) => {
        const sorting = list.map((key, index) => ({ key: Number.isNaN(key) ? Infinity : key, index }));
        sorting.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
        const order = sortedBy(Float64Array.from(list), naturalOrder(list.length));
        expect([...order]).toEqual(sorting.map(({ index }) => index));
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it('keeps the given order of equal keys, and sorts only the indices given', () => {
    expect([...sortedBy(Float64Array.of(1, 1, 0, 9), Uint32Array.of(1, 0, 2))]).toEqual([2, 1, 0]);
  });
});

describe('sortedByText', () => {
  it('is the stable order of the texts', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('sha256:a', 'sha256:b', 'sha25', ''),
    );
    fc.assert(
      fc.property(fc.array(anyText), (texts) => {
        const expected = texts.map((text, index) => ({ text, index }));
        expected.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.index - b.index));
        expect([...sortedByText(texts)]).toEqual(expected.map(({ index }) => index));
      }),
      { seed: 22 },
    );
  });
});

describe('orders of records', () => {
  const index = makeIndex([
    makeRecord({ id: 'c', createdAt: 5, createdAtNanos: 2 }),
    makeRecord({ id: 'a' }),
    makeRecord({ id: 'b', createdAt: 5, createdAtNanos: 1 }),
    makeRecord({ id: 'e', createdAt: 4 }),
    makeRecord({ id: 'd', createdAt: 4 }),
  ]);

  it('go by creation to the nanosecond, then by id, unknown last', () => {
    expect([...creationOrder(index)]).toEqual([4, 3, 2, 0, 1]);
  });

  it('go by id', () => {
    expect([...idOrder(index)]).toEqual([1, 2, 0, 4, 3]);
  });

  it('turn into ranks', () => {
    expect([...ranks(Uint32Array.of(2, 0, 1))]).toEqual([1, 2, 0]);
  });
});
