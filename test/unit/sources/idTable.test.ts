import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../../src/sources/buildkitRoot/idTable';

describe('an id table', () => {
  it('numbers ids in the order in which they are met, by text and by bytes alike', () => {
    const anyId = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: 'binary', maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(anyId, fc.boolean()), { maxLength: 60 }), (met) => {
        const table = new IdTable();
        const numbers = new Map<string, number>();
        for (const [id, isByBytes] of met) {
          const text = Buffer.from(id).toString();
          if (!numbers.has(text)) numbers.set(text, numbers.size);
          const bytes = Buffer.from(`"${id}"`);
          const number = isByBytes ? table.numberAt(bytes, 1, bytes.length - 1) : table.numberOf(text);
          expect(number).toBe(numbers.get(text));
        }
        expect(table.size).toBe(numbers.size);
        numbers.forEach((number, text) => expect(table.text(number)).toBe(text));
      }),
      { seed: 81, numRuns: 2000 },
    );
  });

  it('grows to any number of ids', () => {
    const table = new IdTable();
    const ids = Array.from({ length: 50_000 }, (_, index) => `id-${index}`);
    ids.forEach((id, index) => expect(table.numberOf(id)).toBe(index));
    ids.forEach((id, index) => expect(table.numberAt(Buffer.from(id), 0, id.length)).toBe(index));
  });
});
