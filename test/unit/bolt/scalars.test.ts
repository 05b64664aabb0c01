import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGoTime } from '../../../src/bolt/goTime';
import { readUvarint, readUvarintAt, readVarint } from '../../../src/bolt/varint';

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

/** Unsigned LEB128 in the plainest way: seven bits at a time, the lowest first. */
function toUvarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

describe('signed varints', () => {
  it('reads what Go writes', () => {
    expect(readVarint(hex('808001'))).toBe(8192n);
    expect(readVarint(hex('c801'))).toBe(100n);
    expect(readVarint(hex('01'))).toBe(-1n);
    expect(readVarint(hex('00'))).toBe(0n);
    expect(readVarint(hex('ffffffffffffffffff01'))).toBe(-(2n ** 63n));
    expect(readVarint(hex('feffffffffffffffff01'))).toBe(2n ** 63n - 1n);
  });

  it('reads every number back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const zigZag = value >= 0n ? value * 2n : -value * 2n - 1n;
        expect(readVarint(toUvarint(zigZag))).toBe(value);
      }),
      { seed: 51 },
    );
  });
});

describe('unsigned varints', () => {
  it('reads every number back, and where it ends', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.uint8Array({ maxLength: 4 }),
        (value, rest) => {
          const bytes = toUvarint(value);
          expect(readUvarint(bytes)).toBe(value);
          expect(readUvarintAt(Buffer.concat([rest, bytes, rest]), rest.length)).toEqual({
            value,
            end: rest.length + bytes.length,
          });
        },
      ),
      { seed: 52 },
    );
  });

  it('reads the key of a parent link: two numbers with a zero byte between', () => {
    const key = hex('030007');
    const parent = readUvarintAt(key, 0);
    expect(parent).toEqual({ value: 3n, end: 1 });
    expect(readUvarintAt(key, 2)).toEqual({ value: 7n, end: 3 });
  });

  it.each([
    ['nothing', ''],
    ['a number that is cut', '8080'],
    ['bytes behind the number', '0100'],
    ['more than 64 bits', 'ffffffffffffffffff02'],
    ['a number without end', 'ffffffffffffffffffffffff'],
  ])('does not guess at %s', (_, digits) => {
    expect(readUvarint(hex(digits))).toBeUndefined();
    expect(readVarint(hex(digits))).toBeUndefined();
  });
});

describe('Go times', () => {
  it('reads a UTC time to the nanosecond', () => {
    expect(readGoTime(hex('010000000edd257425000002a6ffff'))).toEqual({
      ms: Date.parse('2024-01-02T03:04:05Z'),
      nanos: 678,
    });
  });

  it('reads milliseconds and what is beyond them apart', () => {
    const bytes = hex('010000000edd257425000002a6ffff');
    bytes.writeInt32BE(123_456_789, 9);
    expect(readGoTime(bytes)).toEqual({ ms: Date.parse('2024-01-02T03:04:05.123Z'), nanos: 456_789 });
  });

  it('reads the same moment whatever the zone, in either version', () => {
    const utc = readGoTime(hex('010000000edd257425000002a6ffff'));
    expect(readGoTime(hex('010000000edd257425000002a6003c'))).toEqual(utc);
    expect(readGoTime(hex('020000000edd257425000002a6003c1e'))).toEqual(utc);
  });

  it('reads times before 1970, counting nanoseconds forwards', () => {
    const bytes = Buffer.alloc(15);
    bytes[0] = 1;
    bytes.writeBigInt64BE(62_135_596_800n - 1n, 1);
    bytes.writeInt32BE(999_999_999, 9);
    expect(readGoTime(bytes)).toEqual({ ms: -1, nanos: 999_999 });
  });

  it.each([
    ['nothing', ''],
    ['an unknown version', '030000000edd257425000002a6ffff'],
    ['a time that is cut', '010000000edd257425000002a6ff'],
    ['a byte too many', '010000000edd257425000002a6ffff00'],
    ['nanoseconds over a second', '010000000edd2574253b9aca00ffff'],
    ['negative nanoseconds', '010000000edd257425ffffffffffff'],
    ['a moment beyond exact milliseconds', '017fffffffffffffff000002a6ffff'],
  ])('does not guess at %s', (_, digits) => {
    expect(readGoTime(hex(digits))).toBeUndefined();
  });
});
