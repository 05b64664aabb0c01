import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheManager } from '../../../src/core/manager';
import type { BlobProvider } from '../../../src/core/options';
import type { ImmutableRef } from '../../../src/core/refs';
import type { LocalStore } from '../../../src/store/localStore';
import { openLocalStore } from '../../../src/store/openLocalStore';

describe('the core on a local store', () => {
  let folder: string;
  let store: LocalStore;
  let manager: CacheManager;

  const open = async () => {
    store = await openLocalStore(folder, { create: true });
    manager = await CacheManager.open(store);
  };
  const close = async () => {
    await manager.close();
    await store.close();
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'core-'));
    await open();
  });
  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  async function record(files: Record<string, string>, parent?: ImmutableRef): Promise<ImmutableRef> {
    const mutable = await manager.create(parent, { retain: true });
    const { path } = await mutable.mount();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    const ref = await mutable.commit();
    await ref.finalize();
    return ref;
  }

  async function filesOf(ref: ImmutableRef): Promise<Record<string, string>> {
    const { path } = await ref.mount({ readOnly: true });
    const names = readdirSync(path).sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
  }

  it('keeps files, layer on layer, through closing and opening', async () => {
    const base = await record({ a: 'one', b: 'two' });
    const top = await record({ b: 'three', c: 'four' }, base);
    expect(await filesOf(top)).toEqual({ a: 'one', b: 'three', c: 'four' });
    await close();
    await open();
    expect(await filesOf(await manager.get(top.id))).toEqual({ a: 'one', b: 'three', c: 'four' });
    expect(await filesOf(await manager.get(base.id))).toEqual({ a: 'one', b: 'two' });
  });

  it('makes the files of merges and diffs', async () => {
    const base = await record({ a: 'one' });
    const top = await record({ b: 'two' }, base);
    const other = await record({ a: 'three', c: 'four' });
    const merged = await manager.merge([top, other]);
    expect(merged && (await filesOf(merged))).toEqual({ a: 'three', b: 'two', c: 'four' });
    expect(await filesOf(await manager.diff(base, top))).toEqual({ b: 'two' });
  });

  it('fetches a lazy layer, verifies and unpacks it', async () => {
    const source = await record({ file: 'from afar' });
    const layer = await store.differ.compare(undefined, source.id);
    const chunks: Buffer[] = [];
    for await (const chunk of await store.content.reader(layer.digest)) chunks.push(chunk as Buffer);
    store.content.delete(layer.digest);
    await store.collect();
    const provider: BlobProvider = {
      fetch: async (digest, content, lease) => {
        const writer = await content.writer({ ref: `fetch ${digest}`, digest, lease });
        for await (const chunk of Readable.from(chunks)) await writer.write(chunk as Buffer);
        await writer.commit();
      },
    };
    const descriptor = { ...layer, diffId: layer.diffId };
    const lazy = await manager.getByBlob(descriptor, undefined, {
      providers: new Map([[layer.digest, provider]]),
      imageRef: 'example.test/image:latest',
    });
    expect(await lazy.size()).toBe(0);
    await lazy.extract();
    expect(await filesOf(lazy)).toEqual({ file: 'from afar' });
    expect(lazy.fields.description).toBe('pulled from example.test/image:latest');
    expect(await lazy.size()).toBeGreaterThan(layer.size);
  });

  it('gives the disk back what a prune removes', async () => {
    const base = await record({ a: 'one' });
    const top = await record({ b: 'two' }, base);
    await base.release();
    await top.release();
    const { removed, collected } = await manager.prune([{}]);
    expect(removed.map(({ id }) => id)).toEqual([top.id, base.id]);
    expect(collected.snapshots).toBe(2);
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
    expect(store.leases.list()).toEqual([]);
  });

  it('loses nothing that it has acknowledged when it is left without closing', async () => {
    const base = await record({ a: 'one' });
    const copy = mkdtempSync(join(tmpdir(), 'core-copy-'));
    try {
      for (const name of ['store.json', 'metadata.sqlite', 'metadata.journal']) {
        if (existsSync(join(folder, name))) writeFileSync(join(copy, name), readFileSync(join(folder, name)));
      }
      const left = await openLocalStore(copy, { create: true });
      const found = await CacheManager.open(left);
      expect((await found.get(base.id)).fields).toMatchObject({ committed: true });
      await found.close();
      await left.close();
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('syncs at most twice for a record', async () => {
    let commits = 0;
    const commit = store.database.commit.bind(store.database);
    let revision = store.database.revision;
    store.database.commit = () => {
      if (store.database.revision !== revision) commits++;
      revision = store.database.revision;
      return commit();
    };
    const ref = await record({ a: 'one' });
    await ref.release();
    expect(commits).toBe(2);
  });

  it('can be looked at while another has it open', async () => {
    const ref = await record({ a: 'one' });
    const view = await openLocalStore(folder, { readOnly: true });
    const looking = await CacheManager.open(view);
    expect((await looking.diskUsage()).map(({ id }) => id)).toEqual([ref.id]);
    await expect(looking.create(undefined)).rejects.toMatchObject({ reason: 'readOnly' });
    const later = await record({ b: 'two' });
    await vi.waitFor(async () => {
      const ids = (await looking.diskUsage()).map(({ id }) => id);
      expect(ids.sort()).toEqual([ref.id, later.id].sort());
    });
    await looking.close();
    await view.close();
  });
});
