import { describe, expect, it } from 'vitest';
import { isInvalid, isReadOnly } from '../../../src/store/storeError';
import { CoreHarness } from '../../support/coreHarness';

const ids = async (core: CoreHarness) => (await core.manager.diskUsage()).map(({ id }) => id).sort();

describe('opening a cache', () => {
  it('finds everything again, in use by nobody', async () => {
    const core = await CoreHarness.open();
    const base = await core.record(1, { description: 'base' });
    const top = await core.mutable(2, { retain: true, recordType: 'exec.cachemount' }, base);
    const merged = await core.manager.merge([base, await core.record(3)]);
    const before = core.store.metadata.all();
    await core.reopen();
    expect(core.store.metadata.all()).toEqual(before);
    expect(await ids(core)).toEqual([base.id, top.id, merged?.id, merged?.fields.mergeParents?.[1]].sort());
    expect(await core.usage()).toEqual([0, 4]);
    expect(core.manager.dropped).toEqual([]);
  });

  it('finds parents that come later in the order of ids', async () => {
    const core = await CoreHarness.open();
    const createdAt = core.clock.now();
    core.store.metadata.put('a', { committed: true, createdAt, parent: 'b' });
    core.store.metadata.put('b', { committed: true, createdAt, mergeParents: ['d', 'c'] });
    core.store.metadata.put('c', { committed: true, createdAt });
    core.store.metadata.put('d', { committed: true, createdAt, lowerDiffParent: 'c' });
    await core.reopen();
    expect(await ids(core)).toEqual(['a', 'b', 'c', 'd']);
    const records = core.manager.core.records;
    expect(['a', 'b', 'c', 'd'].map((id) => [records.get(id)?.kind, records.get(id)?.refs])).toEqual([
      ['layer', 0],
      ['merge', 1],
      ['base', 2],
      ['diff', 1],
    ]);
  });

  it('takes a pair up again when the stop came before the snapshot was committed', async () => {
    const core = await CoreHarness.open();
    const active = await core.mutable(1, { retain: true });
    const snap = await active.commit();
    core.store.leases.create(snap.id);
    await core.reopen();
    const ref = await core.manager.get(snap.id);
    expect(ref.equalMutableId).toBe(active.id);
  });

  it('finishes a finalize when the stop came after the snapshot was committed', async () => {
    const core = await CoreHarness.open();
    const active = await core.mutable(1, { retain: true });
    const snap = await active.commit();
    await core.store.snapshots.commit(snap.id, active.id);
    await core.reopen();
    expect(await ids(core)).toEqual([snap.id]);
    expect(core.store.metadata.get(snap.id)?.equalMutable).toBeUndefined();
    expect(core.store.metadata.has(active.id)).toBe(false);
    expect(core.store.leases.find(active.id)).toBeUndefined();
  });

  it('drops an immutable half whose mutable half and data are gone', async () => {
    const core = await CoreHarness.open();
    const active = await core.mutable(1, { retain: true });
    const snap = await active.commit();
    await core.store.snapshots.remove(active.id);
    await core.reopen();
    expect(await ids(core)).toEqual([]);
    expect(core.store.metadata.count()).toBe(0);
    expect(core.manager.dropped.map(({ id }) => id).sort()).toEqual([active.id, snap.id]);
  });

  it('drops what was being removed, with its leases and what stands on it', async () => {
    const core = await CoreHarness.open();
    const base = await core.record(1);
    const top = await core.record(1, {}, base);
    core.store.metadata.put(base.id, { deleted: true });
    await core.reopen();
    expect(await ids(core)).toEqual([]);
    expect(core.store.leases.list()).toEqual([]);
    expect(core.manager.dropped.find(({ id }) => id === top.id)?.because).toMatch(base.id);
  });

  it('drops a mutable record without its snapshot, and keeps a committed one', async () => {
    const core = await CoreHarness.open();
    const active = await core.mutable(1, { retain: true });
    const finished = await core.record(1);
    await core.store.snapshots.remove(active.id);
    await core.store.snapshots.remove(finished.id);
    await core.reopen();
    expect(await ids(core)).toEqual([finished.id]);
    expect(core.store.leases.find(active.id)).toBeUndefined();
  });

  it('takes a merge or diff for immutable though nothing says so', async () => {
    const core = await CoreHarness.open();
    const merged = await core.manager.merge([await core.record(1), await core.record(1)]);
    core.store.metadata.put(merged?.id ?? '', { committed: null });
    await core.reopen();
    await expect(core.manager.getMutable(merged?.id ?? '')).rejects.toSatisfy(isInvalid);
  });

  it('gives a record without a creation time one', async () => {
    const core = await CoreHarness.open();
    core.store.metadata.put('a', { committed: true });
    core.clock.ms = 42;
    await core.reopen();
    expect(core.store.metadata.get('a')?.createdAt).toEqual({ ms: 42, nanos: 0 });
  });

  it('drops records that stand on themselves', async () => {
    const core = await CoreHarness.open();
    const createdAt = core.clock.now();
    core.store.metadata.put('a', { committed: true, createdAt, parent: 'b' });
    core.store.metadata.put('b', { committed: true, createdAt, parent: 'a' });
    core.store.metadata.put('c', { committed: true, createdAt });
    await core.reopen();
    expect(await ids(core)).toEqual(['c']);
    expect(core.manager.core.records.get('c')?.refs).toBe(0);
  });

  it('gives back what a record held that cannot be loaded after all', async () => {
    const core = await CoreHarness.open();
    const createdAt = core.clock.now();
    core.store.metadata.put('a', { committed: true, createdAt });
    core.store.metadata.put('b', { committed: true, createdAt, mergeParents: ['a', 'a', 'gone'] });
    await core.reopen();
    expect(await ids(core)).toEqual(['a']);
    expect(core.manager.core.records.get('a')?.refs).toBe(0);
    expect(core.store.metadata.get('a')?.usageCount).toBeUndefined();
  });

  it('loads a chain of any length', async () => {
    const core = await CoreHarness.open();
    const createdAt = core.clock.now();
    const name = (i: number) => `r${String(99_999 - i)}`;
    for (let i = 0; i < 20_000; i++) {
      core.store.metadata.put(name(i), { committed: true, createdAt, ...(i > 0 && { parent: name(i - 1) }) });
    }
    await core.reopen();
    expect(core.manager.core.records.size).toBe(20_000);
    expect((await core.manager.get(name(19_999))).layerChain()).toHaveLength(20_000);
  });

  it('changes nothing in a store that it may not write', async () => {
    const core = await CoreHarness.open();
    const kept = await core.unused(1);
    core.store.metadata.put('broken', { committed: true, parent: 'gone', createdAt: core.clock.now() });
    core.store.writable = false;
    const before = core.store.metadata.writes;
    await core.reopen();
    expect(await ids(core)).toEqual([kept]);
    expect(core.store.metadata.writes).toBe(before);
    const ref = await core.manager.get(kept);
    await ref.release();
    expect(core.store.metadata.writes).toBe(before);
    await expect(core.manager.create(undefined)).rejects.toSatisfy(isReadOnly);
    await expect(core.manager.prune([{}])).rejects.toThrow(/a test says so/);
  });
});

describe('adoption', () => {
  it('makes records of committed snapshots that no record names, with their parents', async () => {
    const core = await CoreHarness.open();
    const known = await core.record(1);
    const { snapshots } = core.store;
    await snapshots.prepare('work', known.id);
    await snapshots.commit('upper', 'work');
    await snapshots.prepare('work', 'upper');
    await snapshots.commit('a-top', 'work');
    await snapshots.prepare('active', 'upper');
    await core.reopen();
    expect(await ids(core)).toEqual([known.id]);
    await core.reopen({ adoptSnapshots: true });
    expect(await ids(core)).toEqual(['a-top', known.id, 'upper'].sort());
    expect(core.store.metadata.get('a-top')).toMatchObject({ parent: 'upper', snapshotId: 'a-top' });
    expect(core.store.metadata.get('upper')).toMatchObject({ parent: known.id, committed: true });
    await core.manager.collect();
    expect(snapshots.find('a-top')).toBeDefined();
    await core.pruned({ all: true });
    expect(snapshots.walk().map(({ key }) => key)).toEqual([]);
  });
});

describe('freezing', () => {
  it('makes a free mutable immutable for good when it is taken read-only', async () => {
    const core = await CoreHarness.open({ freezeOnGet: true });
    const active = await core.mutable(9, { retain: true });
    await active.release();
    const [first, second] = await Promise.all([core.manager.get(active.id), core.manager.get(active.id)]);
    expect([first.id, second.id]).toEqual([active.id, active.id]);
    await expect(core.manager.getMutable(active.id)).rejects.toSatisfy(isInvalid);
    expect(await first.size()).toBe(9);
    const child = await core.manager.create(first);
    expect(core.store.snapshots.stat(child.id).parent).toBe(first.fields.snapshotId);
  });

  it('is finished at the next start when a stop came in between', async () => {
    const core = await CoreHarness.open({ freezeOnGet: true });
    const active = await core.mutable(9, { retain: true });
    await active.release();
    await core.store.snapshots.commit(`${active.id}-frozen`, active.id);
    await core.reopen({ freezeOnGet: true });
    expect((await core.manager.get(active.id)).fields).toMatchObject({
      committed: true,
      snapshotId: `${active.id}-frozen`,
    });
  });
});
