import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortings } from '../../../src/model/sortRecords';
import type { CacheRecord } from '../../../src/model/record';
import { type Grouping, groupings, groupRecords } from '../../../src/model/tree';
import { anyRecords } from './randomRecords';
import { layerOn, makeIndex, makeRecord } from './records';

function groups(records: readonly CacheRecord[], grouping: Grouping): string[] {
  return groupRecords(makeIndex(records), grouping, 'size').map(
    ({ label, count, bytes, unknownSizes, records: members }) =>
      `${label}: ${count}, ${bytes}B, ${unknownSizes} unknown: ${Array.from(members, (i) => records[i].id).join(' ')}`,
  );
}

describe('groupRecords', () => {
  const records = [
    makeRecord({ id: 'node', description: 'pulled from docker.io/library/node:20', size: 2e9 }),
    makeRecord({ id: 'npm', description: 'mount / from exec npm ci', size: 3e8, parents: layerOn('node') }),
    makeRecord({ id: 'build', description: 'mount / from exec make', parents: layerOn('npm') }),
    makeRecord({ id: 'context', type: 'source.local', description: 'local source for context', size: 10 }),
    makeRecord({ id: 'empty', size: 0, parents: layerOn('gone') }),
  ];

  it('by type has the biggest type first', () => {
    expect(groups(records, 'type')).toEqual([
      'Regular: 4, 2300000000B, 1 unknown: node npm empty build',
      'Local sources: 1, 10B, 0 unknown: context',
    ]);
  });

  it('by base has a group for each record that others stand on, and one for those on their own', () => {
    expect(groups(records, 'base')).toEqual([
      'FROM node:20: 3, 2300000000B, 1 unknown: node npm build',
      'Records on their own: 2, 10B, 0 unknown: context empty',
    ]);
  });

  it('by size has bands from the biggest down', () => {
    expect(groups(records, 'size')).toEqual([
      '1GB and more: 1, 2000000000B, 0 unknown: node',
      '100MB to 1GB: 1, 300000000B, 0 unknown: npm',
      'Under 1MB: 1, 10B, 0 unknown: context',
      'Empty: 1, 0B, 0 unknown: empty',
      'Size unknown: 1, 0B, 1 unknown: build',
    ]);
  });

  it('flat is one group', () => {
    expect(groups(records, 'flat')).toEqual([
      'All records: 5, 2300000010B, 1 unknown: node npm context empty build',
    ]);
  });

  it('has no groups without records', () => {
    for (const grouping of groupings) expect(groups([], grouping)).toEqual([]);
  });

  it('keeps the last group of records on their own last, even when it is the biggest', () => {
    const alone = makeRecord({ id: 'alone', size: 9e9 });
    expect(groups([alone, ...records], 'base').at(-1)).toMatch(/^Records on their own: 3/);
  });

  it('names a type it does not know as BuildKit wrote it', () => {
    expect(groups([makeRecord({ id: 'a', type: 'new.kind' })], 'type')).toEqual([
      'new.kind: 1, 0B, 1 unknown: a',
    ]);
  });

  it('puts every record into exactly one group, with right counts and sums', () => {
    const anyGrouping = fc.constantFrom(...groupings);
    fc.assert(
      fc.property(anyRecords, anyGrouping, fc.constantFrom(...sortings), (list, grouping, sorting) => {
        const made = groupRecords(makeIndex(list), grouping, sorting);
        const members = made.flatMap((group) => [...group.records]);
        expect(members.toSorted((a, b) => a - b)).toEqual(list.map((_, i) => i));
        expect(new Set(made.map(({ key }) => key)).size).toBe(made.length);
        for (const group of made) {
          const inside = Array.from(group.records, (i) => list[i]);
          expect(group.count).toBe(inside.length);
          expect(group.bytes).toBe(inside.reduce((sum, { size }) => sum + (size ?? 0), 0));
          expect(group.unknownSizes).toBe(inside.filter(({ size }) => size === undefined).length);
        }
      }),
      { seed: 32 },
    );
  });
});
