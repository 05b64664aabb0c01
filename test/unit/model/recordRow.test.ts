import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../../src/model/record';
import { iconOf, marksOf, recordRow } from '../../../src/model/recordRow';
import { layerOn, makeIndex, makeRecord } from './records';

const now = Date.UTC(2026, 10, 21, 12);
const day = 86_400_000;

function rowOf(fields: Partial<CacheRecord>) {
  return recordRow(makeIndex([makeRecord({ id: 'e71s00dd6n4yj8gnkob8wnqh4', ...fields })]), 0, now);
}

describe('recordRow', () => {
  const used = rowOf({
    description: '[build 3/7] RUN npm ci',
    parents: layerOn('p'),
    size: 1_200_000_000,
    createdAt: now - 40 * day,
    lastUsedAt: now - 3 * day,
    lastUsedAtNanos: 7,
    usageCount: 17,
    mutable: true,
    leases: ['l'],
  });

  it('has title, size, last use and count', () => {
    expect(used.title).toBe('RUN npm ci');
    expect(used.subtitle).toBe('build 3/7');
    expect(used.description).toBe('1.2GB · 3 d ago · ×17');
  });

  it('reads as a sentence', () => {
    expect(used.accessibleLabel).toBe(
      'RUN npm ci, build 3/7, layer, 1.2GB, used 17 times, last 3 days ago, mutable, held by 1 lease',
    );
  });

  it('has a table for the tooltip', () => {
    expect(used.tooltip).toEqual([
      { label: 'Description', value: '[build 3/7] RUN npm ci' },
      { label: 'Kind', value: 'layer' },
      { label: 'Size', value: '1.2GB (1,200,000,000 bytes)' },
      { label: 'Last used', value: '3 d ago (2026-11-18T12:00:00.000000007Z)' },
      { label: 'Used', value: '17 times' },
      { label: 'Created', value: '1 mo ago (2026-10-12T12:00:00Z)' },
      { label: 'State', value: 'mutable, held by 1 lease' },
      { label: 'Children', value: '0' },
      { label: 'ID', value: 'e71s00dd6n4yj8gnkob8wnqh4' },
    ]);
  });

  it('says what is unknown and what never was', () => {
    const row = rowOf({ sizeUnknown: 'not computed yet', type: 'exec.cachemount' });
    expect(row.description).toBe('– · never used');
    expect(row.accessibleLabel).toBe(
      '(no description), e71s00dd6n4y, base record, cache mount, size unknown, never used',
    );
    const values = new Map(row.tooltip.map(({ label, value }) => [label, value]));
    expect(values.get('Size')).toBe('unknown: not computed yet');
    expect(values.get('Last used')).toBe('never');
    expect(values.get('Created')).toBe('unknown');
    expect(values.has('State')).toBe(false);
  });

  it('does not take a use without a time for none', () => {
    const row = rowOf({ usageCount: 2 });
    expect(row.description).toBe('– · – · ×2');
    expect(row.tooltip).toContainEqual({ label: 'Last used', value: 'unknown' });
  });

  it('keeps the tooltip short', () => {
    const [line] = rowOf({ description: 'word '.repeat(200_000) }).tooltip;
    expect(line.value.length).toBeLessThanOrEqual(500);
    expect(line.value.endsWith('…')).toBe(true);
  });
});

describe('marksOf', () => {
  it('has a sign and a word for each state that is known', () => {
    const record = makeRecord({
      id: 'a',
      dropsAtStart: 'blobMissing',
      inUse: true,
      mutable: true,
      shared: true,
      lazy: true,
      leases: ['x', 'y'],
    });
    const marks = marksOf(record);
    expect(marks.map(({ name }) => name)).toEqual(['drops', 'inUse', 'mutable', 'shared', 'lazy', 'leased']);
    expect(marks.at(-1)?.word).toBe('held by 2 leases');
    expect(new Set(marks.map(({ sign }) => sign)).size).toBe(marks.length);
  });

  it('has none for facts that are unknown', () => {
    expect(marksOf(makeRecord({ id: 'a' }))).toEqual([]);
  });
});

describe('iconOf', () => {
  it.each([
    ['regular', 'base'],
    ['frontend', 'frontend'],
    ['internal', 'internal'],
    ['source.local', 'localSource'],
    ['source.git.checkout', 'gitCheckout'],
    ['exec.cachemount', 'cacheMount'],
    ['of.tomorrow', 'unknownType'],
  ])('of type %s is %s', (type, icon) => {
    expect(iconOf(makeRecord({ id: 'a', type }))).toBe(icon);
  });

  it('of regular records is their kind', () => {
    expect(iconOf(makeRecord({ id: 'a', parents: layerOn('b') }))).toBe('layer');
  });
});
