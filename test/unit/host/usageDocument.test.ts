import { describe, expect, it } from 'vitest';
import { usageDocument } from '../../../src/host/usageDocument';
import { layerOn, makeIndex, makeRecord } from '../model/records';

describe('the usage of a cache as text', () => {
  it('has totals, what they leave out, and sums by type, base and size', () => {
    const index = makeIndex([
      makeRecord({ id: 'base', description: 'pulled from docker.io/library/node:20', size: 1_200_000_000 }),
      makeRecord({ id: 'child', parents: layerOn('base'), size: 3_000_000 }),
      makeRecord({ id: 'mount', type: 'exec.cachemount', mutable: true }),
    ]);
    expect(usageDocument(index)).toBe(`Usage of build cache test

/test
BuildKit root, read 2026-11-21T00:00:00Z

  Total        1.203GB  3 records
  Reclaimable  1.203GB  0 in use
  Shared            0B  0 records
  Private      1.203GB
  Mutable               1 record

The size of 1 record is unknown and in no sum.
Only a running daemon knows whether any record is in use; all count as reclaimable.
Whether an image shares any record is unknown; all count as private.

By type
  Regular       1.203GB  2 records
  Cache mounts        –  1 record, 1 of unknown size

By base
  FROM node:20          1.203GB  2 records
  Records on their own        –  1 record, 1 of unknown size

By size
  1GB and more  1.2GB  1 record
  1MB to 10MB     3MB  1 record
  Size unknown      –  1 record, 1 of unknown size
`);
  });

  it('sums up the groups that are too many to list', () => {
    const records = Array.from({ length: 100 }, (_, i) =>
      makeRecord({ id: `r${i}`, type: `type ${i}`, size: 1 + i }),
    );
    const text = usageDocument(makeIndex(records));
    expect(text).toMatch(/^ {2}type 99 +100B {2}1 record$/m);
    expect(text).toMatch(/^ {2}60 more +1\.83kB {2}60 records$/m);
    expect(text).not.toMatch(/type 59 /);
  });

  it('shows unknown sums by an en dash and not as nothing', () => {
    const text = usageDocument(makeIndex([makeRecord({ id: 'one', type: 'source.local' })]));
    expect(text).toMatch(/^ {2}Local sources +– {2}1 record, 1 of unknown size$/m);
    expect(text).toMatch(/^ {2}Total +– {2}1 record$/m);
    expect(text).toMatch(/^No size is known\.$/m);
  });
});
