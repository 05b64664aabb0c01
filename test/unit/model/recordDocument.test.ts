import { describe, expect, it } from 'vitest';
import { recordDocument } from '../../../src/model/recordDocument';
import type { Snapshot } from '../../../src/model/inventory';
import { layerOn, makeIndex, makeRecord } from './records';

const snapshotOf = (key: string, parent?: string): Snapshot => ({
  key,
  namespace: 'buildkit',
  snapshotter: 'overlayfs',
  parent,
  kind: 'committed',
  labels: {},
});

describe('recordDocument', () => {
  const record = makeRecord({
    id: 'a',
    twin: 't',
    description: '<b>"quoted"</b>',
    snapshotId: 's2',
    blob: 'sha256:b',
    leases: ['a', 'gone'],
  });
  const index = makeIndex([record, makeRecord({ id: 'child', parents: layerOn('a') })], {
    leases: [
      {
        id: 'a',
        namespace: 'buildkit',
        createdAt: 1000,
        labels: {},
        resources: [{ kind: 'content', id: 'sha256:b' }],
      },
    ],
    blobs: [
      { digest: 'sha256:b', namespace: 'buildkit_history', labels: {}, present: false },
      { digest: 'sha256:b', namespace: 'buildkit', size: 7, labels: {}, present: true },
    ],
    snapshots: [snapshotOf('s1', 's2'), snapshotOf('s2', 's1')],
    solverKeys: [
      {
        id: 'k',
        links: [],
        results: [
          { workerId: 'w', recordId: 't' },
          { workerId: 'w', recordId: 'other' },
        ],
      },
    ],
  });
  const document: unknown = JSON.parse(recordDocument(index, record));

  it('has the record and the records that stand on it', () => {
    expect(document).toMatchObject({
      record: { id: 'a', description: '<b>"quoted"</b>' },
      children: ['child'],
    });
  });

  it('resolves leases, and says which are missing', () => {
    expect(document).toMatchObject({
      leases: [
        { id: 'a', createdAtExact: '1970-01-01T00:00:01Z', resources: [{ kind: 'content', id: 'sha256:b' }] },
        { id: 'gone', missing: true },
      ],
    });
  });

  it("takes the blob of the record's own namespace", () => {
    expect(document).toMatchObject({ blob: { digest: 'sha256:b', size: 7, present: true } });
  });

  it('follows the snapshots down, even in a circle', () => {
    expect(document).toMatchObject({ snapshots: [{ key: 's2' }, { key: 's1' }] });
  });

  it('has the solver keys of both halves of a pair', () => {
    expect(document).toMatchObject({ solverKeys: [{ id: 'k', results: [{ recordId: 't' }] }] });
  });

  it('leaves out what could not be read', () => {
    const bare = makeRecord({ id: 'x' });
    expect(JSON.parse(recordDocument(makeIndex([bare], { workers: [] }), bare))).toEqual({
      record: expect.objectContaining({ id: 'x' }) as object,
      children: [],
      leases: [],
      snapshots: [],
      solverKeys: [],
      source: '/test',
      takenAt: Date.UTC(2026, 10, 21),
      takenAtExact: '2026-11-21T00:00:00Z',
      complete: true,
    });
  });
});
