import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeString, encodeStrings } from '../../../src/protocol/stringTable';

test('every string comes back as it went in, whatever its characters', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (strings) => {
      const table = encodeStrings(strings);
      expect(strings.map((_, i) => decodeString(table, i))).toEqual(strings);
    }),
    { seed: 20_241_121 },
  );
});

test('the buffer holds exactly the bytes of the strings', () => {
  const table = encodeStrings(['a', '', '東京', 'FROM node:20']);
  expect(table.bytes.buffer.byteLength).toBe(1 + 6 + 12);
  expect([...table.offsets]).toEqual([0, 1, 1, 7, 19]);
});

test('an index outside of the table gives the empty string', () => {
  const table = encodeStrings(['a', 'b']);
  expect(decodeString(table, 2)).toBe('');
  expect(decodeString(encodeStrings([]), 0)).toBe('');
});
