import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidValueError,
  readAnyAsText,
  readFlag,
  readInteger,
  readText,
  readTextList,
  readTime,
} from '../../../src/sources/buildkitRoot/storedValue';

/** Reads a stored text from the middle of a page, as values lie there. */
function from<Result>(
  read: (page: Buffer, start: number, end: number) => Result,
  stored: string | Buffer,
): Result {
  const value = Buffer.from(stored);
  const page = Buffer.concat([Buffer.from('}"12'), value, Buffer.from('3"}')]);
  return read(page, 4, 4 + value.length);
}

describe('a stored time', () => {
  it('keeps every nanosecond', () => {
    expect(from(readTime, '{"value":1704164645000000678}')).toEqual({ ms: 1704164645000, nanos: 678 });
    expect(from(readTime, '{"value":1795221105205524611}')).toEqual({ ms: 1795221105205, nanos: 524611 });
  });

  it('is rounded down to the millisecond before the epoch', () => {
    expect(from(readTime, '{"value":-1}')).toEqual({ ms: -1, nanos: 999999 });
    expect(from(readTime, '{"value":-1000000}')).toEqual({ ms: -1, nanos: 0 });
  });

  it('is absent when 0, of another type, or too large for 64 bits', () => {
    for (const value of [
      '0',
      '"1704164645000000678"',
      'null',
      '1.5',
      '1e18',
      'true',
      '9223372036854775808',
    ]) {
      expect(from(readTime, `{"value":${value}}`)).toBeUndefined();
    }
  });

  it('is the same whatever the value looks like and whatever stands beside it', () => {
    const around = fc.constantFrom(
      (digits: string) => `{"value":${digits}}`,
      (digits: string) => `{"value":${digits},"index":"some:index"}`,
      (digits: string) => `{"value":${digits},"index":"a\\"value\\":7"}`,
      (digits: string) => ` { "index" : "x" , "value" : ${digits} } `,
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), around, (value, write) => {
        const time = from(readTime, write(String(value)));
        if (value === 0n) {
          expect(time).toBeUndefined();
        } else {
          expect(BigInt(time?.ms ?? 0) * 1_000_000n + BigInt(time?.nanos ?? 0)).toBe(value);
        }
      }),
      { seed: 71, numRuns: 2000 },
    );
  });
});

describe('a stored value', () => {
  it('reads as JSON.parse reads it, from compact and from odd text', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.constant(null),
    );
    const index = fc.option(fc.string(), { nil: undefined });
    fc.assert(
      fc.property(value, index, fc.constantFrom(undefined, 1), (expected, indexText, indent) => {
        const stored = JSON.stringify({ value: expected, index: indexText }, undefined, indent);
        const isText = typeof expected === 'string' && expected !== '';
        expect(from(readText, stored)).toBe(isText ? Buffer.from(expected).toString() : undefined);
        expect(from(readFlag, stored)).toBe(expected === true);
        expect(from(readInteger, stored)).toBe(typeof expected === 'number' ? expected : undefined);
      }),
      { seed: 72, numRuns: 3000 },
    );
  });

  it('is absent when its type is another', () => {
    expect(from(readText, '{"value":5}')).toBeUndefined();
    expect(from(readInteger, '{"value":"5"}')).toBeUndefined();
    expect(from(readInteger, '{"value":5.5}')).toBeUndefined();
    expect(from(readFlag, '{"value":"true"}')).toBe(false);
    expect(from(readTextList, '{"value":["a",1]}')).toBeUndefined();
    expect(from(readText, '{}')).toBeUndefined();
    expect(from(readText, 'null')).toBeUndefined();
  });

  it('is refused when it is not JSON, however near it comes', () => {
    const broken = [
      '',
      '{"value":"a}',
      '{"value":"a"}}',
      '{"value":1704164645',
      '{"value":01}',
      '{"value":tru}',
      '{"value":"a\nb"}',
    ];
    for (const stored of [...broken, '{"value":"a","index":"b}', '{"value":5,}', '[1]', '"value"']) {
      for (const read of [readText, readInteger, readTime, readFlag, readTextList, readAnyAsText]) {
        expect(() => from<unknown>(read, stored), `${read.name} of ${stored}`).toThrow(InvalidValueError);
      }
    }
  });

  it('unescapes what Go escapes', () => {
    expect(from(readText, '{"value":"a \\u003cb\\u003e \\u0026 \\"c\\" \\n"}')).toBe('a <b> & "c" \n');
  });

  it('replaces bytes that are not UTF-8', () => {
    expect(from(readText, Buffer.from('{"value":"a\xff"}', 'latin1'))).toBe('a\ufffd');
  });
});

describe('a value of a key without a field of its own', () => {
  it('is text: strings as they are, all else as JSON with every digit', () => {
    expect(from(readAnyAsText, '{"value":"text"}')).toBe('text');
    expect(from(readAnyAsText, '{"value":{"a":[1,"b"]}}')).toBe('{"a":[1,"b"]}');
    expect(from(readAnyAsText, '{"value":9007199254740993}')).toBe('9007199254740993');
    expect(from(readAnyAsText, '{"value":1.5}')).toBe('1.5');
    expect(from(readAnyAsText, '{"value":null}')).toBeUndefined();
  });
});
