import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openLocalStore } from '../../../src/store/openLocalStore';
import { StoreChild } from '../../support/storeChild';
import { check, read, settle, type Expected } from '../../support/storeExpected';
import { temporaryFolder } from '../../support/storeFolder';

/** 2,000 for the full proof; a sample otherwise. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 12);

describe('a process that is killed', () => {
  it(`loses nothing that was acknowledged (${rounds} times)`, async () => {
    let folder = '';
    let expected: Expected = { records: new Map(), unsure: new Set() };
    for (let round = 0; round < rounds; round++) {
      // A new store now and then keeps the looking through short.
      if (round % 20 === 0) {
        folder = join(temporaryFolder(), 'store');
        expected = { records: new Map(), unsure: new Set() };
      }
      const child = new StoreChild('work', folder, String(round + 1));
      await child.said((line) => line === 'open' || line.startsWith('refused') || line.startsWith('failed'));
      expect(child.lines[0]).toBe('open');
      // Spread over all that happens in some tenths of a second, checkpoints included.
      await delay((round * 37) % 251);
      child.kill();
      await child.ended;
      read(child.lines, expected);
      const store = await openLocalStore(folder);
      expect(store.state).toEqual({ writable: true });
      await check(store, expected);
      settle(store, expected);
      if (round % 5 === 4) {
        const { leftovers } = await store.collect();
        expect(leftovers).toEqual([]);
        await check(store, expected);
      }
      await store.close();
      expect(existsSync(join(folder, 'lock'))).toBe(false);
    }
  }, 3_600_000);

  it('before it has opened leaves a store, or room for one', async () => {
    for (let round = 0; round < Math.max(4, rounds / 10); round++) {
      const folder = join(temporaryFolder(), 'store');
      const child = new StoreChild('work', folder, '1');
      await delay(60 + ((round * 29) % 120));
      child.kill();
      await child.ended;
      const store = await openLocalStore(folder, { create: true });
      expect(store.state.writable).toBe(true);
      await store.close();
    }
  }, 600_000);
});
