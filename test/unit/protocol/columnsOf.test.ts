import { expect, test } from 'vitest';
import { indexInventory } from '../../../src/model/inventoryIndex';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { columnsOf } from '../../../src/protocol/columnsOf';
import { recordFlag, type StringTable } from '../../../src/protocol/graphColumns';
import { parseHostMessage } from '../../../src/protocol/parseMessages';
import { decodeString } from '../../../src/protocol/stringTable';

function record(id: string, facts: Partial<CacheRecord> = {}): CacheRecord {
  return {
    id,
    kind: 'base',
    type: 'regular',
    description: `pulled from docker.io/library/${id}`,
    parents: [],
    mutable: false,
    usageCount: 0,
    snapshotId: id,
    retained: false,
    deleted: false,
    imageRefs: [],
    leases: [],
    worker: 0,
    ...facts,
  };
}

function columns(...records: CacheRecord[]) {
  const inventory: Inventory = {
    source: { kind: 'buildkitRoot', label: 'c', location: '/c', layout: 'BuildKit root' },
    takenAt: 0,
    complete: true,
    workers: [{ name: '' }],
    records,
    leases: [],
    blobs: [],
    snapshots: [],
    solverKeys: [],
    builds: [],
    notes: [],
  };
  return columnsOf(indexInventory(inventory));
}

function strings(table: StringTable): string[] {
  return Array.from({ length: table.offsets.length - 1 }, (_, i) => decodeString(table, i));
}

test('each column tells of the records in inventory order', () => {
  const result = columns(
    record('node', { size: 1000, createdAt: 5, usageCount: 3 }),
    record('npm', {
      kind: 'layer',
      type: 'exec.cachemount',
      description: 'mount / from exec /bin/sh -c npm ci',
      parents: [{ id: 'node', role: 'layer' }],
      lastUsedAt: 7,
    }),
  );
  expect(strings(result.ids)).toEqual(['node', 'npm']);
  expect(strings(result.titles)).toEqual(['FROM node', 'RUN npm ci']);
  expect(strings(result.subtitles)[0]).toBe('docker.io/library');
  expect([...result.kinds]).toEqual([0, 1]);
  expect([...result.types].map((code) => result.typeNames[code])).toEqual(['regular', 'exec.cachemount']);
  expect([...result.usageCounts]).toEqual([3, 0]);
  expect([...result.primaryParents]).toEqual([-1, 0]);
});

test('the order is by creation, also below the millisecond', () => {
  const result = columns(
    record('last'),
    record('second', { createdAt: 5, createdAtNanos: 8 }),
    record('first', { createdAt: 5, createdAtNanos: 7 }),
  );
  expect([...result.creationOrder]).toEqual([2, 1, 0]);
});

test('a cycle of parents leaves the graph with a root', () => {
  const result = columns(
    record('a', { kind: 'layer', createdAt: 1, parents: [{ id: 'b', role: 'layer' }] }),
    record('b', { kind: 'layer', createdAt: 2, parents: [{ id: 'a', role: 'layer' }] }),
  );
  expect([...result.primaryParents]).toEqual([-1, 0]);
  expect(result.linkParents).toHaveLength(2);
});

test('what is unknown is NaN, never a number', () => {
  const result = columns(record('a'));
  expect(result.sizes[0]).toBeNaN();
  expect(result.createdAt[0]).toBeNaN();
  expect(result.lastUsedAt[0]).toBeNaN();
});

test('each fact has its flag; what is unknown or true of every record has none', () => {
  const result = columns(
    record('all', {
      mutable: true,
      shared: true,
      lazy: true,
      inUse: true,
      leases: ['l'],
      retained: true,
      dropsAtStart: 'blobMissing',
    }),
    record('lazy', { lazy: true }),
    record('none'),
    record('own', { twin: 'half', leases: ['own', 'half', 'own-view'], retained: true }),
  );
  expect([...result.flags]).toEqual([127, recordFlag.lazy, 0, 0]);
});

test('a merge is placed by its first input that is there, a diff by its upper', () => {
  const result = columns(
    record('a'),
    record('b'),
    record('merge', {
      kind: 'merge',
      parents: [
        { id: 'gone', role: 'merge', position: 0 },
        { id: 'b', role: 'merge', position: 2 },
        { id: 'a', role: 'merge', position: 1 },
      ],
    }),
    record('diff', {
      kind: 'diff',
      parents: [
        { id: 'a', role: 'lower' },
        { id: 'b', role: 'upper' },
      ],
    }),
    record('all removed', { kind: 'diff', parents: [{ id: 'a', role: 'lower' }] }),
  );
  expect([...result.primaryParents]).toEqual([-1, -1, 0, 1, 0]);
  expect([...result.linkParents]).toEqual([1, 0, 0, 1, 0]);
  expect([...result.linkChildren]).toEqual([2, 2, 3, 3, 4]);
  expect([...result.linkRoles]).toEqual([1, 1, 2, 3, 2]);
  expect([...result.linkPositions]).toEqual([2, 1, 0, 0, 0]);
});

test('a parent named by its hidden twin is the mutable record', () => {
  const result = columns(
    record('mutable', { mutable: true, twin: 'hidden' }),
    record('child', { kind: 'layer', parents: [{ id: 'hidden', role: 'layer' }] }),
  );
  expect([...result.primaryParents]).toEqual([-1, 0]);
});

test('more types than codes share the last code under one name', () => {
  const result = columns(...Array.from({ length: 300 }, (_, i) => record(`r${i}`, { type: `type ${i}` })));
  expect(result.typeNames).toHaveLength(256);
  expect(result.typeNames[result.types[254]]).toBe('type 254');
  expect(result.typeNames[result.types[255]]).toBe('other types');
  expect(result.typeNames[result.types[299]]).toBe('other types');
});

test('what goes out is what the page accepts', () => {
  const cache = { id: 'c', label: 'c', location: '/c' };
  for (const graph of [
    columns(),
    columns(record('a'), record('b', { kind: 'layer', parents: [{ id: 'a', role: 'layer' }] })),
  ]) {
    const message = { type: 'graph', revision: 1, cache, columns: graph, takenAt: 0, notes: [] };
    expect(parseHostMessage(structuredClone(message))).toEqual({ ok: true, value: message });
  }
});
