import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blob, Snapshot } from '../../../src/model/inventory';
import { anyRecords } from './randomRecords';
import { diffOf, layerOn, makeIndex, makeRecord, mergeOf } from './records';

const blob = (digest: string, namespace: string): Blob => ({ digest, namespace, labels: {} });

const snapshot = (key: string, fields: Partial<Snapshot> = {}): Snapshot => ({
  key,
  namespace: 'buildkit',
  snapshotter: 'overlayfs',
  labels: {},
  ...fields,
});

describe('indexInventory', () => {
  it('finds records by id and by the id of their hidden twin', () => {
    const index = makeIndex([makeRecord({ id: 'a', twin: 't' }), makeRecord({ id: 'b' })]);
    expect(index.recordIndex('b')).toBe(1);
    expect(index.recordIndex('t')).toBe(0);
    expect(index.record('t')?.id).toBe('a');
    expect(index.record('gone')).toBeUndefined();
  });

  it('prefers a record to a twin of the same id', () => {
    const index = makeIndex([makeRecord({ id: 'a' }), makeRecord({ id: 'b', twin: 'a' })]);
    expect(index.recordIndex('a')).toBe(0);
  });

  it('has each child once, in inventory order, by links of any role', () => {
    const index = makeIndex([
      makeRecord({ id: 'layer', parents: layerOn('t') }),
      makeRecord({ id: 'a', twin: 't' }),
      makeRecord({ id: 'merge', parents: mergeOf('a', 'layer', 't') }),
      makeRecord({ id: 'diff', parents: diffOf('a', 'a') }),
    ]);
    expect([...index.children(1)]).toEqual([0, 2, 3]);
    expect([...index.children(0)]).toEqual([2]);
    expect([...index.children(3)]).toEqual([]);
  });

  it('has the children that the records name, whatever the graph', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const index = makeIndex(records);
        records.forEach(({ id }, i) => {
          const named = records.flatMap(({ parents }, child) =>
            parents.some((link) => link.id === id) ? [child] : [],
          );
          expect([...index.children(i)]).toEqual(named);
        });
      }),
      { seed: 61 },
    );
  });

  it("takes a blob from the record's own namespace, else from where it is", () => {
    const index = makeIndex([makeRecord({ id: 'a', blob: 'x' }), makeRecord({ id: 'b', blob: 'y' })], {
      blobs: [blob('x', 'other'), blob('x', 'buildkit'), blob('y', 'other')],
    });
    const [a, b] = index.inventory.records;
    expect(index.blobOf(a)?.namespace).toBe('buildkit');
    expect(index.blobOf(b)?.namespace).toBe('other');
    expect(index.blob('x')?.namespace).toBe('other');
    expect(index.blobOf(makeRecord({ id: 'c' }))).toBeUndefined();
  });

  it("takes a snapshot from the record's own snapshotter, and finds what it is stacked on", () => {
    const top = snapshot('s', { parent: 'p' });
    const below = snapshot('p');
    const index = makeIndex([makeRecord({ id: 'a', snapshotId: 's' })], {
      snapshots: [snapshot('s', { snapshotter: 'native' }), top, below, snapshot('p', { namespace: 'moby' })],
    });
    expect(index.snapshotOf(index.inventory.records[0])).toBe(top);
    expect(index.parentSnapshot(top)).toBe(below);
    expect(index.parentSnapshot(below)).toBeUndefined();
  });

  it('has the solver keys that reach a record, each once', () => {
    const result = (recordId: string) => ({ workerId: 'w', recordId });
    const keys = [
      { id: 'k1', results: [result('t'), result('a')], links: [] },
      { id: 'k2', results: [result('gone'), result('')], links: [] },
    ];
    const index = makeIndex([makeRecord({ id: 'a', twin: 't' })], { solverKeys: keys });
    expect(index.solverKeysOf(index.inventory.records[0])).toEqual([keys[0]]);
    expect(index.solverKey('k2')).toBe(keys[1]);
  });

  it('survives records of workers that are not there', () => {
    const index = makeIndex([makeRecord({ id: 'a', worker: 7, blob: 'x' })], { workers: [] });
    const [record] = index.inventory.records;
    expect(index.snapshotOf(record)).toBeUndefined();
    expect(index.blobOf(record)).toBeUndefined();
  });
});
