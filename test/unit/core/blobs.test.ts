import { describe, expect, it } from 'vitest';
import { chainId } from '../../../src/core/chainIds';
import { isNeedsRemoteProvider, isStoreError } from '../../../src/store/storeError';
import { blobOf, CoreHarness, digestOf, providersOf } from '../../support/coreHarness';

const modes = [
  ['in its own way', {}],
  ['as BuildKit', { compat: 'buildkit' }],
] as const;

describe.each(modes)('records of blobs, %s', (_, options) => {
  const open = () => CoreHarness.open(options);

  it('TV-14: need to know the digest of the uncompressed layer', async () => {
    const core = await open();
    const blob = { ...blobOf('a', 'b'), diffId: undefined };
    core.putBlob(blob);
    await expect(core.manager.getByBlob(blob, undefined)).rejects.toSatisfy(isStoreError);
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('TV-15: need the blob, or a provider of exactly that blob', async () => {
    const core = await open();
    const blob = blobOf('a', 'b');
    const refused = core.manager.getByBlob(blob, undefined, providersOf(blobOf('c', 'b')));
    await expect(refused).rejects.toSatisfy(isNeedsRemoteProvider);
    await expect(refused).rejects.toMatchObject({ digests: [blob.digest] });
  });

  it('TV-16: share one snapshot between two compressions of a layer', async () => {
    const core = await open();
    const [zipped, plain] = [blobOf('a', 'd'), blobOf('b', 'd')];
    const first = await core.manager.getByBlob(zipped, undefined, providersOf(zipped));
    const second = await core.manager.getByBlob(plain, undefined, providersOf(plain));
    expect(second.id).not.toBe(first.id);
    expect(second.fields.snapshotId).toBe(first.fields.snapshotId);
  });

  it('TV-17: can only stand on a parent that has chain ids', async () => {
    const core = await open();
    const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
    const base = await (await core.mutable(0, { retain: true })).commit();
    core.putBlob(upper);
    await expect(core.manager.getByBlob(upper, base)).rejects.toMatchObject({
      reason: 'failedPrecondition',
    });
    core.putBlob(lower);
    await base.setBlob(lower);
    await base.computeChainIds([base]);
    expect((await core.manager.getByBlob(upper, base)).fields.parent).toBe(base.id);
  });

  it('TV-18: take one blob, which has to be there, and keep it', async () => {
    const core = await open();
    const blob = blobOf('a', 'd');
    const base = await core.record();
    core.putBlob(blob);
    await base.setBlob(blob);
    await base.computeChainIds([base]);
    const { fields } = base;
    expect(fields.chainId).toBe(blob.diffId);
    expect(fields.blobChainId).toBe(chainId(blob.digest, digestOf('d')));
    expect([fields.snapshotId, fields.blobOnly, fields.mediaType]).toEqual([
      base.id,
      undefined,
      blob.mediaType,
    ]);
    const before = { ...fields };
    await expect(base.setBlob(blobOf('e', 'f'))).rejects.toSatisfy(isStoreError);
    expect(base.fields).toEqual(before);
  });

  it('TV-19: build both identities on those of the parent', async () => {
    const core = await open();
    const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
    [lower, upper].forEach((blob) => core.putBlob(blob));
    const base = await core.manager.getByBlob(lower, undefined);
    const { fields } = await core.manager.getByBlob(upper, base);
    const expected = chainId(digestOf('c'), digestOf('d'));
    expect(fields.chainId).toBe(expected);
    expect(fields.blobChainId).toBe(
      chainId(chainId(digestOf('a'), digestOf('c')), chainId(digestOf('b'), digestOf('d'))),
    );
    expect([fields.snapshotId, fields.blobOnly]).toEqual([expected, true]);
  });

  it('TV-20: are found again in a record that was given the same blob later', async () => {
    const core = await open();
    const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
    [lower, upper].forEach((blob) => core.putBlob(blob));
    const base = await core.manager.getByBlob(lower, undefined);
    const top = await core.record(0, {}, base);
    await top.setBlob(upper);
    await top.computeChainIds([base, top]);
    expect((await core.manager.getByBlob(upper, base)).id).toBe(top.id);
    expect(await core.usage()).toEqual([2, 0]);
  });

  it('TV-22: are extracted from the bottom up, and give back everything when pruned', async () => {
    const core = await open();
    const [lower, upper] = [blobOf('a', 'c', 20), blobOf('b', 'd', 30)];
    [lower, upper].forEach((blob) => core.putBlob(blob));
    const base = await core.manager.getByBlob(lower, undefined);
    const top = await core.manager.getByBlob(upper, base);
    expect(await top.size()).toBe(30);
    expect([core.store.snapshots.walk().length, core.store.content.walk().length]).toEqual([0, 2]);
    await top.extract();
    expect([base.fields.blobOnly, top.fields.blobOnly]).toEqual([false, false]);
    expect(core.store.snapshots.walk()).toHaveLength(2);
    await base.release();
    expect(await core.pruned()).toEqual([]);
    expect(await core.usage()).toEqual([2, 0]);
    const held = await core.manager.get(base.id);
    await top.release();
    expect(await core.usage()).toEqual([1, 1]);
    expect(await core.pruned()).toEqual([top.id]);
    expect([core.store.snapshots.walk().length, core.store.content.walk().length]).toEqual([1, 1]);
    await held.release();
    await core.pruned();
    expect([core.store.snapshots.walk().length, core.store.content.walk().length]).toEqual([0, 0]);
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('TV-24: remember media type and other places of a layer that may not be given away', async () => {
    const core = await open();
    const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
    const blob = { ...blobOf('a', 'c'), mediaType: foreign, urls: ['https://example.test/layer'] };
    core.putBlob(blob);
    const ref = await core.manager.getByBlob(blob, undefined);
    await core.reopen(options);
    const { fields } = await core.manager.get(ref.id);
    expect([fields.mediaType, fields.urls]).toEqual([foreign, blob.urls]);
    expect(ref.descriptor({ distributable: true })).toMatchObject({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      urls: [],
    });
    expect(ref.descriptor({ distributable: false })).toMatchObject({ mediaType: foreign, urls: blob.urls });
  });

  it('TV-25: are measured, and go, with compressions that refer to each other in a circle', async () => {
    const core = await open();
    const [a, b, c] = [blobOf('a', 'd', 1), blobOf('b', 'd', 20), blobOf('c', 'd', 300)];
    [a, b, c].forEach((blob) => core.putBlob(blob));
    const ref = await core.manager.getByBlob(a, undefined);
    await ref.linkVariant(b);
    const label = (digest: string) => ({ [`containerd.io/gc.ref.content.blob-${digest}`]: digest });
    core.store.content.updateLabels(b.digest, label(c.digest));
    core.store.content.updateLabels(c.digest, label(a.digest));
    expect(await ref.size()).toBe(321);
    await ref.release();
    await core.pruned({ all: true });
    expect(core.store.content.walk()).toEqual([]);
  });

  it('TV-40: are the same records when the same image comes again, and leave nothing once pruned', async () => {
    const core = await open();
    const layers = [blobOf('a', '1'), blobOf('b', '2'), blobOf('c', '3')];
    const pull = async () => {
      let below;
      for (const layer of layers) {
        core.putBlob(layer);
        const ref = await core.manager.getByBlob(layer, below);
        await below?.release();
        below = ref;
      }
      await below?.release();
    };
    await pull();
    await pull();
    expect(await core.usage()).toEqual([0, 3]);
    await core.pruned({ all: true });
    expect(await core.usage()).toEqual([0, 0]);
    expect(core.store.content.walk()).toEqual([]);
  });
});

describe('records of blobs', () => {
  it('TV-21: have these very numbers', () => {
    const diffA = 'sha256:fa95613718e6303a887f109f3f951a2ea1b2596deaebcf525e30e84579e27802';
    const blobA = 'sha256:49196796f158ead77eb67891db20e4147090a3fad0657f8e5a3a2b78974a6e5e';
    const diffB = 'sha256:9425879ca2c9c703b481a10999394de9f6286f4b16c90b2cbed479edfcc78178';
    expect(chainId(blobA, diffA)).toBe(
      'sha256:cd9bfb54eabed043d7c3a56fd79ac2a61d63520a2a1bfafb2879cb9bc0accf4e',
    );
    expect(chainId(diffA, diffB)).toBe(
      'sha256:1bd34c391175d3c0de3e1af7f5357e70a41d8b87ea9684dc177f54cd6dc0b0ef',
    );
  });

  it('TV-23: are extracted again when a snapshot that a diff needs has vanished', async () => {
    const core = await CoreHarness.open();
    const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
    [lower, upper].forEach((blob) => core.putBlob(blob));
    const below = await core.manager.getByBlob(lower, undefined);
    const above = await core.manager.getByBlob(upper, undefined);
    await below.extract();
    await above.extract();
    const diff = await core.manager.diff(below, above);
    await core.store.snapshots.remove(digestOf('c'));
    await diff.extract();
    expect(core.store.snapshots.find(digestOf('c'))?.kind).toBe('committed');
    expect(core.store.snapshots.find(diff.id)?.kind).toBe('committed');
  });
});
