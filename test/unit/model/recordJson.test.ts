import { describe, expect, it } from 'vitest';
import { recordJson } from '../../../src/model/recordJson';
import { makeRecord, mergeOf } from './records';

describe('recordJson', () => {
  it('has every fact of a record under its own name', () => {
    const createdAt = Date.UTC(2026, 10, 21, 0, 23, 1, 116);
    const record = makeRecord({
      id: 'a',
      parents: mergeOf('b', 'c'),
      size: 0,
      createdAt,
      createdAtNanos: 29_609,
      lazy: false,
      twin: 't',
      leases: ['a'],
    });
    expect(recordJson(record)).toEqual({
      id: 'a',
      kind: 'merge',
      type: 'regular',
      description: '',
      parents: [
        { id: 'b', role: 'merge', position: 0 },
        { id: 'c', role: 'merge', position: 1 },
      ],
      mutable: false,
      size: 0,
      createdAt,
      createdAtExact: '2026-11-21T00:23:01.116029609Z',
      usageCount: 0,
      snapshotId: 'a',
      lazy: false,
      retained: false,
      deleted: false,
      imageRefs: [],
      twin: 't',
      leases: ['a'],
      worker: 0,
    });
  });

  it('leaves out what is unknown', () => {
    const json = recordJson(makeRecord({ id: 'a' }));
    for (const name of ['size', 'createdAt', 'createdAtExact', 'lastUsedAt', 'lazy', 'inUse', 'shared']) {
      expect(json).not.toHaveProperty(name);
    }
  });
});
