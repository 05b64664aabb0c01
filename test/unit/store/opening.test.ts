import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../src/store/files';
import { openLocalStore } from '../../../src/store/openLocalStore';
import { LogicalBackend } from '../../../src/store/snapshots/logicalBackend';
import { isNotFound, isStoreError } from '../../../src/store/storeError';
import { putText } from '../../support/storeContent';
import { FaultyFiles } from '../../support/storeFaults';
import { temporaryFolder, temporaryStore } from '../../support/storeFolder';

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

describe('opening a store', () => {
  it('makes one only when asked to, with the files that it is known by', async () => {
    const folder = join(temporaryFolder(), 'store');
    await expect(openLocalStore(folder)).rejects.toSatisfy(isNotFound);
    expect(existsSync(folder)).toBe(false);
    const store = await temporaryStore({}, folder);
    expect(readdirSync(folder).sort()).toEqual([
      'content',
      'lock',
      'metadata.journal',
      'metadata.sqlite',
      'snapshots',
      'store.json',
    ]);
    await store.close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    await store.close();
    expect(() => store.metadata.all()).toThrow(refusal('closed'));
    expect(() => store.metadata.put('x', {})).toThrow(refusal('closed'));
  });

  it('does not make one among other things, nor in a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'holiday.jpg'), '');
    await expect(openLocalStore(folder, { create: true })).rejects.toEqual(refusal('invalid'));
    await expect(openLocalStore(join(folder, 'holiday.jpg'), { create: true })).rejects.toSatisfy(
      isStoreError,
    );
    expect(readdirSync(folder)).toEqual(['holiday.jpg']);
  });

  it('finishes one whose making was cut short', async () => {
    const counting = new FaultyFiles();
    const first = await openLocalStore(join(temporaryFolder(), 'store'), { create: true, files: counting });
    const { operations } = counting;
    await first.close();
    for (let failAt = 0; failAt < operations; failAt++) {
      const folder = join(temporaryFolder(), 'store');
      const failing = openLocalStore(folder, { create: true, files: new FaultyFiles(failAt) });
      await failing
        .then((store) => store.close())
        .catch((error: unknown) => {
          expect(error).toSatisfy(isStoreError);
        });
      rmSync(join(folder, 'lock'), { force: true });
      const store = await temporaryStore({}, folder);
      expect(store.state.writable).toBe(true);
      store.metadata.put('a', {});
      await store.close();
    }
  });

  it('refuses a newer format and one that cannot be read, and changes nothing', async () => {
    const store = await temporaryStore();
    await store.close();
    const file = join(store.path, 'store.json');
    writeFileSync(file, '{"format":99}');
    await expect(openLocalStore(store.path)).rejects.toEqual(refusal('newerVersion'));
    writeFileSync(file, '{"format"');
    await expect(openLocalStore(store.path)).rejects.toEqual(refusal('corrupt'));
    expect(readFileSync(file, 'utf8')).toBe('{"format"');
  });

  it('is read-only for the second in the same process, which sees what the first does', async () => {
    const first = await temporaryStore();
    const second = await temporaryStore({}, first.path);
    expect(first.state).toEqual({ writable: true });
    expect(second.state.writable).toBe(false);
    const digest = await putText(first.content, 'seen');
    await first.database.commit();
    await second.follow();
    expect(second.content.has(digest)).toBe(true);
    expect(() => second.leases.create('x')).toThrow(refusal('readOnly'));
    await first.close();
    const third = await temporaryStore({}, first.path);
    expect(third.state.writable).toBe(true);
  });

  it('is read-only when asked for, without a lock or a changed byte', async () => {
    const store = await temporaryStore();
    store.metadata.put('a', {});
    await store.close();
    const before = readdirSync(store.path).map((name) => [name, statSync(join(store.path, name)).mtimeMs]);
    const reader = await openLocalStore(store.path, { readOnly: true });
    expect(reader.metadata.count()).toBe(1);
    expect(reader.state).toEqual({ writable: false, because: 'The store was opened to be read only' });
    await reader.close();
    expect(readdirSync(store.path).map((name) => [name, statSync(join(store.path, name)).mtimeMs])).toEqual(
      before,
    );
  });

  it('is read-only where the folder cannot be written', async () => {
    const store = await temporaryStore();
    store.metadata.put('a', {});
    await store.close();
    const denied = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    const files = {
      ...nodeFiles,
      open: (path: string, flags: string) =>
        flags === 'r' ? nodeFiles.open(path, 'r') : Promise.reject(denied),
    };
    const reader = await openLocalStore(store.path, { files });
    expect(reader.metadata.count()).toBe(1);
    expect(reader.state).toMatchObject({ writable: false });
    await reader.close();
  });

  it('goes on with numbers of snapshots behind files that a crash left, and collects those', async () => {
    const store = await temporaryStore();
    await store.close();
    mkdirSync(join(store.path, 'snapshots/7'), { recursive: true });
    writeFileSync(join(store.path, 'snapshots/7/stale'), '');
    const again = await temporaryStore({}, store.path);
    await again.snapshots.prepare('a');
    const { path } = await again.snapshots.mounts('a');
    expect(path).toBe(join(store.path, 'snapshots/8'));
    again.leases.create('l');
    again.leases.addResource('l', { type: 'snapshots/local', id: 'a' });
    await again.collect();
    expect(readdirSync(join(store.path, 'snapshots'))).toEqual(['8']);
  });

  it('goes on with snapshots that have no files', async () => {
    const snapshotBackend = new LogicalBackend();
    const store = await temporaryStore({ snapshotBackend, snapshotterName: 'native' });
    await store.snapshots.prepare('a');
    snapshotBackend.write([1], 500);
    await store.snapshots.commit('A', 'a');
    await store.snapshots.merge('M', [{ upper: 'A' }, { upper: 'A' }]);
    expect([await store.snapshots.usage('A'), await store.snapshots.usage('M')]).toEqual([
      { size: 500, inodes: 1 },
      { size: 200, inodes: 1 },
    ]);
    await expect(store.differ.compare(undefined, 'A')).rejects.toEqual(refusal('notImplemented'));
    expect(await store.collect()).toMatchObject({ snapshots: 2 });
  });
});

describe('a store whose disk fails', () => {
  /** Everything that touches files, once. */
  async function work(folder: string, files: FaultyFiles): Promise<Map<string, string>> {
    const done = new Map<string, string>();
    const store = await openLocalStore(folder, { create: true, files });
    try {
      store.leases.create('l');
      await store.database.commit();
      for (const text of ['one', 'two']) {
        const digest = await putText(store.content, text, { lease: 'l' });
        store.metadata.put(text, { blob: digest });
        await store.database.commit();
        done.set(text, digest);
      }
      await putText(store.content, 'garbage');
      await store.collect();
    } finally {
      await store.close();
    }
    return done;
  }

  it.each(['EIO', 'ENOSPC', 'short'] as const)(
    'keeps what it acknowledged at whichever call it fails (%s)',
    async (kind) => {
      const counting = new FaultyFiles();
      await work(join(temporaryFolder(), 'store'), counting);
      const step = Math.max(1, Math.floor(counting.operations / Number(process.env.FAULT_CALLS ?? 25)));
      for (let failAt = 0; failAt < counting.operations; failAt += step) {
        const folder = join(temporaryFolder(), 'store');
        const error = await work(folder, new FaultyFiles(failAt, kind)).then(
          () => undefined,
          (failure: unknown) => failure,
        );
        if (error !== undefined) expect(error).toSatisfy(isStoreError);
        // The process that held it would be gone.
        rmSync(join(folder, 'lock'), { force: true });
        const store = await temporaryStore({}, folder);
        for (const { id, blob } of store.metadata.all()) {
          await store.content.verify(blob ?? id);
          expect(store.leases.listResources('l')).toContainEqual({ type: 'content', id: blob });
        }
        const { leftovers } = await store.collect();
        expect(leftovers).toEqual([]);
        for (const { digest } of store.content.walk()) await store.content.verify(digest);
        await store.close();
      }
    },
  );

  it('says why when it has run full', async () => {
    const full = new FaultyFiles(0, 'ENOSPC');
    await expect(
      openLocalStore(join(temporaryFolder(), 'store'), { create: true, files: full }),
    ).rejects.toEqual(refusal('noSpace'));
  });
});
