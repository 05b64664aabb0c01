import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putText, digestOf } from '../../support/storeContent';
import { temporaryStore, TestClock } from '../../support/storeFolder';

const hex = (digest: string) => digest.slice('sha256:'.length);
const ref = 'containerd.io/gc.ref.content';

describe('collecting a store', () => {
  it('G7: a flat lease keeps what it lists and not what that refers to', async () => {
    const store = await temporaryStore();
    const k = await putText(store.content, 'k');
    store.leases.create('l', { 'containerd.io/gc.flat': '2024-01-01T00:00:00Z' });
    const p = await putText(store.content, 'p', { lease: 'l', labels: { [ref]: k } });
    expect(await store.collect()).toMatchObject({ content: 1, contentBytes: 1, leftovers: [] });
    expect(store.content.walk().map(({ digest }) => digest)).toEqual([p]);
  });

  it('G8: a flat lease keeps the parents of its snapshot, not its children', async () => {
    const store = await temporaryStore();
    let parent: string | undefined;
    for (const n of [1, 2, 3, 4]) {
      await store.snapshots.prepare(`a${n}`, parent);
      await store.snapshots.commit(`s${n}`, `a${n}`);
      parent = `s${n}`;
    }
    store.leases.create('flat', { 'containerd.io/gc.flat': 'x' });
    store.leases.addResource('flat', { type: 'snapshots/local', id: 's3' });
    expect(await store.collect()).toMatchObject({ snapshots: 1 });
    expect(store.snapshots.walk().map(({ key }) => key)).toEqual(['s1', 's2', 's3']);
  });

  it('G9: a cycle goes with the lease of one of it', async () => {
    const store = await temporaryStore();
    store.leases.create('l');
    const [x, y] = [digestOf('x'), digestOf('y')];
    await putText(store.content, 'x', { lease: 'l', labels: { [ref]: y } });
    await putText(store.content, 'y', { labels: { [ref]: x } });
    expect((await store.collect()).content).toBe(0);
    await store.leases.delete('l', { synchronous: true });
    expect(store.content.walk()).toEqual([]);
  });

  it('G10: an expired lease goes with what it held; one whose expiry cannot be read stays', async () => {
    const clock = new TestClock();
    const store = await temporaryStore({ clock });
    store.leases.create('over', { 'containerd.io/gc.expire': new Date(clock.now().ms - 1000).toISOString() });
    store.leases.create('odd', { 'containerd.io/gc.expire': 'garbage' });
    await putText(store.content, 'gone', { lease: 'over' });
    await putText(store.content, 'kept', { lease: 'odd' });
    expect(await store.collect()).toMatchObject({ leases: 1, content: 1 });
    expect(store.leases.list().map(({ id }) => id)).toEqual(['odd']);
    expect(store.content.walk().map(({ digest }) => digest)).toEqual([digestOf('kept')]);
  });

  it('G11: content knows no expiry; a root label keeps it until it is taken away', async () => {
    const store = await temporaryStore();
    await putText(store.content, 'later', { labels: { 'containerd.io/gc.expire': '2999-01-01T00:00:00Z' } });
    const root = await putText(store.content, 'root', { labels: { 'containerd.io/gc.root': '1' } });
    await putText(store.content, 'blank', { labels: { 'containerd.io/gc.root': '' } });
    await store.collect();
    expect(store.content.walk().map(({ digest }) => digest)).toEqual([root]);
    store.content.updateLabels(root, { 'containerd.io/gc.root': null });
    await store.collect();
    expect(store.content.walk()).toEqual([]);
  });

  it('G12: bytes stay while any namespace has a record of them', async () => {
    const store = await temporaryStore();
    const [n1, n2] = [store.namespace('n1'), store.namespace('n2')];
    n2.leases.create('l');
    const digest = await putText(n1.content, 'both');
    await putText(n2.content, 'both', { lease: 'l' });
    const file = join(store.path, 'content/blobs/sha256', hex(digest));
    await store.collect();
    expect([n1.content.has(digest), n2.content.has(digest), existsSync(file)]).toEqual([false, true, true]);
    await n2.leases.delete('l', { synchronous: true });
    expect([n2.content.has(digest), existsSync(file)]).toEqual([false, false]);
  });

  it('G14: what no lease or label holds is gone', async () => {
    const store = await temporaryStore();
    const digest = await putText(store.content, 'alone');
    expect(await store.collect()).toMatchObject({ content: 1, leases: 0, snapshots: 0, ingests: 0 });
    expect(existsSync(join(store.path, 'content/blobs/sha256', hex(digest)))).toBe(false);
  });

  it('leaves uploads alone that somebody is writing, and aborts those that ran out', async () => {
    const clock = new TestClock();
    const store = await temporaryStore({ clock });
    const open = await store.content.writer({ ref: 'open' });
    const old = await store.content.writer({ ref: 'old' });
    await old.close();
    clock.advance(25 * 3_600_000);
    expect(await store.collect()).toMatchObject({ ingests: 1 });
    await open.write(Buffer.from('x'));
    await open.commit();
    await expect(store.content.ingestStatus('old')).rejects.toMatchObject({ reason: 'notFound' });
  });

  it('shares one run between those who ask while another runs', async () => {
    const store = await temporaryStore();
    const first = store.collect();
    const digest = putText(store.content, 'late');
    const [second, third] = [store.collect(), store.collect()];
    expect(second).toBe(third);
    expect(second).not.toBe(first);
    await Promise.all([first, second, digest]);
  });
});
