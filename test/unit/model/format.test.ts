import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exactTime,
  formatAge,
  formatBytes,
  formatCount,
  formatCountOf,
  formatExactTime,
  shortDigest,
  shortId,
} from '../../../src/model/format';

describe('formatBytes', () => {
  it.each([
    [0, '0B'],
    [1, '1B'],
    [999, '999B'],
    [1000, '1kB'],
    [1234, '1.234kB'],
    [123456, '123.5kB'],
    [22153796, '22.15MB'],
    [1073741824, '1.074GB'],
    [1.5e24, '1.5YB'],
    [1e28, '10000YB'],
  ])('prints %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('keeps a value that rounds up to a thousand in its unit, as Docker does', () => {
    expect(formatBytes(999_999)).toBe('1000kB');
  });

  it('rounds exact halves to the even digit, as Go does', () => {
    expect(formatBytes(12_125)).toBe('12.12kB');
    expect(formatBytes(12_375)).toBe('12.38kB');
    expect(formatBytes(100_250)).toBe('100.2kB');
    expect(formatBytes(100_750)).toBe('100.8kB');
  });

  it('shows an en dash for unknown and impossible sizes', () => {
    expect(formatBytes(undefined)).toBe('–');
    expect(formatBytes(-1)).toBe('–');
    expect(formatBytes(Number.NaN)).toBe('–');
  });

  it('is within half of the last digit of the true size', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        const match = /^([\d.]+)(k|M|G|T|P)?B$/.exec(formatBytes(bytes));
        expect(match).not.toBeNull();
        const scale = 1000 ** ['', 'k', 'M', 'G', 'T', 'P'].indexOf(match?.[2] ?? '');
        expect(Math.abs(Number(match?.[1]) * scale - bytes)).toBeLessThanOrEqual(bytes * 0.000501);
      }),
      { seed: 11 },
    );
  });
});

describe('formatAge', () => {
  const now = Date.UTC(2026, 10, 21, 12);
  it.each([
    [0, 'just now'],
    [59_000, 'just now'],
    [60_000, '1 min ago'],
    [59 * 60_000, '59 min ago'],
    [3_600_000, '1 h ago'],
    [86_400_000 - 1, '23 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [29 * 86_400_000, '29 d ago'],
    [30 * 86_400_000, '1 mo ago'],
    [365 * 86_400_000, '1 y ago'],
    [5000 * 365 * 86_400_000, '5,000 y ago'],
  ])('shows a distance of %d ms as %s', (distance, text) => {
    expect(formatAge(now - distance, now)).toBe(text);
  });

  it('shows times ahead of the clock as such, small skew as now', () => {
    expect(formatAge(now + 30_000, now)).toBe('just now');
    expect(formatAge(now + 3 * 86_400_000, now)).toBe('in 3 d');
  });

  it('shows an en dash for unknown', () => {
    expect(formatAge(undefined, now)).toBe('–');
    expect(formatAge(Number.NaN, now)).toBe('–');
  });
});

describe('formatExactTime', () => {
  const time = Date.UTC(2026, 10, 21, 0, 23, 1, 116);
  it('has the nanoseconds', () => {
    expect(formatExactTime(time, 29_609)).toBe('2026-11-21T00:23:01.116029609Z');
  });

  it('drops zeros at the end as Go does', () => {
    expect(formatExactTime(time, 0)).toBe('2026-11-21T00:23:01.116Z');
    expect(formatExactTime(time - 116)).toBe('2026-11-21T00:23:01Z');
    expect(formatExactTime(time, 100)).toBe('2026-11-21T00:23:01.1160001Z');
  });

  it('works before 1970', () => {
    expect(formatExactTime(-1, 5)).toBe('1969-12-31T23:59:59.999000005Z');
  });

  it('is unknown outside the calendar', () => {
    expect(exactTime(9e15)).toBeUndefined();
    expect(exactTime(Number.NaN)).toBeUndefined();
    expect(exactTime(undefined)).toBeUndefined();
    expect(formatExactTime(undefined)).toBe('–');
  });
});

describe('counts and short names', () => {
  it('separates thousands', () => {
    expect(formatCount(1234567)).toBe('1,234,567');
    expect(formatCountOf(1, 'record')).toBe('1 record');
    expect(formatCountOf(1204, 'record')).toBe('1,204 records');
    expect(formatCountOf(0, 'child', 'children')).toBe('0 children');
  });

  it('shortens ids to 12 characters and digests to eight of their digits', () => {
    const digest = `sha256:${'1234abcd'.repeat(8)}`;
    expect(shortId('e71s00dd6n4yj8gnkob8wnqh4')).toBe('e71s00dd6n4y');
    expect(shortId(digest)).toBe('sha256:1234abcd…');
    expect(shortDigest(digest)).toBe('sha256:1234abcd…');
  });

  it('shows what is no digest by its beginning', () => {
    expect(shortDigest('not a digest')).toBe('not a digest');
    expect(shortDigest('x'.repeat(100))).toBe(`${'x'.repeat(19)}…`);
    expect(shortDigest('')).toBe('');
  });
});
