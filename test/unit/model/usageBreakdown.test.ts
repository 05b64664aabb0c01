import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageTotals } from '../../../src/model/usage';
import { usageBreakdown } from '../../../src/model/usageBreakdown';
import { anyRecords } from './randomRecords';
import { layerOn, makeIndex, makeRecord } from './records';

describe('usageBreakdown', () => {
  it('has the totals under each base', () => {
    const index = makeIndex([
      makeRecord({ id: 'a', description: 'pulled from x/node:20', size: 5, inUse: true }),
      makeRecord({ id: 'b', size: 7, parents: layerOn('a') }),
      makeRecord({ id: 'c' }),
    ]);
    expect(usageBreakdown(index, 'base')).toMatchObject([
      { label: 'FROM node:20', hint: 'x', totals: { total: 12, reclaimable: 7, records: 2 } },
      { label: 'Records on their own', totals: { total: 0, recordsWithUnknownSize: 1 } },
    ]);
  });

  it('adds up to the totals of the cache', () => {
    fc.assert(
      fc.property(anyRecords, fc.constantFrom('type', 'base'), (records, grouping) => {
        const index = makeIndex(records);
        const whole = usageTotals(index.inventory);
        const parts = usageBreakdown(index, grouping);
        for (const name of ['total', 'reclaimable', 'records', 'recordsWithUnknownSize'] as const) {
          expect(parts.reduce((sum, { totals }) => sum + totals[name], 0)).toBe(whole[name]);
        }
      }),
      { seed: 41 },
    );
  });
});
