import { afterAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { openCache } from '../../../src/sources/open';
import { ScratchFolder } from '../../support/boltFixture';
import { writeRoot, type RootInput } from '../../support/buildkitRoot';

const folder = new ScratchFolder();
afterAll(() => folder.remove());
let count = 0;

async function read(input: RootInput): Promise<Inventory> {
  return await (await openCache(writeRoot(`${folder.path}/${count++}`, input))).read();
}

async function recordsOf(input: RootInput): Promise<Map<string, CacheRecord>> {
  return new Map((await read(input)).records.map((record) => [record.id, record]));
}

const committed = { 'snapshot.committed': true };
const blob = `sha256:${'1'.repeat(64)}`;
const variant = `sha256:${'2'.repeat(64)}`;

describe('kind and parents', () => {
  it('follow from which parent keys there are', async () => {
    const records = await recordsOf({
      records: {
        base: committed,
        layer: { ...committed, 'cache.parent': 'base' },
        merge: { ...committed, 'cache.mergeParents': ['layer', 'base', 'layer'] },
        diff: { ...committed, 'cache.lowerDiffParent': 'base', 'cache.upperDiffParent': 'layer' },
        lowerOnly: { ...committed, 'cache.lowerDiffParent': 'base' },
        converted: { ...committed, 'cache.parent': '' },
      },
    });
    expect(records.get('base')).toMatchObject({ kind: 'base', parents: [] });
    expect(records.get('layer')).toMatchObject({ kind: 'layer', parents: [{ id: 'base', role: 'layer' }] });
    expect(records.get('merge')).toMatchObject({
      kind: 'merge',
      parents: [
        { id: 'layer', role: 'merge', position: 0 },
        { id: 'base', role: 'merge', position: 1 },
        { id: 'layer', role: 'merge', position: 2 },
      ],
    });
    expect(records.get('diff')).toMatchObject({
      kind: 'diff',
      parents: [
        { id: 'base', role: 'lower' },
        { id: 'layer', role: 'upper' },
      ],
    });
    expect(records.get('lowerOnly')).toMatchObject({
      kind: 'diff',
      parents: [{ id: 'base', role: 'lower' }],
    });
    expect(records.get('converted')).toMatchObject({ kind: 'base', parents: [] });
  });

  it('make merges and diffs immutable even where an old BuildKit forgot to say so', async () => {
    const records = await recordsOf({
      records: { a: committed, b: { 'cache.mergeParents': ['a', 'a'] }, c: {} },
    });
    expect([...records.values()].map(({ mutable }) => mutable)).toEqual([false, false, true]);
  });
});

describe('stored facts', () => {
  it('are absent when cleared to nothing or of another type', async () => {
    const records = await recordsOf({
      records: {
        a: {
          ...committed,
          'cache.description': Buffer.alloc(0),
          'cache.parent': Buffer.alloc(0),
          'cache.createdAt': '2024',
          'cache.recordType': 7,
          'snapshot.size': 'big',
          'cache.usageCount': 3,
          'cache.lastUsedAt': 0,
        },
      },
    });
    expect(records.get('a')).toMatchObject({
      description: '',
      kind: 'base',
      type: 'regular',
      createdAt: undefined,
      lastUsedAt: undefined,
      usageCount: 3,
    });
  });

  it('have no time of last use without a count of uses', async () => {
    const used = { 'cache.lastUsedAt': 1704164645000000678n };
    const records = await recordsOf({ records: { a: used, b: { ...used, 'cache.usageCount': 1 } } });
    expect(records.get('a')).toMatchObject({ lastUsedAt: undefined, usageCount: 0 });
    expect(records.get('b')).toMatchObject({
      lastUsedAt: 1704164645000,
      lastUsedAtNanos: 678,
      usageCount: 1,
    });
  });

  it('of unknown names are kept as text, long ones cut', async () => {
    const records = await recordsOf({
      records: {
        a: { etag: '"x"', 'cache.newThing': { deep: [1] }, long: 'x'.repeat(10_000), __proto__x: 'p' },
      },
    });
    const attributes = records.get('a')?.attributes;
    expect(attributes).toMatchObject({ etag: '"x"', 'cache.newThing': '{"deep":[1]}', __proto__x: 'p' });
    expect(attributes?.long).toHaveLength(4097);
  });
});

describe('a mutable record and the immutable one made from it', () => {
  const pair = {
    m: { 'cache.description': 'step', 'git-remote': 'r' },
    i: {
      ...committed,
      'cache.equalMutable': 'm',
      'snapshot.size': 42,
      'cache.cachePolicy': 1,
      'git-snapshot': 's',
    },
  };

  it('are one entry under the id of the mutable one, with the size, policy and keys of both', async () => {
    const records = await recordsOf({
      records: pair,
      snapshots: { m: { kind: 'active' } },
      leases: { m: ['m'] },
    });
    expect([...records.keys()]).toEqual(['m']);
    expect(records.get('m')).toMatchObject({
      twin: 'i',
      mutable: true,
      size: 42,
      retained: true,
      leases: ['m'],
      attributes: { 'git-remote': 'r', 'git-snapshot': 's' },
    });
    expect(records.get('m')?.dropsAtStart).toBeUndefined();
  });

  it('come apart when the immutable one was finalized but not yet marked so', async () => {
    const records = await recordsOf({ records: pair, snapshots: { i: { kind: 'committed', size: 5 } } });
    expect(records.get('m')).toMatchObject({ twin: undefined, dropsAtStart: 'snapshotMissing' });
    expect(records.get('i')).toMatchObject({ mutable: false, size: 42, dropsAtStart: undefined });
  });

  it('is shown alone, and dropped, when its mutable half is gone with the snapshot', async () => {
    const records = await recordsOf({ records: { i: pair.i } });
    expect(records.get('i')).toMatchObject({ mutable: false, dropsAtStart: 'snapshotMissing' });
  });

  it('stay joined where snapshots cannot be seen', async () => {
    const root = writeRoot(`${folder.path}/alone`, {
      records: pair,
      snapshots: { i: { kind: 'committed' } },
    });
    const { records } = await (await openCache(`${root}/runc-overlayfs/metadata_v2.db`)).read();
    expect(records.map(({ id, twin }) => [id, twin])).toEqual([['m', 'i']]);
  });
});

describe('what a daemon drops at its next start', () => {
  it('is marked with the reason, and so is all that stands on it', async () => {
    const records = await recordsOf({
      records: {
        good: committed,
        doomed: { ...committed, 'cache.deleted': true },
        onDoomed: { ...committed, 'cache.parent': 'doomed' },
        mergeOnDoomed: { ...committed, 'cache.mergeParents': ['good', 'onDoomed'] },
        lost: { ...committed, 'cache.parent': 'nowhere' },
        mutable: {},
        here: { 'cache.parent': 'good' },
      },
      snapshots: { here: { kind: 'active' } },
    });
    const reasons = Object.fromEntries([...records].map(([id, { dropsAtStart }]) => [id, dropsAtStart]));
    expect(reasons).toEqual({
      good: undefined,
      doomed: 'markedDeleted',
      onDoomed: 'parentDropped',
      mergeOnDoomed: 'parentDropped',
      lost: 'parentDropped',
      mutable: 'snapshotMissing',
      here: undefined,
    });
    expect(records.get('doomed')?.deleted).toBe(true);
  });

  it('includes what stands on a lazy record, but the lazy one itself is listed once more', async () => {
    const lazy = { ...committed, 'cache.blobonly': true, 'cache.blob': blob };
    const { records, notes } = await read({
      records: {
        low: lazy,
        high: { ...lazy, 'cache.parent': 'low', 'cache.blob': variant },
        top: { ...committed, 'cache.parent': 'high' },
      },
    });
    expect(records.map(({ id, lazy: isLazy, dropsAtStart }) => [id, isLazy, dropsAtStart])).toEqual([
      ['high', true, 'blobMissing'],
      ['low', true, undefined],
      ['top', false, 'parentDropped'],
    ]);
    expect(notes.map(({ message }) => message).join()).toContain('One lazy record is listed once more');
  });

  it('leaves open what stands on a circle', async () => {
    const { records, notes } = await read({
      records: {
        a: { ...committed, 'cache.parent': 'b' },
        b: { ...committed, 'cache.parent': 'a' },
        c: { ...committed, 'cache.parent': 'a' },
        self: { ...committed, 'cache.parent': 'self' },
      },
    });
    expect(records.map(({ dropsAtStart }) => dropsAtStart)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const messages = notes.map(({ message }) => message);
    expect(messages.filter((it) => it.includes('in a circle'))).toHaveLength(1);
    expect(messages.filter((it) => it.includes('own parent'))).toHaveLength(1);
  });
});

describe('a record made from a blob', () => {
  const stored = { ...committed, 'cache.blobonly': true, 'cache.blob': blob, 'cache.snapshot': 's' };

  it('is lazy while its blob is absent, and takes no bytes', async () => {
    const records = await recordsOf({ records: { a: stored } });
    expect(records.get('a')).toMatchObject({ lazy: true, size: 0 });
  });

  it('takes the bytes of its blob and of other compressions once that is there, not of the snapshot', async () => {
    const label = (digest: string): string => `containerd.io/gc.ref.content.blob-${digest}`;
    const records = await recordsOf({
      records: { a: stored },
      blobs: {
        [blob]: { size: 100, labels: { [label(blob)]: blob, [label(variant)]: variant } },
        [variant]: { size: 7, labels: { [label(blob)]: blob } },
      },
      snapshots: { s: { kind: 'committed', size: 9000 } },
    });
    expect(records.get('a')).toMatchObject({ lazy: false, size: 107 });
  });

  it('is lazy when a remote snapshotter stands in for its content', async () => {
    const records = await recordsOf({
      records: { a: stored },
      blobs: { [blob]: { size: 100 } },
      snapshots: { s: { kind: 'committed', labels: { 'containerd.io/snapshot/remote': 'true' } } },
    });
    expect(records.get('a')?.lazy).toBe(true);
  });
});

describe('a size that is not stored', () => {
  it('is that of the snapshot and the blob, a merge by its label', async () => {
    const records = await recordsOf({
      records: {
        plain: { ...committed, 'snapshot.size': -1, 'cache.blob': blob },
        merge: { ...committed, 'cache.mergeParents': ['plain', 'plain'] },
        unmade: { ...committed, 'cache.mergeParents': ['plain', 'merge'] },
      },
      blobs: { [blob]: { size: 100 } },
      snapshots: {
        plain: { kind: 'committed', size: 4000 },
        merge: { kind: 'committed', size: 4096, labels: { 'buildkit.mergeUsageSize': '12' } },
      },
    });
    expect([...records].map(([id, { size }]) => [id, size])).toEqual([
      ['merge', 12],
      ['plain', 4100],
      ['unmade', 0],
    ]);
  });

  it('is unknown, with the reason, where the databases that would tell are not here', async () => {
    const root = writeRoot(`${folder.path}/unknown`, { records: { a: committed } });
    const { records } = await (await openCache(`${root}/runc-overlayfs/metadata_v2.db`)).read();
    expect(records[0].size).toBeUndefined();
    expect(records[0].sizeUnknown).toContain('not here');
  });
});

describe('the leases of a record', () => {
  it('are those named after it or its hidden half, and those that hold its snapshot or blob', async () => {
    const records = await recordsOf({
      records: {
        m: {},
        i: { ...committed, 'cache.equalMutable': 'm' },
        b: { ...committed, 'cache.blob': blob, 'cache.snapshot': 'm' },
      },
      snapshots: { m: { kind: 'active' } },
      blobs: { [blob]: { size: 1 } },
      leases: {
        m: ['m'],
        i: ['i'],
        'b-variants': [blob],
        'b-view': ['b-view'],
        b: ['m', blob],
        other: [blob],
        none: ['x'],
      },
    });
    expect(records.get('m')?.leases).toEqual(['m', 'i', 'b']);
    expect(records.get('b')?.leases).toEqual(['b', 'b-variants', 'b-view', 'm', 'other']);
  });
});

describe('snapshots', () => {
  it('join what both databases say, and keep what only the snapshotter knows', async () => {
    const { snapshots } = await read({
      records: { a: committed },
      snapshots: {
        a: { kind: 'committed', size: 9 },
        'a-view': { kind: 'view', parent: 'a' },
        left: { kind: 'committed', parent: 'a', size: 3, isUnlisted: true },
      },
    });
    const seen = snapshots.map(({ key, kind, parent, size, directory }) => ({
      key,
      kind,
      parent,
      size,
      directory,
    }));
    expect(seen).toEqual([
      { key: 'left', kind: 'committed', parent: 'a', size: 3, directory: '3' },
      { key: 'a', kind: 'committed', parent: undefined, size: 9, directory: '1' },
      { key: 'a-view', kind: 'view', parent: 'a', size: undefined, directory: '2' },
    ]);
  });
});
