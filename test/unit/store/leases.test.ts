import { describe, expect, it } from 'vitest';
import { putText, digestOf } from '../../support/storeContent';
import { temporaryStore, TestClock } from '../../support/storeFolder';

const resources = [
  [{ type: 'leases', id: 'x' }, 'notImplemented'],
  [{ type: 'containers', id: 'x' }, 'notImplemented'],
  [{ type: 'snapshots', id: 'x' }, 'invalid'],
  [{ type: 'snapshots/overlayfs/x', id: 'x' }, 'invalid'],
  [{ type: 'content', id: 'x' }, 'invalid'],
  [{ type: 'content/x', id: digestOf('x') }, 'invalid'],
  [{ type: 'ingests/x', id: 'x' }, 'invalid'],
] as const;

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

describe('leases', () => {
  it('L1: are made once, listed in order with their times, and deleted once', async () => {
    const clock = new TestClock();
    const { leases } = await temporaryStore({ clock });
    leases.create('tx1');
    expect(() => leases.create('tx1')).toThrow(refusal('alreadyExists'));
    clock.advance(5);
    leases.create('tx2');
    expect(leases.list().map(({ id, createdAt }) => [id, createdAt.ms])).toEqual([
      ['tx1', clock.now().ms - 5],
      ['tx2', clock.now().ms],
    ]);
    await leases.delete('tx1');
    await leases.delete('tx2');
    await expect(leases.delete('tx1')).rejects.toEqual(refusal('notFound'));
    expect(() => leases.create('')).toThrow(refusal('invalid'));
  });

  it.each([
    [[], ['lease1', 'lease2', 'lease3']],
    [['id==lease1'], ['lease1']],
    [
      ['id==lease1', 'id==lease2'],
      ['lease1', 'lease2'],
    ],
    [['labels.label1'], ['lease1', 'lease2', 'lease3']],
    [['labels.label1==value1'], ['lease1', 'lease2']],
    [['labels.label1==value2'], ['lease3']],
    [['labels.label2'], ['lease3']],
    [
      ['labels.label2', 'labels.label3'],
      ['lease1', 'lease2', 'lease3'],
    ],
    [['labels."containerd.io/gc.flat"'], []],
  ])('L2: filtered by %j are %j', async (filters, expected) => {
    const { leases } = await temporaryStore();
    leases.create('lease1', { label1: 'value1', label3: 'other' });
    leases.create('lease2', { label1: 'value1', label2: '', label3: 'other' });
    leases.create('lease3', { label1: 'value2', label2: 'something' });
    expect(leases.list(filters).map(({ id }) => id)).toEqual(expected);
  });

  it('L3: take content, uploads, images and snapshots of one snapshotter, present or not, again and again', async () => {
    const { leases } = await temporaryStore();
    leases.create('l');
    const fine = [
      { type: 'content', id: digestOf('absent') },
      { type: 'images', id: 'docker.io/library/alpine:latest' },
      { type: 'ingests', id: 'some ref' },
      { type: 'snapshots/overlayfs', id: 'x' },
    ];
    for (const resource of [...fine, ...fine]) leases.addResource('l', resource);
    expect(leases.listResources('l')).toEqual(fine);
    expect(() => leases.addResource('nobody', fine[0])).toThrow(refusal('notFound'));
    expect(leases.holders(fine[3])).toEqual(['l']);
  });

  it.each(resources)('L3: refuse %j as %s', async (resource, reason) => {
    const { leases } = await temporaryStore();
    leases.create('l');
    expect(() => leases.addResource('l', resource)).toThrow(refusal(reason));
    expect(() => leases.deleteResource('l', resource)).toThrow(refusal(reason));
  });

  it('L4: do not mind dropping what they never held', async () => {
    const { leases } = await temporaryStore();
    leases.create('l');
    leases.addResource('l', { type: 'ingests', id: 'kept' });
    leases.deleteResource('l', { type: 'ingests', id: 'never' });
    expect(leases.listResources('l')).toEqual([{ type: 'ingests', id: 'kept' }]);
    expect(() => leases.listResources('nobody')).toThrow(refusal('notFound'));
  });

  it('L5: hold content written under them, and content that was there already', async () => {
    const { leases, content } = await temporaryStore();
    leases.create('lease-1');
    leases.create('lease-2');
    const digest = await putText(content, 'blob', { lease: 'lease-1' });
    const held = [{ type: 'content', id: digest }];
    expect(leases.listResources('lease-1')).toEqual(held);
    const again = content.writer({ ref: 'again', digest, size: 4, lease: 'lease-2' });
    await expect(again).rejects.toEqual(refusal('alreadyExists'));
    expect(leases.listResources('lease-2')).toEqual(held);
  });

  it('L6: hold an upload until it is aborted', async () => {
    const { leases, content } = await temporaryStore();
    leases.create('l');
    const writer = await content.writer({ ref: 'up', lease: 'l' });
    expect(leases.listResources('l')).toEqual([{ type: 'ingests', id: 'up' }]);
    await writer.abort();
    expect(leases.listResources('l')).toEqual([]);
  });

  it('L7: that do not exist let nothing be stored', async () => {
    const { content, snapshots } = await temporaryStore();
    await expect(content.writer({ ref: 'x', lease: 'nobody' })).rejects.toEqual(refusal('notFound'));
    await expect(snapshots.prepare('x', undefined, { lease: 'nobody' })).rejects.toEqual(refusal('notFound'));
    expect([await content.listIngests(), snapshots.walk()]).toEqual([[], []]);
  });

  it('L8: keep naming content that was deleted without them', async () => {
    const store = await temporaryStore();
    store.leases.create('l');
    const digest = await putText(store.content, 'blob', { lease: 'l' });
    store.content.delete(digest);
    expect(store.leases.listResources('l')).toEqual([{ type: 'content', id: digest }]);
    await store.collect();
    await putText(store.content, 'blob', { lease: 'l' });
    store.content.delete(digest, { lease: 'l' });
    expect(store.leases.listResources('l')).toEqual([]);
  });
});
