import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LocalStore } from '../../../src/store/localStore';
import { openLocalStore } from '../../../src/store/openLocalStore';
import { StoreChild } from '../../support/storeChild';
import { temporaryFolder } from '../../support/storeFolder';

/** 2,000 for the full proof; a sample otherwise. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 12);

interface Expected {
  /** Acknowledged records and their blobs. */
  readonly records: Map<string, string>;
  /** Removals that began and were not acknowledged. */
  readonly unsure: Set<string>;
}

function read(lines: readonly string[], { records, unsure }: Expected): void {
  for (const line of lines) {
    const [verb, id, blob] = line.split(' ');
    if (verb === 'added') records.set(id, blob);
    else if (verb === 'removing') unsure.add(id);
    else if (verb === 'removed') {
      records.delete(id);
      unsure.delete(id);
    }
  }
}

/** Nothing acknowledged is missing, nothing is half there, no name leads nowhere. */
async function check(store: LocalStore, { records, unsure }: Expected): Promise<void> {
  for (const [id, blob] of records) {
    const record = store.metadata.get(id);
    if (record === undefined) {
      expect(unsure).toContain(id);
      continue;
    }
    expect(record).toMatchObject({ snapshotId: id, imageRefs: [id] });
    if (blob !== '') expect(record.blob).toBe(blob);
  }
  for (const { id, blob, snapshotId } of store.metadata.all()) {
    expect(store.metadata.search(`chainid:sha256:${id}`)).toEqual([id]);
    expect(store.leases.listResources(id)).toContainEqual({ type: 'snapshots/local', id });
    expect(store.snapshots.stat(snapshotId ?? id).kind).toBe('committed');
    if (blob !== undefined) await store.content.verify(blob);
    await store.snapshots.view(`look ${id}`, id);
    const { path } = await store.snapshots.mounts(`look ${id}`);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe(id);
    await store.snapshots.remove(`look ${id}`);
  }
  const records2 = new Set(store.metadata.all().map(({ id }) => id));
  for (const { id } of store.leases.list()) expect(records2).toContain(id);
}

describe('a process that is killed', () => {
  it(`loses nothing that was acknowledged (${rounds} times)`, async () => {
    const folder = join(temporaryFolder(), 'store');
    const expected: Expected = { records: new Map(), unsure: new Set() };
    for (let round = 0; round < rounds; round++) {
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
      for (const id of expected.unsure) {
        if (!store.metadata.has(id)) expected.records.delete(id);
      }
      expected.unsure.clear();
      if (round % 5 === 4) {
        const { leftovers } = await store.collect();
        expect(leftovers).toEqual([]);
        await check(store, expected);
      }
      // Every other time the lock is left behind as well.
      await store.close();
    }
    expect(existsSync(join(folder, 'lock'))).toBe(false);
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
