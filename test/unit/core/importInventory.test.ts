import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importInventory, type ImportOptions } from '../../../src/core/importInventory';
import { CacheManager } from '../../../src/core/manager';
import type { Blob, Inventory } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { openCache } from '../../../src/sources/open';
import { sharedFixture } from '../../support/fixtures';
import { temporaryStore } from '../../support/storeFolder';
import { makeInventory, makeRecord } from '../model/records';

const worker = { name: 'runc-overlayfs', snapshotter: 'overlayfs', namespace: 'buildkit' };

async function target() {
  const store = await temporaryStore();
  return { store, manager: await CacheManager.open(store) };
}

function inventoryOf(records: readonly CacheRecord[], more: Partial<Inventory> = {}): Inventory {
  return { ...makeInventory(records), workers: [worker], leases: [], blobs: [], snapshots: [], ...more };
}

/** Blobs with the text that they hold. */
function blobsOf(...texts: readonly string[]) {
  const bytes = new Map(texts.map((text) => [digestOf(text), Buffer.from(text)]));
  const blobs: Blob[] = [...bytes].map(([digest, { length: size }]) => ({
    digest,
    namespace: 'buildkit',
    size,
    labels: { 'containerd.io/uncompressed': digest },
    present: true,
  }));
  const openBlob: ImportOptions['openBlob'] = (digest) => {
    const chunk = bytes.get(digest);
    return Promise.resolve(chunk && chunks(chunk));
  };
  return { bytes, blobs, openBlob };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 2);
  await Promise.resolve();
  yield bytes.subarray(2);
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const layer = (id: string, blob: string | undefined, parent?: string, more: Partial<CacheRecord> = {}) =>
  makeRecord({
    id,
    kind: parent === undefined ? 'base' : 'layer',
    parents: parent === undefined ? [] : [{ id: parent, role: 'layer' }],
    mutable: false,
    snapshotId: `snapshot-${id}`,
    blob,
    ...more,
  });

describe('importing', () => {
  it('brings records with ids, links, chain ids, times, texts and blobs, and they last', async () => {
    const { store, manager } = await target();
    const { blobs, openBlob } = blobsOf('lower layer', 'upper layer');
    const [low, high] = blobs.map(({ digest }) => digest);
    const known = {
      chainId: 'sha256:c1',
      blobChainId: 'sha256:c2',
      diffId: 'sha256:d1',
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      blobSize: 11,
      createdAt: 1_700_000_000_123,
      createdAtNanos: 456,
      lastUsedAt: 1_700_000_001_000,
      lastUsedAtNanos: 7,
      usageCount: 3,
      description: 'RUN make',
      type: 'source.local',
      retained: true,
      imageRefs: ['docker.io/library/alpine:3.20'],
      attributes: { 'local.sharedKey': 'context:1', etag: 'abc' },
    };
    const records = [layer('high', high, 'low', known), layer('low', low)];
    const result = await importInventory(manager, inventoryOf(records, { blobs }), { openBlob });
    expect(result).toMatchObject({ records: ['low', 'high'], skippedRecords: [], blobs: 2, blobBytes: 22 });
    expect(result).toMatchObject({ withoutFiles: [], missingBlobs: [], cancelled: false });
    await manager.close();

    const again = await CacheManager.open(store);
    expect(again.dropped).toEqual([]);
    expect(store.metadata.get('high')).toMatchObject({
      parent: 'low',
      committed: true,
      snapshotId: 'snapshot-high',
      blobOnly: true,
      blob: high,
      chainId: 'sha256:c1',
      blobChainId: 'sha256:c2',
      diffId: 'sha256:d1',
      createdAt: { ms: 1_700_000_000_123, nanos: 456 },
      lastUsedAt: { ms: 1_700_000_001_000, nanos: 7 },
      usageCount: 3,
      description: 'RUN make',
      recordType: 'source.local',
      cachePolicy: 1,
      imageRefs: ['docker.io/library/alpine:3.20'],
      etag: 'abc',
    });
    expect(again.search('local.sharedKey:context:1')).toEqual(['high']);
    expect(again.search('chainid:sha256:c1')).toEqual(['high']);
    expect(store.content.info(high).labels).toEqual({ 'containerd.io/uncompressed': high });
    await store.content.verify(high);
    await again.collect();
    expect(store.content.has(high) && store.content.has(low)).toBe(true);
    expect(store.leases.list().map(({ id }) => id)).toEqual(['high', 'low']);
  });

  it('leaves a record lazy whose blob is not there, or is not what its digest says', async () => {
    const { manager, store } = await target();
    const { blobs, bytes, openBlob } = blobsOf('good', 'bad', 'gone', 'unseen');
    const [good, bad, gone, unseen] = blobs.map(({ digest }) => digest);
    bytes.set(bad, Buffer.from('something else'));
    bytes.delete(unseen);
    const records = [good, bad, gone, unseen].map((digest, index) => layer(`r${index}`, digest));
    const known = blobs.map((blob) => (blob.digest === gone ? { ...blob, present: false } : blob));
    const result = await importInventory(manager, inventoryOf(records, { blobs: known }), { openBlob });
    expect(result.records).toHaveLength(4);
    expect(result.blobs).toBe(1);
    expect(result.missingBlobs.map(({ digest }) => digest)).toEqual([bad, gone, unseen]);
    expect(result.missingBlobs[0].because).toContain('has digest');
    expect(store.content.walk().map(({ digest }) => digest)).toEqual([good]);
    await expect(manager.get('r1')).rejects.toMatchObject({ reason: 'needsRemoteProvider', digests: [bad] });
    await (await manager.get('r0')).release();
  });

  it('says what does not come and why, with all that stands on it', async () => {
    const { manager } = await target();
    await importInventory(manager, inventoryOf([layer('there', undefined)]));
    const records = [
      layer('there', undefined),
      layer('onThere', undefined, 'there'),
      layer('mutable', undefined, undefined, { mutable: true }),
      layer('onMutable', undefined, 'mutable'),
      layer('above', undefined, 'onMutable'),
      layer('doomed', undefined, undefined, { deleted: true }),
      layer('dropped', undefined, undefined, { dropsAtStart: 'snapshotMissing' }),
      layer('dangling', undefined, 'nowhere'),
      layer('circle', undefined, 'circle'),
    ];
    const result = await importInventory(manager, inventoryOf(records));
    expect(result.records).toEqual(['onThere']);
    expect(result.withoutFiles).toEqual(['onThere']);
    expect(Object.fromEntries(result.skippedRecords.map(({ id, because }) => [id, because]))).toEqual({
      there: 'A record with this id is in the store already.',
      mutable: 'It is mutable: its files are in a snapshot of the cache, and no blob holds them.',
      onMutable: 'It stands on mutable, which does not come.',
      above: 'It stands on onMutable, which does not come.',
      doomed: 'It is marked to be removed.',
      dropped: 'Its own daemon would not list it after the next start.',
      dangling: 'It stands on nowhere, which does not come.',
      circle: 'It stands on circle, which does not come.',
    });
  });

  it('brings merges and diffs, which are made from their layers', async () => {
    const { manager } = await target();
    const records = [
      makeRecord({
        id: 'merge',
        kind: 'merge',
        mutable: false,
        parents: [
          { id: 'a', role: 'merge', position: 0 },
          { id: 'diff', role: 'merge', position: 1 },
        ],
      }),
      makeRecord({
        id: 'diff',
        kind: 'diff',
        mutable: false,
        parents: [
          { id: 'a', role: 'lower' },
          { id: 'b', role: 'upper' },
        ],
      }),
      layer('b', undefined, 'a'),
      layer('a', undefined),
    ];
    const result = await importInventory(manager, inventoryOf(records));
    expect(result.records).toEqual(['a', 'b', 'diff', 'merge']);
    const rows = await manager.diskUsage();
    expect(rows.find(({ id }) => id === 'merge')?.parents).toEqual(['a', 'diff']);
    expect(rows.find(({ id }) => id === 'diff')?.parents).toEqual(['a', 'b']);
    expect(rows.map(({ inUse }) => inUse)).toEqual([false, false, false, false]);
  });

  it('keeps the leases of what came, and the others only where they keep something of it', async () => {
    const { manager, store } = await target();
    const { blobs, openBlob } = blobsOf('pinned');
    const [{ digest }] = blobs;
    const lease = (id: string, labels: Record<string, string>, ...digests: string[]) => ({
      id,
      namespace: 'buildkit',
      labels,
      resources: digests.map((it) => ({ kind: 'content', id: it }) as const),
    });
    const leases = [
      lease('a', { 'containerd.io/gc.flat': 'then' }, digest),
      lease('pin', { why: 'kept' }, digest),
      lease('other', {}, digestOf('not here')),
      lease('temporary', { 'buildkit/lease.temporary': 'then' }, digest),
      lease('expired', { 'containerd.io/gc.expire': '2020-01-01T00:00:00Z' }, digest),
      { ...lease('foreign', {}, digest), namespace: 'moby' },
    ];
    const result = await importInventory(manager, inventoryOf([layer('a', digest)], { leases, blobs }), {
      openBlob,
    });
    expect(store.leases.list().map(({ id }) => id)).toEqual(['a', 'pin']);
    expect(store.leases.find('pin')?.labels).toEqual({ why: 'kept' });
    expect(store.leases.listResources('a')).toEqual([
      { type: 'content', id: digest },
      { type: 'snapshots/local', id: 'snapshot-a' },
    ]);
    expect(result.leases).toBe(2);
    expect(result.skippedLeases.map(({ id }) => id)).toEqual(['other', 'temporary', 'expired']);
  });

  it('stops when asked to, and what came is whole', async () => {
    const { manager, store } = await target();
    const records = Array.from({ length: 20_000 }, (_, i) =>
      layer(`r${i}`, undefined, i === 0 ? undefined : `r${i - 1}`),
    );
    const abort = new AbortController();
    const result = await importInventory(manager, inventoryOf(records), {
      signal: abort.signal,
      onProgress: ({ done }) => done > 0 && abort.abort(),
    });
    expect(result.cancelled).toBe(true);
    expect(result.records.length).toBeGreaterThan(0);
    expect(result.records.length).toBeLessThan(records.length);
    const again = await CacheManager.open(store);
    expect(again.dropped).toEqual([]);
    expect(await again.diskUsage()).toHaveLength(result.records.length);
  });

  it('is refused by a store that cannot be written', async () => {
    const { store, manager } = await target();
    await store.database.commit();
    const view = await temporaryStore({ create: false, readOnly: true }, store.path);
    const reader = await CacheManager.open(view);
    await expect(importInventory(reader, inventoryOf([]))).rejects.toMatchObject({ reason: 'readOnly' });
    await manager.close();
  });

  it.each([
    'v0.20.2-overlayfs-diverse',
    'v0.20.2-native-small',
    'v0.11.6-overlayfs-diverse',
    'v0.6-metadata-v1',
  ])('brings everything of %s that has its data in blobs or is known at all', async (name) => {
    const { manager, store } = await target();
    const source = await openCache(sharedFixture(name).root);
    const inventory = await source.read();
    const result = await importInventory(manager, inventory, {
      openBlob: (digest) => source.openBlob?.(digest) ?? Promise.resolve(undefined),
    });
    const came = new Set(result.records);
    expect(came.size + result.skippedRecords.length).toBe(inventory.records.length);
    const immutable = inventory.records.filter(({ mutable, dropsAtStart }) => !mutable && !dropsAtStart);
    for (const { id } of immutable.filter(({ parents }) => parents.every((it) => came.has(it.id)))) {
      expect(came).toContain(id);
    }
    expect(came.size).toBeGreaterThan(0);
    const again = await CacheManager.open(store);
    expect(again.dropped).toEqual([]);
    const rows = new Map((await again.diskUsage()).map((row) => [row.id, row]));
    for (const record of inventory.records.filter(({ id }) => came.has(id))) {
      const row = rows.get(record.id);
      expect(row?.parents).toEqual(record.parents.map(({ id }) => id));
      expect(row?.createdAt).toEqual(
        record.createdAt === undefined
          ? row?.createdAt
          : { ms: record.createdAt, nanos: record.createdAtNanos },
      );
      expect(row?.description).toBe(record.description);
      expect(store.metadata.get(record.id)?.chainId).toBe(record.chainId);
    }
  });
});
