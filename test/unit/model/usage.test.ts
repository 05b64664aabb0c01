import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageOf, usageTotals } from '../../../src/model/usage';
import { makeInventory, makeRecord } from './records';

describe('usageTotals', () => {
  it('counts as buildctl and buildx do', () => {
    const totals = usageTotals(
      makeInventory([
        makeRecord({ id: 'a', size: 100, inUse: false, shared: true }),
        makeRecord({ id: 'b', size: 50, inUse: true, shared: false }),
        makeRecord({ id: 'c', size: 0, inUse: false, shared: false }),
        makeRecord({ id: 'd', inUse: false, shared: false }),
      ]),
    );
    expect(totals).toMatchObject({ shared: 100, private: 50, reclaimable: 100, total: 150 });
    expect(totals).toMatchObject({
      records: 4,
      recordsWithUnknownSize: 1,
      recordsInUse: 1,
      sharedRecords: 1,
    });
  });

  it('takes records whose use is unknown as not in use, and says how many', () => {
    const totals = usageTotals(makeInventory([makeRecord({ id: 'a', size: 7, mutable: true })]));
    expect(totals).toMatchObject({ reclaimable: 7, total: 7, private: 7, mutableRecords: 1 });
    expect(totals).toMatchObject({ recordsWithUnknownUse: 1, recordsWithUnknownSharing: 1 });
  });

  it('never lets a negative size into a sum', () => {
    expect(usageOf([makeRecord({ id: 'a', size: -1 })])).toMatchObject({ total: 0, reclaimable: 0 });
  });

  it('says what would be dropped at the next start', () => {
    const records = [
      makeRecord({ id: 'a', size: 5, dropsAtStart: 'blobMissing' }),
      makeRecord({ id: 'b', size: 6 }),
    ];
    expect(usageOf(records)).toMatchObject({ total: 11, recordsDroppedAtStart: 1, droppedAtStart: 5 });
  });

  it('equals sums taken one by one', () => {
    const row = fc.record({
      size: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
      inUse: fc.option(fc.boolean(), { nil: undefined }),
      shared: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const sum = (kept: typeof rows) => kept.reduce((total, { size }) => total + (size ?? 0), 0);
        const totals = usageOf(rows.map((fields, i) => makeRecord({ id: String(i), ...fields })));
        expect(totals.total).toBe(sum(rows));
        expect(totals.reclaimable).toBe(sum(rows.filter((it) => it.inUse !== true)));
        expect(totals.shared).toBe(sum(rows.filter((it) => it.shared)));
        expect(totals.private).toBe(sum(rows.filter((it) => !it.shared)));
        expect(totals.recordsWithUnknownSize).toBe(rows.filter((it) => it.size === undefined).length);
      }),
      { seed: 12 },
    );
  });
});
