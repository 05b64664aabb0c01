import { describe, expect, it } from 'vitest';
import { isInvalid, isLocked, isNotFound } from '../../../src/store/storeError';
import { CoreHarness } from '../../support/coreHarness';

const modes = [
  ['in its own way', {}],
  ['as BuildKit', { compat: 'buildkit' }],
] as const;

describe.each(modes)('refs and the life of records, %s', (_, options) => {
  const open = () => CoreHarness.open(options);

  it('TV-01: knows nothing when it is empty', async () => {
    const core = await open();
    await expect(core.manager.get('foobar')).rejects.toSatisfy(isNotFound);
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('TV-02: keeps a mutable record locked while it is held', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    await expect(core.manager.getMutable(active.id)).rejects.toSatisfy(isLocked);
    expect(await core.usage()).toEqual([1, 0]);
    expect(await active.mount()).toMatchObject({ readOnly: false });
    expect(core.store.snapshots.stat(active.id).kind).toBe('active');
  });

  it('TV-03: shows what was committed under its own id, and keeps the mutable locked', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    const snap = await active.commit();
    const rows = await core.manager.diskUsage();
    expect(rows.map(({ id, mutable, inUse }) => ({ id, mutable, inUse }))).toEqual([
      { id: snap.id, mutable: false, inUse: true },
    ]);
    await expect(core.manager.getMutable(active.id)).rejects.toSatisfy(isLocked);
  });

  it('TV-04: shows the mutable again when the immutable is released, used once', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    await (await active.commit()).release();
    expect(await core.manager.diskUsage()).toMatchObject([
      { id: active.id, mutable: true, inUse: false, usageCount: 1 },
    ]);
  });

  it('TV-05: gives up what was committed when the mutable is taken again', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    const snap = await active.commit();
    await snap.release();
    const again = await core.manager.getMutable(active.id);
    expect(again.id).toBe(active.id);
    expect(await core.usage()).toEqual([1, 0]);
    await expect(core.manager.get(snap.id)).rejects.toSatisfy(isNotFound);
  });

  it('TV-06: has no mutable any more once the immutable is finalized', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    const snap = await active.commit();
    await snap.finalize();
    await snap.release();
    await expect(core.manager.getMutable(active.id)).rejects.toSatisfy(isNotFound);
    await expect(core.manager.getMutable(snap.id)).rejects.toSatisfy(isInvalid);
    await Promise.all([core.manager.get(snap.id), core.manager.get(snap.id)]);
    expect(await core.usage()).toEqual([1, 0]);
  });

  it('TV-07 and TV-08: reports a parent that only unused children hold as unused, and prunes both', async () => {
    const core = await open();
    const snap = await core.record();
    const next = await core.mutable(0, { retain: true }, snap);
    expect(await core.usage()).toEqual([2, 0]);
    const top = await next.commit();
    await snap.release();
    expect(await core.usage()).toEqual([2, 0]);
    await top.release();
    expect(await core.usage()).toEqual([0, 2]);
    expect(await core.pruned()).toHaveLength(2);
    expect(await core.usage()).toEqual([0, 0]);
    expect(core.store.snapshots.walk()).toEqual([]);
  });

  it('TV-09: gives several refs on what was committed, and the mutable when all are back', async () => {
    const core = await open();
    const active = await core.mutable(0, { retain: true });
    const snap = await active.commit();
    const second = await core.manager.get(snap.id);
    expect(second.id).toBe(snap.id);
    await snap.release();
    await second.release();
    const third = await core.manager.get(snap.id);
    await expect(core.manager.getMutable(active.id)).rejects.toSatisfy(isLocked);
    await third.release();
    await core.manager.getMutable(active.id);
    await expect(core.manager.get(snap.id)).rejects.toSatisfy(isNotFound);
  });

  it('TV-10: forgets what was neither retained nor finalized', async () => {
    const core = await open();
    const snap = await (await core.mutable()).commit();
    await snap.release();
    expect(await core.usage()).toEqual([0, 0]);
    expect(core.store.metadata.all()).toEqual([]);
    expect(core.store.leases.list()).toEqual([]);
  });

  it('TV-11: finalizes a parent for its child, and keeps it after that', async () => {
    const core = await open();
    const parent = await (await core.mutable()).commit();
    const child = await (await core.mutable(0, { retain: true }, parent)).commit();
    expect(await core.usage()).toEqual([2, 0]);
    expect(core.store.snapshots.walk()).toHaveLength(2);
    expect(await core.pruned()).toEqual([]);
    await child.release();
    expect(await core.usage()).toEqual([1, 1]);
    expect(await core.pruned()).toHaveLength(1);
    expect(await core.usage()).toEqual([1, 0]);
    expect(core.store.snapshots.walk()).toHaveLength(1);
    await parent.release();
    expect(await core.usage()).toEqual([0, 1]);
  });

  it('TV-12: keeps both halves when the immutable one is retained', async () => {
    const core = await open();
    const active = await core.mutable();
    const snap = await active.commit();
    await snap.setRetained(true);
    await snap.release();
    const [row, ...others] = await core.manager.diskUsage();
    expect([row.mutable, row.inUse, others]).toEqual([true, false, []]);
    expect(core.store.metadata.has(active.id)).toBe(true);
    expect(core.store.metadata.has(snap.id)).toBe(true);
  });

  it('TV-13: counts one use for refs that overlap, and none for clones', async () => {
    const core = await open();
    const id = await core.unused(0, { uses: 0 });
    const ref = await core.manager.get(id);
    const clone = ref.clone();
    await ref.release();
    await clone.release();
    expect(core.store.metadata.get(id)?.usageCount).toBe(1);
    const [a, b] = await Promise.all([core.manager.get(id), core.manager.get(id)]);
    await a.release();
    await b.release();
    expect(core.store.metadata.get(id)?.usageCount).toBe(2);
  });
});
