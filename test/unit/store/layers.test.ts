import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { ApplyOptions, LayerCompression, LayerLimits } from '../../../src/store/layers';
import type { LocalStore } from '../../../src/store/localStore';
import { digestOf } from '../../support/storeContent';
import { temporaryStore } from '../../support/storeFolder';

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

type Entry = Partial<Header> & { name: string; body?: string };

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { body, ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, body ?? '');
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function put(store: LocalStore, bytes: Uint8Array): Promise<string> {
  const writer = await store.content.writer({ ref: digestOf(bytes) });
  await writer.write(bytes);
  return (await writer.commit()).digest;
}

/** Unpacks layers, one on the other, and gives the folder of the last one's mount. */
async function unpack(store: LocalStore, layers: readonly (readonly Entry[])[]): Promise<string> {
  let parent: string | undefined;
  for (const [n, layer] of layers.entries()) {
    await store.snapshots.prepare(`a${n}`, parent);
    await store.applier.apply(await put(store, await tarOf(layer)), `a${n}`);
    await store.snapshots.commit(`s${n}`, `a${n}`);
    parent = `s${n}`;
  }
  await store.snapshots.view('look', parent);
  return (await store.snapshots.mounts('look')).path;
}

async function apply(store: LocalStore, bytes: Uint8Array, options?: ApplyOptions) {
  await store.snapshots.prepare('into');
  return store.applier.apply(await put(store, bytes), 'into', options);
}

const paths = fc.constantFrom(
  'a',
  'b',
  'dir',
  'dir/a',
  'dir/b',
  'dir/sub',
  'dir/sub/x',
  'long'.repeat(40),
  'ü/λ',
);
const change = fc.record({
  path: paths,
  kind: fc.constantFrom('file', 'directory', 'link', 'hard', 'delete', 'mode'),
  text: fc.string({ maxLength: 8 }),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Does something to a tree, whatever is there. */
function act(root: string, { path, kind, text }: Change): void {
  const target = join(root, path);
  if (kind === 'mode') {
    if (existsSync(target) && !lstatSync(target).isSymbolicLink()) chmodSync(target, 0o750);
    return;
  }
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const above = lstatSync(join(root, path.slice(0, at)), { throwIfNoEntry: false });
    if (above?.isDirectory() !== true) rmSync(join(root, path.slice(0, at)), { force: true });
  }
  mkdirSync(join(target, '..'), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  if (kind === 'directory') mkdirSync(target);
  else if (kind === 'link') symlinkSync(`to ${text}`, target);
  else if (
    kind === 'hard' &&
    existsSync(join(root, 'a')) &&
    lstatSync(join(root, 'a')).isFile() &&
    path !== 'a'
  ) {
    linkSync(join(root, 'a'), target);
  } else if (kind !== 'delete') {
    writeFileSync(target, text);
    utimesSync(target, 1_500_000_000, 1_500_000_000);
  }
}

describe('packing and unpacking layers', () => {
  it.each(['none', 'gzip'] as LayerCompression[])(
    'gives the same bytes for the same trees (%s)',
    async (compression) => {
      const make = async () => {
        const store = await temporaryStore();
        await store.snapshots.prepare('a');
        const { path } = await store.snapshots.mounts('a');
        for (const name of ['z', 'b', 'a']) writeFileSync(join(path, name), name);
        for (const name of ['z', 'b', 'a']) utimesSync(join(path, name), 1_600_000_000.5, 1_600_000_000.5);
        await store.snapshots.commit('A', 'a');
        return store.differ.compare(undefined, 'A', { compression });
      };
      const [first, second] = [await make(), await make()];
      expect(first).toEqual(second);
      expect(first.mediaType).toBe(
        `application/vnd.oci.image.layer.v1.tar${compression === 'gzip' ? '+gzip' : ''}`,
      );
      expect(first.digest === first.diffId).toBe(compression === 'none');
    },
  );

  it('packs and unpacks any change of any tree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.array(change, { maxLength: 12 }),
        async (one, two) => {
          const store = await temporaryStore();
          const make = async (name: string, parent: string | undefined, changes: readonly Change[]) => {
            await store.snapshots.prepare(`making ${name}`, parent);
            const { path } = await store.snapshots.mounts(`making ${name}`);
            for (const each of changes) act(path, each);
            await store.snapshots.commit(name, `making ${name}`);
          };
          await make('A', undefined, one);
          await make('B', 'A', two);
          for (const [name, parent] of [
            ['A', undefined],
            ['B', 'A'],
          ] as const) {
            const layer = await store.differ.compare(parent, name);
            await store.snapshots.prepare(`again ${name}`, parent);
            await store.applier.apply(layer.digest, `again ${name}`, { diffId: layer.diffId });
            await store.snapshots.commit(`${name} again`, `again ${name}`);
            expect(await store.snapshots.diff(name, `${name} again`)).toEqual([]);
            expect(await store.snapshots.diff(`${name} again`, name)).toEqual([]);
          }
          await store.snapshots.merge('M', [{ upper: 'A' }, { lower: 'A', upper: 'B' }]);
          expect(await store.snapshots.diff('B', 'M')).toEqual([]);
          await store.snapshots.prepare('other');
          await store.snapshots.commit('nothing', 'other');
          await store.snapshots.merge('N', [
            { upper: 'nothing' },
            { upper: 'A' },
            { lower: 'A', upper: 'B' },
          ]);
          expect(await store.snapshots.diff('B', 'N')).toEqual([]);
          await store.close();
        },
      ),
      { seed: 7, numRuns: Number(process.env.LAYER_RUNS ?? 25) },
    );
  }, 120_000);

  it('keeps owners, attributes and devices that it cannot make, and packs them again', async () => {
    const store = await temporaryStore();
    const layer = await tarOf([
      { name: 'dev', type: 'character-device', devmajor: 5, devminor: 1, mode: 0o620, uid: 7, gid: 8 },
      { name: 'pipe', type: 'fifo', mode: 0o600 },
      {
        name: 'f',
        mode: 0o4755,
        uid: 4_000_000,
        gid: 12,
        pax: { 'SCHILY.xattr.user.x': 'ü', uid: '4000000' },
        body: 'f',
      },
      { name: 'none', mode: 0o100000, body: 'n' },
    ]);
    await store.snapshots.prepare('a');
    await store.applier.apply(await put(store, layer), 'a');
    await store.snapshots.commit('A', 'a');
    const packed = await store.differ.compare(undefined, 'A', { compression: 'none' });
    await store.snapshots.prepare('b');
    await store.applier.apply(packed.digest, 'b');
    await store.snapshots.commit('B', 'b');
    expect(await store.snapshots.diff('A', 'B')).toEqual([]);
    const again = await store.differ.compare(undefined, 'B', { compression: 'none' });
    expect(again.digest).toBe(packed.digest);
    const chunks: Buffer[] = [];
    for await (const chunk of await store.content.reader(packed.digest)) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('latin1');
    expect(text).toContain('SCHILY.xattr.user.x=');
    expect(text).toContain('uid=4000000');
  });

  it('hides, and shows again, what whiteouts and opaque directories say', async () => {
    const store = await temporaryStore();
    const root = await unpack(store, [
      [
        { name: 'd/', type: 'directory' },
        { name: 'd/old', body: 'o' },
        { name: 'e/gone', body: 'g' },
        { name: 'e/kept', body: 'k' },
      ],
      [
        { name: './d/new', body: 'n' },
        { name: 'd/.wh..wh..opq' },
        { name: 'e/.wh.gone' },
        { name: '.wh..wh.plnk' },
      ],
    ]);
    const there = ['d/old', 'd/new', 'e/gone', 'e/kept'].map((path) => existsSync(join(root, path)));
    expect(there).toEqual([false, true, false, true]);
  });

  it('puts a file through a link of a lower layer where that leads, inside the root', async () => {
    const store = await temporaryStore();
    const root = await unpack(store, [
      [
        { name: 'usr/lib/', type: 'directory' },
        { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
        { name: 'out', type: 'symlink', linkname: '../../../../tmp' },
        { name: 'abs', type: 'symlink', linkname: '/usr' },
      ],
      [
        { name: 'lib/f', body: 'f' },
        { name: 'out/bci-escape', body: 'e' },
        { name: 'abs/g', body: 'g' },
      ],
    ]);
    expect(readFileSync(join(root, 'usr/lib/f'), 'utf8')).toBe('f');
    expect(readFileSync(join(root, 'usr/g'), 'utf8')).toBe('g');
    expect(readFileSync(join(root, 'tmp/bci-escape'), 'utf8')).toBe('e');
    expect(existsSync('/tmp/bci-escape')).toBe(false);
    expect(lstatSync(join(root, 'lib')).isSymbolicLink()).toBe(true);
  });

  it('replaces a link by a file rather than writing through it', async () => {
    const store = await temporaryStore();
    const root = await unpack(store, [
      [
        { name: 'victim', body: 'safe' },
        { name: 'x', type: 'symlink', linkname: 'victim' },
        { name: 'x', body: 'own' },
      ],
      [{ name: 'y', type: 'link', linkname: 'victim' }],
    ]);
    const read = (name: string) => readFileSync(join(root, name), 'utf8');
    expect([read('victim'), read('x'), read('y')]).toEqual(['safe', 'own', 'safe']);
  });

  it.each([
    ['a path that leaves the root', { name: 'a/../../b', body: 'x' }],
    ['a link to outside the root', { name: 'x', type: 'link', linkname: '../../etc/passwd' }],
    ['a whiteout of the directory itself', { name: 'd/.wh..' }],
    ['a whiteout of the directory above', { name: 'd/.wh...' }],
    ['a whiteout of nothing', { name: 'd/.wh.' }],
    ['a path that is too deep', { name: `${'d/'.repeat(600)}f`, body: 'x' }],
    ['a path that is too long', { name: 'x'.repeat(5000), body: 'x' }],
  ] as [string, Entry][])('refuses %s', async (_, entry) => {
    const store = await temporaryStore();
    await expect(apply(store, await tarOf([entry]))).rejects.toEqual(refusal('unsafe'));
  });

  it('refuses links that go in circles on the way', async () => {
    const store = await temporaryStore();
    const layer = await tarOf([
      { name: 'a', type: 'symlink', linkname: 'b' },
      { name: 'b', type: 'symlink', linkname: 'a' },
      { name: 'a/f', body: 'x' },
    ]);
    await expect(apply(store, layer)).rejects.toEqual(refusal('unsafe'));
  });

  it.each([
    ['bytes', { maxBytes: 1000 }],
    ['entries', { maxEntries: 3 }],
    ['bytes out for bytes in', { maxRatio: 10, ratioFreeBytes: 1000 }],
  ] as [string, Partial<LayerLimits>][])('refuses a layer with too many %s', async (_, limits) => {
    const store = await temporaryStore();
    const entries = [1, 2, 3, 4].map((n) => ({ name: `f${n}`, body: 'x'.repeat(100_000) }));
    await expect(apply(store, gzipSync(await tarOf(entries)), { limits })).rejects.toEqual(refusal('unsafe'));
  });

  it('tells a layer that is no tar, is cut off, or is not what its digests say', async () => {
    const store = await temporaryStore();
    const tar = await tarOf([{ name: 'f', body: 'x'.repeat(2000) }]);
    await expect(apply(store, Buffer.from('x'.repeat(1024)))).rejects.toEqual(refusal('corrupt'));
    const bad = [tar.subarray(0, 700), gzipSync(tar).subarray(0, 60)];
    for (const bytes of bad) {
      const digest = await put(store, bytes);
      await expect(store.applier.apply(digest, 'into')).rejects.toEqual(refusal('corrupt'));
    }
    const digest = await put(store, tar);
    const wrong = store.applier.apply(digest, 'into', { diffId: digestOf('else') });
    await expect(wrong).rejects.toEqual(refusal('corrupt'));
    await expect(store.applier.apply(digest, 'nobody')).rejects.toEqual(refusal('notFound'));
    await store.snapshots.commit('S', 'into');
    await expect(store.applier.apply(digest, 'S')).rejects.toEqual(refusal('invalid'));
  });

  it('stops when it is told to', async () => {
    const store = await temporaryStore();
    const stop = new AbortController();
    stop.abort();
    const tar = await tarOf([{ name: 'f', body: 'x' }]);
    await expect(apply(store, tar, { signal: stop.signal })).rejects.toEqual(refusal('cancelled'));
    const packing = store.differ.compare(undefined, 'into', { signal: stop.signal });
    await expect(packing).rejects.toEqual(refusal('cancelled'));
    expect(await store.content.listIngests()).toEqual([]);
  });
});
