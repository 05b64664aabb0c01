import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CacheError } from '../../../src/model/cacheError';
import type { Inventory } from '../../../src/model/inventory';
import { openCache } from '../../../src/sources/open';
import { ScratchFolder } from '../../support/boltFixture';
import { sharedFixture } from '../../support/fixtures';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

async function open(path: string): Promise<{ layout: string; inventory: Inventory; words: string }> {
  const source = await openCache(path);
  const inventory = await source.read();
  return {
    layout: source.info.layout,
    inventory,
    words: inventory.notes.map(({ message }) => message).join('\n'),
  };
}

async function failure(path: string): Promise<CacheError> {
  return await openCache(path).then(
    () => Promise.reject(new Error('opened')),
    (error: unknown) => {
      if (error instanceof CacheError) return error;
      throw error;
    },
  );
}

const native = () => sharedFixture('v0.20.2-native-small').root;

describe('opening', () => {
  it('knows a BuildKit root', async () => {
    const { layout, inventory } = await open(native());
    expect(layout).toBe('BuildKit root');
    expect(inventory.records).toHaveLength(41);
    expect(inventory.source).toMatchObject({ kind: 'buildkitRoot', label: 'state', location: native() });
  });

  it('takes relative paths', async () => {
    const source = await openCache('.').catch((error: unknown) => error);
    expect(source).toBeInstanceOf(CacheError);
    expect(String(source)).toContain(process.cwd());
  });

  it("knows one worker's folder, and says where the rest is", async () => {
    const { layout, inventory, words } = await open(join(native(), 'runc-native'));
    expect(layout).toBe('one worker of a BuildKit root');
    expect(inventory.records).toHaveLength(41);
    expect(inventory.solverKeys).toEqual([]);
    expect(words).toContain(`open ${native()}`);
  });

  it('knows several workers in one root', async () => {
    const root = join(folder.path, 'two');
    cpSync(native(), root, { recursive: true });
    const other = sharedFixture('v0.20.2-in-use-live').root;
    cpSync(join(other, 'runc-overlayfs'), join(root, 'runc-overlayfs'), { recursive: true });
    const { layout, inventory } = await open(root);
    expect(layout).toBe('BuildKit root with 2 workers');
    expect(inventory.workers.map(({ name, snapshotter }) => [name, snapshotter])).toEqual([
      ['runc-native', 'native'],
      ['runc-overlayfs', 'overlayfs'],
    ]);
    expect(inventory.records.filter(({ worker }) => worker === 0)).toHaveLength(41);
    expect(inventory.records.filter(({ worker }) => worker === 1)).toHaveLength(48);
  });

  it('knows a Docker engine by its data root and by the folder in it', async () => {
    const { root } = sharedFixture('docker-20.10-overlay2');
    for (const path of [root, join(root, 'buildkit')]) {
      const { layout, inventory } = await open(path);
      expect(layout).toBe('Docker engine with a storage driver');
      expect(inventory.records).toHaveLength(56);
      expect(inventory.solverKeys).toHaveLength(87);
      expect(inventory.snapshots).toHaveLength(102);
      expect(inventory.records.filter(({ shared }) => shared)).toHaveLength(34);
      expect(inventory.workers).toMatchObject([{ name: '', snapshotter: 'default', namespace: 'buildkit' }]);
    }
  });

  it("knows a Docker engine with containerd's image store", async () => {
    const data = join(folder.path, 'c8d');
    const { root } = sharedFixture('v0.20.2-containerd-worker');
    cpSync(join(root, 'buildkit'), join(data, 'buildkit'), { recursive: true });
    renameSync(join(data, 'buildkit', 'history.db'), join(data, 'buildkit', 'history_c8d.db'));
    cpSync(join(root, 'containerd'), join(data, 'containerd', 'daemon'), { recursive: true });
    const { layout, inventory, words } = await open(data);
    expect(layout).toBe("Docker engine with containerd's image store");
    expect(inventory.builds).toHaveLength(9);
    expect(inventory.leases).toHaveLength(88);
    expect(words).toContain(join(data, 'containerd', 'daemon'));
  });

  it('says when the containerd of a worker is not found, and leaves unknown what it would tell', async () => {
    const alone = join(folder.path, 'deep', 'down', 'buildkit');
    cpSync(join(sharedFixture('v0.20.2-containerd-worker').root, 'buildkit'), alone, { recursive: true });
    const { inventory, words } = await open(alone);
    expect(inventory.records).toHaveLength(58);
    expect(inventory.leases).toEqual([]);
    expect(inventory.records.every(({ shared }) => shared === undefined)).toBe(true);
    expect(words).toContain('kept by containerd, whose root was found neither in nor beside');
  });

  it('reads no namespace of containerd but that of BuildKit and of its history', async () => {
    const { inventory } = await open(sharedFixture('v0.20.2-containerd-worker').root);
    const namespaces = new Set(
      [...inventory.leases, ...inventory.snapshots].map(({ namespace }) => namespace),
    );
    expect(namespaces).toEqual(new Set(['buildkit', 'buildkit_history']));
  });

  it('knows the volume of a buildx builder, and names it by the volume', async () => {
    const volume = join(folder.path, 'buildx_buildkit_default_state');
    cpSync(native(), join(volume, '_data'), { recursive: true });
    expect((await open(volume)).inventory.records).toHaveLength(41);
    expect((await openCache(join(volume, '_data'))).info.label).toBe('buildx_buildkit_default_state');
  });

  it('reads a metadata database alone, and leaves unknown what it does not tell', async () => {
    const path = join(folder.path, 'metadata_v2.db');
    cpSync(join(native(), 'runc-native', 'metadata_v2.db'), path);
    const { layout, inventory, words } = await open(path);
    expect(layout).toBe('metadata database alone');
    expect(inventory.records).toHaveLength(41);
    expect(inventory.records.every(({ shared }) => shared === undefined)).toBe(true);
    expect(inventory.records.every(({ size }) => size !== undefined)).toBe(true);
    expect(words).toBe('');
  });

  it('reads only the one database that was named, and says where more is', async () => {
    const { inventory, words } = await open(join(native(), 'runc-native', 'metadata_v2.db'));
    expect(inventory.records).toHaveLength(41);
    expect(inventory.leases).toEqual([]);
    expect(words).toContain('Open its folder');
  });

  it('reads an old metadata.db alone', async () => {
    const path = join(folder.path, 'metadata.db');
    cpSync(join(sharedFixture('v0.6-metadata-v1').root, 'runc-overlayfs', 'metadata.db'), path);
    const { inventory, words } = await open(path);
    expect(inventory.records).toHaveLength(69);
    expect(inventory.records.filter(({ mutable }) => mutable)).toHaveLength(33);
    expect(words).toContain('BuildKit v0.6 or older');
    expect(words).toContain('without parents');
  });

  it('looks again at each reading', async () => {
    const root = join(folder.path, 'growing');
    cpSync(native(), root, { recursive: true });
    const source = await openCache(root);
    expect((await source.read()).workers).toHaveLength(1);
    cpSync(join(root, 'runc-native'), join(root, 'runc-other'), { recursive: true });
    expect((await source.read()).workers).toHaveLength(2);
    rmSync(root, { recursive: true });
    await expect(source.read()).rejects.toMatchObject({ reason: 'notFound' });
  });
});

describe('opening what is no cache', () => {
  it('says that a path is not there', async () => {
    expect(await failure(join(folder.path, 'nowhere'))).toMatchObject({ reason: 'notFound' });
    expect(await failure(join(native(), 'cache.db', 'x'))).toMatchObject({ reason: 'notFound' });
  });

  it('says that a folder holds none, and where one is', async () => {
    const empty = join(folder.path, 'hollow', 'empty');
    mkdirSync(empty, { recursive: true });
    expect(await failure(empty)).toMatchObject({
      reason: 'notACache',
      message: expect.stringContaining('It is empty') as string,
    });
    const above = await failure(join(native(), '..'));
    expect(above).toMatchObject({
      reason: 'notACache',
      message: expect.stringContaining(`${native()} is one`) as string,
    });
    const below = await failure(join(native(), 'runc-native', 'snapshots'));
    expect(below.message).toContain(`open ${join(native(), 'runc-native')}`);
  });

  it('says that a file is empty, or text, or another database', async () => {
    expect(await failure(folder.write('empty.db', Buffer.alloc(0)))).toMatchObject({ reason: 'notACache' });
    expect(await failure(folder.write('notes.txt', Buffer.from('hello\n')))).toMatchObject({
      reason: 'notACache',
    });
    for (const other of [
      'cache.db',
      'history.db',
      'runc-native/containerdmeta.db',
      'runc-native/snapshots/metadata.db',
    ]) {
      await expect((await openCache(join(native(), other))).read()).rejects.toMatchObject({
        reason: 'notACache',
        message: expect.stringContaining('Open the root folder that it belongs to') as string,
      });
    }
  });

  it('says so of things that are neither folder nor file', async () => {
    expect(await failure('/dev/null')).toMatchObject({ reason: 'notACache' });
  });

  it('does not take a folder for a database', async () => {
    const root = join(folder.path, 'folders');
    mkdirSync(join(root, 'runc-overlayfs', 'metadata_v2.db'), { recursive: true });
    writeFileSync(join(root, 'cache.db'), '');
    expect(await failure(root)).toMatchObject({ reason: 'notACache' });
  });
});
