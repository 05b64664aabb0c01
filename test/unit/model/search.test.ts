import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../../src/model/record';
import { rankRecords, searchRecords } from '../../../src/model/search';
import { recordTitle } from '../../../src/model/title';
import { makeIndex, makeRecord } from './records';

const digest = (digits: string) => `sha256:${digits.repeat(16)}`;

const records = [
  makeRecord({ id: 'abc1', description: 'mount / from exec /bin/sh -c npm ci', twin: 'twin9' }),
  makeRecord({ id: 'def2', description: 'pulled from docker.io/library/Node:20', blob: digest('b10b') }),
  makeRecord({
    id: 'ghi3',
    type: 'exec.cachemount',
    snapshotId: 'snap7',
    chainId: digest('c4a1'),
    blobChainId: digest('bc4a'),
    diffId: digest('d1ff'),
  }),
  makeRecord({ id: 'sha256:ODD', description: 'İstanbul' }),
];
const index = makeIndex(records);
const found = (text: string) => searchRecords(index, text).map((i) => records[i].id);

describe('searchRecords', () => {
  it.each([
    ['an id', 'def', ['def2']],
    ['the id of a hidden twin', 'twin9', ['abc1']],
    ['a description in any case', 'LIBRARY/nODE', ['def2']],
    ['a title that is not in the description', 'run npm', ['abc1']],
    ['a type', 'cachemount', ['ghi3']],
    ['a snapshot id', 'snap7', ['ghi3']],
    ['a blob digest', 'b10bb10b', ['def2']],
    ['a whole chain ID', digest('c4a1'), ['ghi3']],
    ['a blob chain ID', 'bc4abc4a', ['ghi3']],
    ['a diff ID', 'd1ffd1ff', ['ghi3']],
    ['an id with upper-case letters', 'sha256:odd', ['sha256:ODD']],
    ['letters whose lower case is longer', 'İSTANBUL', ['sha256:ODD']],
    ['text with blanks around it', '  npm ci ', ['abc1']],
    ['text that is nowhere', 'nowhere', []],
    ['blank text', ' ', []],
  ])('finds %s', (_, text, ids) => {
    expect(found(text)).toEqual(ids);
  });

  it('takes the text as it is, not as a pattern', () => {
    expect(found('.*')).toEqual([]);
  });

  it('finds what a slow search finds', () => {
    const anyText = fc.constantFrom(
      'npm',
      'RUN',
      'n',
      'node',
      'mount',
      'c',
      '2',
      'sha256',
      ' ',
      'xec',
      'd1f',
    );
    const texts = (record: CacheRecord) => [
      ...[record.id, record.twin, record.snapshotId, record.type, record.description],
      ...[record.chainId, record.blobChainId, record.diffId, record.blob, recordTitle(record).title],
    ];
    fc.assert(
      fc.property(anyText, (text) => {
        const needle = text.trim().toLowerCase();
        const expected = records.filter(
          (record) => needle !== '' && texts(record).some((it) => it?.toLowerCase().includes(needle)),
        );
        expect(found(text)).toEqual(expected.map(({ id }) => id));
      }),
      { seed: 51 },
    );
  });
});

describe('rankRecords', () => {
  const ranked = [
    makeRecord({ id: 'other', blob: digest('cafe'), description: 'a' }),
    makeRecord({ id: 'late', description: 'copy cafe', lastUsedAt: 2 }),
    makeRecord({ id: 'early', description: 'copy cafe', lastUsedAt: 1 }),
    makeRecord({ id: 'inside', description: 'copy decafe' }),
    makeRecord({ id: 'raw', description: 'pulled from docker.io/library/cafe/node:1@sha256:1' }),
    makeRecord({ id: 'begins', description: 'CAFE' }),
    makeRecord({ id: 'cafe1' }),
    makeRecord({ id: 'none' }),
  ];
  const names = (text: string, limit = 99) =>
    rankRecords(makeIndex(ranked), text, limit).map((i) => ranked[i].id);

  it('has ids first, then titles, then words, then the rest, the last used first', () => {
    expect(names('Cafe')).toEqual(['cafe1', 'begins', 'late', 'early', 'inside', 'raw', 'other']);
  });

  it('has the last used for blank text', () => {
    expect(names(' ', 3)).toEqual(['late', 'early', 'begins']);
  });

  it('stops at the limit', () => {
    expect(names('cafe', 2)).toEqual(['cafe1', 'begins']);
  });

  it('finds the same records as a search', () => {
    const other = makeIndex(ranked);
    expect(rankRecords(other, 'cafe', 99).toSorted((a, b) => a - b)).toEqual(searchRecords(other, 'cafe'));
  });
});
