import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CacheManager } from '../../../src/core/manager';
import { journalHeaderBytes } from '../../../src/store/database/journalFile';
import { openLocalStore } from '../../../src/store/openLocalStore';
import { digestOf } from '../../support/coreHarness';

/** At how many places the journal is cut; more by CORE_STOPS. */
const stops = Number(process.env.CORE_STOPS ?? 40);

describe('a stop at any moment', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stops-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Every kind of change, one after the other, never closed. @returns the store as a kill would leave it */
  async function busyStore(): Promise<{ format: Buffer; checkpoint: Buffer | undefined; journal: Buffer }> {
    const path = join(folder, 'busy');
    const store = await openLocalStore(path, { create: true });
    const manager = await CacheManager.open(store);
    const base = await (await manager.create(undefined, { retain: true })).commit();
    const middle = await (await manager.create(base)).commit();
    const top = await (await manager.create(middle, { retain: true })).commit();
    await top.finalize();
    const merged = await manager.merge([top, base]);
    await merged?.extract();
    const diff = await manager.diff(base, middle);
    await diff.mount({ readOnly: true });
    const blob = { digest: digestOf('a'), size: 3, mediaType: 'layer', diffId: digestOf('b') };
    store.content.trust({ digest: blob.digest, size: blob.size });
    const layer = await manager.getByBlob(blob, undefined);
    const cacheMount = await manager.create(undefined, { retain: true });
    await cacheMount.release();
    await (await manager.getMutable(cacheMount.id)).release();
    for (const ref of [diff, layer, merged, top, middle, base]) await ref?.release();
    await manager.prune([{ filters: [`id!=${base.id}`] }]);
    await store.database.commit();
    const left = {
      format: readFileSync(join(path, 'store.json')),
      checkpoint: readFileSync(join(path, 'metadata.sqlite')),
      journal: readFileSync(join(path, 'metadata.journal')),
    };
    await manager.close();
    await store.close();
    return left;
  }

  it('leaves a cache that opens whole, and the same the second time', async () => {
    const { format, checkpoint, journal } = await busyStore();
    let largest = 0;
    for (let stop = 0; stop <= stops; stop++) {
      const path = mkdtempSync(join(folder, 'stopped-'));
      writeFileSync(join(path, 'store.json'), format);
      if (checkpoint !== undefined) writeFileSync(join(path, 'metadata.sqlite'), checkpoint);
      // A journal is there with its header or not at all.
      const length = journalHeaderBytes + Math.round(((journal.length - journalHeaderBytes) * stop) / stops);
      writeFileSync(join(path, 'metadata.journal'), journal.subarray(0, length));
      const store = await openLocalStore(path, { create: true });
      const first = await CacheManager.open(store);
      const records = [...first.core.records.values()];
      largest = Math.max(largest, records.length);
      for (const record of records) {
        expect(store.metadata.has(record.id)).toBe(true);
        if (record.mutable) expect(store.snapshots.find(record.id)?.kind).toBe('active');
        const isLeased = store.leases.find(record.id) !== undefined;
        if (record.equalMutable === undefined)
          expect(isLeased, `${record.id} after ${length} bytes`).toBe(true);
        for (const hold of record.holds) expect(first.core.records.has(hold.record.id)).toBe(true);
      }
      for (const { id } of store.leases.list()) {
        expect(first.core.records.has(id.replace('-variants', '')), `lease ${id} after ${length} bytes`).toBe(
          true,
        );
      }
      await first.close();
      const before = store.metadata.all();
      const second = await CacheManager.open(store);
      expect([second.dropped, store.metadata.all()]).toEqual([[], before]);
      await second.close();
      await store.close();
    }
    expect(largest).toBeGreaterThan(4);
  });
});
