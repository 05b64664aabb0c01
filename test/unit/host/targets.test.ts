import { describe, expect, it } from 'vitest';
import { cacheIdOf, recordOf } from '../../../src/host/targets';

describe('the target of a command', () => {
  it('is the record and the cache that the argument names', () => {
    const row = { kind: 'record', cacheId: '/a', recordId: 'one', parent: {} };
    expect(recordOf(row)).toEqual({ cacheId: '/a', recordId: 'one' });
    expect(cacheIdOf(row)).toBe('/a');
  });

  it('is none where the argument is anything else', () => {
    for (const argument of [undefined, null, 'one', 7, {}, { cacheId: 7 }, { recordId: 'one' }]) {
      expect(recordOf(argument)).toBeUndefined();
      expect(cacheIdOf(argument)).toBeUndefined();
    }
  });
});
