import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  chmodSync,
  appendFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LocalStore } from '../../../src/store/localStore';
import { temporaryStore } from '../../support/storeFolder';

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

/** Makes a committed snapshot by working in a mount of it. */
async function make(
  store: LocalStore,
  name: string,
  parent: string | undefined,
  work: (root: string) => void,
): Promise<void> {
  await store.snapshots.prepare(`making ${name}`, parent);
  work((await store.snapshots.mounts(`making ${name}`)).path);
  await store.snapshots.commit(name, `making ${name}`);
}

/** A tree as text: path, type or bytes, links. */
function listing(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return [`${path}/`, ...listing(root, path)];
      if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(root, path))}`];
      return [`${path}: ${readFileSync(join(root, path), 'utf8')}`];
    });
}

async function contents(store: LocalStore, name: string): Promise<string[]> {
  const key = `look ${name}`;
  await store.snapshots.view(key, name);
  const found = listing((await store.snapshots.mounts(key)).path);
  await store.snapshots.remove(key);
  return found;
}

describe('snapshots', () => {
  it('S1: keep to the rules of kinds and parents', async () => {
    const { snapshots } = await temporaryStore();
    await snapshots.prepare('a');
    await snapshots.commit('A', 'a');
    await snapshots.prepare('b', 'A');
    await expect(snapshots.prepare('c', 'b')).rejects.toEqual(refusal('invalid'));
    await snapshots.commit('B', 'b');
    await expect(snapshots.remove('A')).rejects.toEqual(refusal('failedPrecondition'));
    await snapshots.view('v', 'B');
    await expect(snapshots.commit('V', 'v')).rejects.toEqual(refusal('failedPrecondition'));
    const kinds = snapshots.walk().map(({ key, kind, parent }) => [key, kind, parent]);
    expect(kinds).toEqual([
      ['A', 'committed', undefined],
      ['B', 'committed', 'A'],
      ['v', 'view', 'B'],
    ]);
    expect(await snapshots.usage('v')).toEqual({ size: 0, inodes: 0 });
    expect(() => snapshots.stat('nobody')).toThrow(refusal('notFound'));
    await expect(snapshots.prepare('A')).rejects.toEqual(refusal('alreadyExists'));
    await expect(snapshots.prepare('x', 'nobody')).rejects.toEqual(refusal('notFound'));
    await expect(snapshots.mounts('A')).rejects.toEqual(refusal('failedPrecondition'));
    expect(snapshots.children('A')).toEqual(['B']);
  });

  it('S2: are measured when asked while active, and once for all when committed', async () => {
    const { snapshots } = await temporaryStore();
    await snapshots.prepare('a');
    const { path } = await snapshots.mounts('a');
    const empty = await snapshots.usage('a');
    writeFileSync(join(path, 'f'), 'x'.repeat(10_000));
    const written = await snapshots.usage('a');
    expect(written.inodes).toBe(empty.inodes + 1);
    expect(written.size).toBeGreaterThanOrEqual(empty.size + 10_000);
    await snapshots.commit('A', 'a');
    writeFileSync(join(path, 'later'), 'x'.repeat(10_000));
    expect(await snapshots.usage('A')).toEqual(written);
  });

  it('claim a key once among parallel calls', async () => {
    const { snapshots } = await temporaryStore();
    const made = await Promise.allSettled([1, 2, 3].map(() => snapshots.prepare('same')));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('replace labels at the commit and change them one by one', async () => {
    const { snapshots } = await temporaryStore();
    await snapshots.prepare('a', undefined, { labels: { old: '1', none: '' } });
    expect(snapshots.stat('a').labels).toEqual({ old: '1' });
    await snapshots.commit('A', 'a', { labels: { fresh: '2' } });
    expect(snapshots.stat('A').labels).toEqual({ fresh: '2' });
    expect(snapshots.updateLabels('A', { fresh: null, more: '3' }).labels).toEqual({ more: '3' });
    expect(snapshots.walk(['labels.more==3,kind==committed']).map(({ key }) => key)).toEqual(['A']);
  });

  it('move from key to name in the lease that is given', async () => {
    const { snapshots, leases } = await temporaryStore();
    leases.create('l');
    await snapshots.prepare('a', undefined, { lease: 'l' });
    expect(leases.listResources('l')).toEqual([{ type: 'snapshots/local', id: 'a' }]);
    await snapshots.commit('A', 'a', { lease: 'l' });
    expect(leases.listResources('l')).toEqual([{ type: 'snapshots/local', id: 'A' }]);
  });

  it('show the whole tree and take only what changed in it', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      mkdirSync(join(root, 'd/deep'), { recursive: true });
      writeFileSync(join(root, 'd/deep/one'), '1');
      writeFileSync(join(root, 'd/two'), '2');
      writeFileSync(join(root, 'top'), 'top');
      symlinkSync('d/two', join(root, 'link'));
    });
    await make(store, 'B', 'A', (root) => {
      expect(listing(root)).toEqual([
        'd/',
        'd/deep/',
        'd/deep/one: 1',
        'd/two: 2',
        'link -> d/two',
        'top: top',
      ]);
      rmSync(join(root, 'd/deep'), { recursive: true });
      appendFileSync(join(root, 'top'), '!');
      writeFileSync(join(root, 'new'), 'n');
    });
    expect(await store.snapshots.diff('A', 'B')).toEqual([
      { kind: 'delete', path: 'd/deep' },
      { kind: 'add', path: 'new' },
      { kind: 'modify', path: 'top' },
    ]);
    expect(await contents(store, 'B')).toEqual(['d/', 'd/two: 2', 'link -> d/two', 'new: n', 'top: top!']);
    expect(await contents(store, 'A')).toContain('top: top');
  });

  it('do not let work in a mount reach the snapshot below', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => writeFileSync(join(root, 'f'), 'lower'));
    await store.snapshots.prepare('b', 'A');
    await store.snapshots.view('v', 'A');
    for (const key of ['b', 'v']) {
      writeFileSync(join((await store.snapshots.mounts(key)).path, 'f'), 'spoiled');
    }
    expect(await contents(store, 'A')).toEqual(['f: lower']);
  });

  it('keep modes, times and hard links through a mount', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      writeFileSync(join(root, 'f'), 'x');
      chmodSync(join(root, 'f'), 0o4751);
      utimesSync(join(root, 'f'), 1_000_000_000, 1_000_000_000);
      linkSync(join(root, 'f'), join(root, 'g'));
      mkdirSync(join(root, 'd'));
      utimesSync(join(root, 'd'), 1_100_000_000, 1_100_000_000);
    });
    await store.snapshots.prepare('b', 'A');
    const { path } = await store.snapshots.mounts('b');
    const [f, g, d] = ['f', 'g', 'd'].map((name) => lstatSync(join(path, name)));
    expect([f.mode & 0o7777, f.mtimeMs, d.mtimeMs]).toEqual([0o4751, 1e12, 1.1e12]);
    expect(f.ino).toBe(g.ino);
    await store.snapshots.commit('B', 'b');
    expect(await store.snapshots.diff('A', 'B')).toEqual([]);
  });

  it('see a directory that became a file, and the other way round', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      mkdirSync(join(root, 'x'));
      writeFileSync(join(root, 'x/inside'), 'i');
      writeFileSync(join(root, 'y'), 'y');
    });
    await make(store, 'B', 'A', (root) => {
      rmSync(join(root, 'x'), { recursive: true });
      writeFileSync(join(root, 'x'), 'now a file');
      rmSync(join(root, 'y'));
      mkdirSync(join(root, 'y'));
      writeFileSync(join(root, 'y/inside'), 'i');
    });
    expect(await contents(store, 'B')).toEqual(['x: now a file', 'y/', 'y/inside: i']);
    await make(store, 'C', 'B', (root) => {
      rmSync(join(root, 'x'));
      mkdirSync(join(root, 'x'));
    });
    expect(await contents(store, 'C')).toEqual(['x/', 'y/', 'y/inside: i']);
  });

  it('compare as they are at present while somebody works in them', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => writeFileSync(join(root, 'f'), '1'));
    await store.snapshots.prepare('b', 'A');
    expect(await store.snapshots.diff('A', 'b')).toEqual([]);
    writeFileSync(join((await store.snapshots.mounts('b')).path, 'g'), '2');
    expect(await store.snapshots.diff('A', 'b')).toEqual([{ kind: 'add', path: 'g' }]);
    const layer = await store.differ.compare('A', 'b');
    await store.snapshots.commit('B', 'b');
    expect(await store.differ.compare('A', 'B')).toEqual(layer);
    await store.snapshots.view('v', 'B');
    writeFileSync(join((await store.snapshots.mounts('v')).path, 'f'), 'spoiled');
    expect(await store.snapshots.diff('B', 'v')).toEqual([]);
  });

  it('refuse names that stand for removed files', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, () => undefined);
    await store.snapshots.prepare('b', 'A');
    writeFileSync(join((await store.snapshots.mounts('b')).path, '.wh.x'), '');
    await expect(store.snapshots.commit('B', 'b')).rejects.toEqual(refusal('invalid'));
    expect(store.snapshots.stat('b').kind).toBe('active');
  });

  it('survive being mounted, changed and reopened before the commit', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => writeFileSync(join(root, 'f'), '1'));
    await store.snapshots.prepare('b', 'A');
    writeFileSync(join((await store.snapshots.mounts('b')).path, 'g'), '2');
    await store.close();
    const again = await temporaryStore({}, store.path);
    writeFileSync(join((await again.snapshots.mounts('b')).path, 'h'), '3');
    expect((await again.snapshots.usage('b')).inodes).toBe(2);
    await again.snapshots.commit('B', 'b');
    expect(await contents(again, 'B')).toEqual(['f: 1', 'g: 2', 'h: 3']);
  });

  it('lose their files when they are removed or collected, whatever the directories allow', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      mkdirSync(join(root, 'closed'));
      writeFileSync(join(root, 'closed/f'), 'x');
      chmodSync(join(root, 'closed'), 0o500);
    });
    await store.snapshots.remove('A');
    await make(store, 'B', undefined, (root) => writeFileSync(join(root, 'f'), 'x'));
    expect(await store.collect()).toMatchObject({ snapshots: 1, leftovers: [] });
    expect(readdirSync(join(store.path, 'snapshots'))).toEqual([]);
  });
});

describe('merging snapshots', () => {
  it('adds up trees, later ones first, with deletions', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      writeFileSync(join(root, 'a'), 'a');
      writeFileSync(join(root, 'both'), 'from a');
      mkdirSync(join(root, 'dir'));
      writeFileSync(join(root, 'dir/a'), 'a');
    });
    await make(store, 'B', undefined, (root) => {
      writeFileSync(join(root, 'both'), 'from b');
      mkdirSync(join(root, 'dir'));
      writeFileSync(join(root, 'dir/b'), 'b');
    });
    await make(store, 'B2', 'B', (root) => {
      rmSync(join(root, 'dir/b'));
      writeFileSync(join(root, 'b2'), '2');
    });
    await store.snapshots.merge('M', [{ upper: 'A' }, { upper: 'B' }, { lower: 'B', upper: 'B2' }]);
    expect(await contents(store, 'M')).toEqual(['a: a', 'b2: 2', 'both: from b', 'dir/', 'dir/a: a']);
    const stat = store.snapshots.stat('M');
    expect(stat.parent).toBe('A');
    expect(await store.snapshots.usage('M')).toEqual({
      size: Number(stat.labels['buildkit.mergeUsageSize']),
      inodes: Number(stat.labels['buildkit.mergeUsageInodes']),
    });
  });

  it('removes what a diff removes from whatever lies below', async () => {
    const store = await temporaryStore();
    const fill = (root: string) => {
      mkdirSync(join(root, 'dir'));
      writeFileSync(join(root, 'dir/x'), 'x');
      writeFileSync(join(root, 'keep'), 'k');
    };
    await make(store, 'base', undefined, fill);
    await make(store, 'other', undefined, fill);
    await make(store, 'without', 'other', (root) => rmSync(join(root, 'dir'), { recursive: true }));
    await make(store, 'back', 'without', (root) => {
      mkdirSync(join(root, 'dir'));
      writeFileSync(join(root, 'dir/y'), 'y');
    });
    await store.snapshots.merge('M', [{ upper: 'base' }, { lower: 'other', upper: 'without' }]);
    expect(await contents(store, 'M')).toEqual(['keep: k']);
    await store.snapshots.merge('N', [
      { upper: 'base' },
      { lower: 'other', upper: 'without' },
      { lower: 'without', upper: 'back' },
    ]);
    expect(await contents(store, 'N')).toEqual(['dir/', 'dir/y: y', 'keep: k']);
    await store.snapshots.merge('gone', [{ upper: 'base' }, { lower: 'base' }]);
    expect(await contents(store, 'gone')).toEqual([]);
  });

  it('shares files with its inputs by hard links, and counts them once', async () => {
    const store = await temporaryStore();
    for (const name of ['A', 'B']) {
      await make(store, name, undefined, (root) => writeFileSync(join(root, name), 'x'.repeat(100_000)));
    }
    await store.snapshots.merge('M', [{ upper: 'A' }, { upper: 'B' }]);
    const numbers = readdirSync(join(store.path, 'snapshots'))
      .map(Number)
      .sort((a, b) => a - b);
    const [inB, inM] = numbers.slice(1).map((n) => statSync(join(store.path, 'snapshots', String(n), 'B')));
    expect(inM.ino).toBe(inB.ino);
    expect((await store.snapshots.usage('M')).size).toBeLessThan(100_000);
    await store.snapshots.remove('B');
    expect(await contents(store, 'M')).toHaveLength(2);
  });

  it('refuses sides that are not committed or not there, and leaves nothing', async () => {
    const store = await temporaryStore();
    await store.snapshots.prepare('a');
    await expect(store.snapshots.merge('M', [{ upper: 'a' }])).rejects.toEqual(refusal('invalid'));
    await expect(store.snapshots.merge('M', [{ upper: 'x' }])).rejects.toEqual(refusal('notFound'));
    expect(store.snapshots.find('M')).toBeUndefined();
    expect(existsSync(join(store.path, 'snapshots/2'))).toBe(false);
  });

  it('follows a file that was renamed over a directory link', async () => {
    const store = await temporaryStore();
    await make(store, 'A', undefined, (root) => {
      mkdirSync(join(root, 'real'));
      symlinkSync('real', join(root, 'alias'));
    });
    await make(store, 'B', 'A', (root) => {
      renameSync(join(root, 'real'), join(root, 'moved'));
      rmSync(join(root, 'alias'));
      mkdirSync(join(root, 'alias'));
      writeFileSync(join(root, 'alias/f'), 'f');
    });
    await make(store, 'C', undefined, (root) => {
      mkdirSync(join(root, 'real'));
      symlinkSync('real', join(root, 'alias'));
    });
    await store.snapshots.merge('M', [{ upper: 'C' }, { lower: 'A', upper: 'B' }]);
    expect(await contents(store, 'M')).toEqual(['alias/', 'alias/f: f', 'moved/']);
  });
});
