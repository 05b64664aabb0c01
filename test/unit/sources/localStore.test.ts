import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/model/inventory';
import { LocalStores } from '../../../src/sources/local/localStores';
import { openSampleStore } from '../../../src/sources/local/sampleStore';
import { openCache } from '../../../src/sources/open';
import { openLocalStore } from '../../../src/store/openLocalStore';
import { temporaryFolder } from '../../support/storeFolder';

const processes: LocalStores[] = [];

/** The stores of one window; closed after the test. */
function window(): LocalStores {
  const stores = new LocalStores();
  processes.push(stores);
  return stores;
}

afterEach(async () => {
  for (const stores of processes.splice(0)) await stores.close();
});

async function sample(stores = window()) {
  const path = join(temporaryFolder(), 'store');
  const { value, release } = await openSampleStore(path, stores);
  return { path, stores, ...value, release };
}

const read = (path: string, stores: LocalStores): Promise<Inventory> => stores.source(path).read();

/** Name, size, times and content of everything in a folder. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = statSync(join(folder, name));
      const { mtimeMs, size, ino } = stat;
      const bytes = stat.isFile() ? readFileSync(join(folder, name)) : '';
      return [name, size, ino, mtimeMs, createHash('sha256').update(bytes).digest('hex')].join(' ');
    });
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it did not come to that in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the sample store', () => {
  it('has chains, a merge, a diff, a lazy blob, a cache mount and leases, made with real files', async () => {
    const { path, stores } = await sample();
    const { records, leases, blobs, snapshots, notes } = await read(path, stores);
    const kinds = new Set(records.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['base', 'diff', 'layer', 'merge']);
    const types = new Set(records.map(({ type }) => type));
    expect([...types].sort()).toEqual(['exec.cachemount', 'frontend', 'regular', 'source.local']);
    expect(records.filter(({ lazy }) => lazy)).toHaveLength(2);
    expect(records.find(({ mutable }) => mutable)).toMatchObject({
      type: 'exec.cachemount',
      attributes: { 'cache-dir': '/root/.cache/go-build' },
    });
    const named = records.flatMap((record) => record.leases);
    expect(leases.filter(({ id }) => !named.includes(id)).map(({ id }) => id)).toEqual([]);
    expect(leases.map(({ id }) => id)).toContain('sample-pinned');
    expect(blobs.length).toBeGreaterThan(1);
    expect(snapshots.some(({ kind }) => kind === 'active')).toBe(true);
    expect(records.filter(({ inUse }) => inUse !== false)).toEqual([]);
    expect(notes).toEqual([]);
  });

  it('is the same after a restart', async () => {
    const { path, stores, release } = await sample();
    const before = await read(path, stores);
    await release();
    const again = await stores.open(path);
    expect(again.value.manager?.dropped).toEqual([]);
    const byId = ({ records }: Inventory) => [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(await read(path, stores))).toEqual(byId(before));
  });

  it('loses all records to a prune of all, and keeps the blob that a lease of its own pins', async () => {
    const { path, stores, manager } = await sample();
    await manager?.prune([{ all: true }]);
    const { records, blobs, snapshots, leases } = await read(path, stores);
    expect({ records, snapshots }).toEqual({ records: [], snapshots: [] });
    expect(blobs).toHaveLength(1);
    expect(leases.map(({ id }) => id)).toEqual(['sample-pinned']);
  });

  it('is not made again over what is there', async () => {
    const { path, stores } = await sample();
    const before = await read(path, stores);
    const again = await openSampleStore(path, stores);
    await again.release();
    expect((await read(path, stores)).records).toEqual(before.records);
  });
});

describe('a local store that is looked at', () => {
  it('is recognised by its folder, and not changed', async () => {
    const { path, release } = await sample();
    await release();
    const before = fingerprint(path);
    const source = await openCache(path);
    const inventory = await source.read();
    expect(source.info).toEqual({ kind: 'local', label: 'store', location: path, layout: 'local store' });
    expect(source.capabilities).toEqual({ canPrune: false, hasLeases: true, canWatch: true });
    expect(inventory.records.length).toBeGreaterThan(8);
    expect(fingerprint(path)).toEqual(before);
  });

  it('shows the sizes that its manager tells, without writing them', async () => {
    const { path, stores, manager, store } = await sample();
    const revision = store.database.revision;
    const { records } = await read(path, stores);
    expect(store.database.revision).toBe(revision);
    const rows = await manager?.diskUsage();
    expect(rows).toHaveLength(records.length);
    for (const row of rows ?? []) {
      const record = records.find(({ id }) => id === row.id);
      expect(record).toMatchObject({
        size: row.size,
        inUse: row.inUse,
        mutable: row.mutable,
        usageCount: row.usageCount,
        description: row.description,
        type: row.recordType,
        shared: row.shared,
      });
      expect(record?.parents.map(({ id }) => id)).toEqual(row.parents);
    }
  });

  it('tells what is in use where this process works with it, and why that is unknown where another does', async () => {
    const { path, stores, manager } = await sample();
    const [first] = (await read(path, stores)).records.filter(({ kind }) => kind === 'base');
    const ref = await manager?.get(first.id);
    const own = await read(path, stores);
    expect(own.records.find(({ id }) => id === first.id)?.inUse).toBe(true);
    expect(stores.source(path).capabilities.canPrune).toBe(true);

    const other = window();
    const seen = await read(path, other);
    expect(seen.records.map(({ inUse }) => inUse).every((inUse) => inUse === undefined)).toBe(true);
    expect(seen.notes.map(({ message }) => message)).toContain(
      'What is in use is known only to the window that has this store open to work with.',
    );
    await ref?.release();
  });

  it('is read-only for a second window that opens it, which says who writes', async () => {
    const { path } = await sample();
    const other = window();
    const { value } = await other.open(path);
    expect(value.manager).toBeUndefined();
    const { notes } = await read(path, other);
    expect(notes[0].message).toMatch(/^Nothing can be changed here: The store is being written by /);
    expect(other.source(path).capabilities.canPrune).toBe(false);
  });

  it('shows a pair as its mutable half', async () => {
    const stores = window();
    const path = join(temporaryFolder(), 'store');
    const { value } = await stores.open(path, { create: true });
    const mutable = await value.manager?.create(undefined, { retain: true });
    const immutable = await mutable?.commit();
    const { records } = await read(path, stores);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ id: mutable?.id, twin: immutable?.id, mutable: true, inUse: true });
  });

  it('names a store of a newer version, one that is damaged, and one that is gone', async () => {
    const { path, release } = await sample();
    await release();
    const source = await openCache(path);
    writeFileSync(join(path, 'store.json'), '{"format":99}');
    await expect(source.read()).rejects.toMatchObject({ name: 'CacheError', reason: 'unsupported' });
    writeFileSync(join(path, 'store.json'), '{');
    await expect(source.read()).rejects.toMatchObject({ name: 'CacheError', reason: 'corrupt' });
    await expect(window().source(join(path, 'gone')).read()).rejects.toMatchObject({ reason: 'notFound' });
  });

  it('says that a store is half made, and leaves it so', async () => {
    const path = temporaryFolder();
    mkdirSync(join(path, 'snapshots'));
    writeFileSync(join(path, 'metadata.journal'), '');
    const before = fingerprint(path);
    const source = await openCache(path);
    const { records, notes } = await source.read();
    expect(source.info.kind).toBe('local');
    expect(records).toEqual([]);
    expect(notes[0].message).toContain('was cut short');
    expect(fingerprint(path)).toEqual(before);
  });

  it('stops reading when asked to', async () => {
    const { path, stores } = await sample();
    const reading = stores.source(path).read({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(reading).rejects.toThrow('enough');
  });

  it('gives the bytes of its blobs', async () => {
    const { path, stores } = await sample();
    const { records } = await read(path, stores);
    const source = stores.source(path);
    const here = records.find(({ blob, lazy }) => blob !== undefined && lazy === false)?.blob ?? '';
    const hash = createHash('sha256');
    for await (const chunk of (await source.openBlob?.(here)) ?? []) hash.update(chunk);
    expect(`sha256:${hash.digest('hex')}`).toBe(here);
    const lazy = records.find((record) => record.lazy)?.blob ?? '';
    expect(await source.openBlob?.(lazy)).toBeUndefined();
  });
});

describe('watching a local store', () => {
  it('tells of changes by this process and by another', async () => {
    const { path, stores, manager } = await sample();
    const other = window();
    const heard = { own: 0, other: 0 };
    const stop = [
      stores.source(path).watch?.(() => heard.own++),
      other.source(path).watch?.(() => heard.other++),
    ];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard).toEqual({ own: 0, other: 0 });
    const { records } = await read(path, stores);
    const ref = await manager?.get(records[0].id);
    await ref?.setDescription('changed');
    await until(() => heard.own > 0 && heard.other > 0);
    expect((await read(path, other)).records.find(({ id }) => id === records[0].id)?.description).toBe(
      'changed',
    );
    stop.forEach((it) => it?.());
    const last = { ...heard };
    await ref?.setDescription('changed again');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(heard).toEqual(last);
    await ref?.release();
  });

  it('tells when this process opens the store to work with, and when it lets go', async () => {
    const { path, stores, release } = await sample();
    await release();
    let heard = 0;
    const stop = stores.watch(path, () => heard++);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const share = await stores.open(path);
    await until(() => heard === 1);
    await share.release();
    await until(() => heard === 2);
    stop();
  });

  it('does not keep the lock', async () => {
    const { path, stores, release } = await sample();
    const stop = stores.watch(path, () => undefined);
    await release();
    const store = await openLocalStore(path);
    expect(store.state.writable).toBe(true);
    await store.close();
    stop();
  });
});
