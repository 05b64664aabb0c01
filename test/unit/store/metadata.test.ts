import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexedText, RecordChanges, RecordFields } from '../../../src/store/metadataStore';
import { temporaryStore } from '../../support/storeFolder';

const everyField: Required<RecordFields> = {
  size: -1,
  committed: false,
  equalMutable: 'm',
  cachePolicy: 1,
  description: '[stage-1 2/3] COPY a b',
  createdAt: { ms: 1_704_164_645_000, nanos: 678 },
  lastUsedAt: { ms: 0, nanos: 0 },
  usageCount: 0,
  layerType: 'windows',
  recordType: 'exec.cachemount',
  parent: '',
  mergeParents: ['b', 'a'],
  lowerDiffParent: 'l',
  upperDiffParent: 'u',
  diffId: 'sha256:d',
  chainId: 'sha256:c',
  blobChainId: 'sha256:bc',
  blob: '',
  snapshotId: 's',
  blobOnly: true,
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  blobSize: 5_000_000_000,
  imageRefs: ['docker.io/library/alpine:latest', 'x'],
  urls: ['https://example.org'],
  deleted: true,
  sharedKey: { value: 'k', index: 'local.sharedKey:k' },
  cacheDir: { value: '/root/.cache', index: 'cache-dir:/root/.cache:base' },
  gitRemote: { value: 'r', index: 'git-remote::r' },
  gitSnapshot: { value: 'g' },
  httpChecksum: { value: 'sha256:h', index: 'sha256:url' },
  etag: '"e"',
  httpModified: 'Mon, 01 Jan 2024 00:00:00 GMT',
  blobMapping: { blobsum: 'sha256:b', diffId: 'sha256:d' },
  other: { 'future.key': { json: '{"a":[1]}', index: 'future:1' }, plain: { json: 'null' } },
};

describe('records', () => {
  it('keep every field as it was, and tell absent from empty, zero and false', async () => {
    const store = await temporaryStore();
    store.metadata.put('full', everyField);
    store.metadata.put('bare', {});
    expect(store.metadata.get('full')).toEqual({ id: 'full', ...everyField });
    expect(store.metadata.get('bare')).toEqual({ id: 'bare' });
    expect(store.metadata.get('none')).toBeUndefined();
    expect(store.metadata.all()).toEqual([{ id: 'bare' }, { id: 'full', ...everyField }]);
    expect(store.metadata.count()).toBe(2);
    await store.close();
    const again = await temporaryStore({}, store.path);
    expect(again.metadata.get('full')).toEqual({ id: 'full', ...everyField });
  });

  it('lose a field that is cleared, and all when the record is', async () => {
    const { metadata } = await temporaryStore();
    metadata.put('r', everyField);
    // Every field, and every key of `other`, is cleared by null.
    const cleared = Object.fromEntries(Object.keys(everyField).map((field) => [field, null]));
    const none = { ...cleared, other: { 'future.key': null, plain: null } } as RecordChanges;
    metadata.put('r', none);
    expect(metadata.get('r')).toEqual({ id: 'r' });
    expect(metadata.indexEntries()).toEqual([]);
    metadata.put('r', everyField);
    metadata.setExternal('r', 'buildkit.contenthash.v0', Uint8Array.from([1, 2, 3]));
    metadata.clear('r');
    expect([metadata.has('r'), metadata.indexEntries(), metadata.listExternal('r')]).toEqual([false, [], []]);
    metadata.clear('r');
  });

  it('are found by chain id, blob chain id and other indexes, in id order', async () => {
    const { metadata } = await temporaryStore();
    for (const id of ['c', 'a', 'b']) metadata.put(id, { chainId: 'sha256:1', blobChainId: `sha256:${id}` });
    metadata.put('b', { cacheDir: { value: 'x', index: 'cache-dir:/x:base' } });
    metadata.put('a', { cacheDir: { value: 'x', index: 'cache-dir:/x' } });
    expect(metadata.search('chainid:sha256:1')).toEqual(['a', 'b', 'c']);
    expect(metadata.search('blobchainid:sha256:b')).toEqual(['b']);
    expect(metadata.search('cache-dir:/x')).toEqual(['a']);
    expect(metadata.searchPrefix('cache-dir:/x')).toEqual(['a', 'b']);
    expect(metadata.searchPrefix('cache-dir:/y')).toEqual([]);
    expect(metadata.indexEntries()[0]).toBe('blobchainid:sha256:a::a');
  });

  it('leave the index of a replaced value only when they are told to', async () => {
    const { metadata } = await temporaryStore();
    metadata.put('r', { chainId: 'sha256:1' });
    metadata.put('r', { chainId: 'sha256:2' });
    expect(metadata.indexEntries()).toEqual(['chainid:sha256:2::r']);
    metadata.put('r', { chainId: 'sha256:3' }, { keepReplacedIndex: true });
    expect(metadata.indexEntries()).toEqual(['chainid:sha256:2::r', 'chainid:sha256:3::r']);
    metadata.put('r', { chainId: null }, { keepReplacedIndex: true });
    expect(metadata.indexEntries()).toEqual(['chainid:sha256:2::r']);
    metadata.putIndex('blobmap::sha256:x', 'r');
    metadata.clearIndex('r', 'chainid:');
    expect(metadata.indexEntries()).toEqual(['blobmap::sha256:x::r']);
    metadata.clear('r');
    expect(metadata.indexEntries()).toEqual([]);
  });

  it('have external values of any bytes', async () => {
    const { metadata } = await temporaryStore();
    metadata.put('r', {});
    const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => n % 256);
    metadata.setExternal('r', 'b', bytes);
    metadata.setExternal('r', 'a', Uint8Array.of());
    expect(metadata.getExternal('r', 'b')).toEqual(bytes);
    expect(metadata.getExternal('r', 'none')).toBeUndefined();
    expect(metadata.listExternal('r')).toEqual([
      { key: 'a', length: 0 },
      { key: 'b', length: 100_000 },
    ]);
  });

  it('are what a plain map of fields would be after any changes, also when read again from disk', async () => {
    const text = fc.constantFrom('', 'a', 'b');
    const indexed: fc.Arbitrary<IndexedText> = fc.oneof(
      fc.record({ value: text }),
      fc.record({ value: text, index: fc.constantFrom('i1', 'i2') }),
    );
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const changes: fc.Arbitrary<RecordChanges> = fc.record(
      {
        size: maybe(fc.integer()),
        committed: maybe(fc.boolean()),
        parent: maybe(text),
        chainId: maybe(text),
        mergeParents: maybe(fc.array(text, { minLength: 1, maxLength: 3 })),
        cacheDir: maybe(indexed),
        gitRemote: maybe(indexed),
        createdAt: maybe(fc.record({ ms: fc.nat(), nanos: fc.nat(999_999) })),
      },
      { requiredKeys: [] },
    );
    const step = fc.record({
      id: fc.constantFrom('x', 'y', 'z'),
      changes: fc.option(changes, { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const store = await temporaryStore();
        const model = new Map<string, Record<string, unknown>>();
        for (const { id, changes: one } of steps) {
          if (one === undefined) {
            store.metadata.clear(id);
            model.delete(id);
            continue;
          }
          store.metadata.put(id, one);
          const fields = Object.entries({ ...model.get(id), id, ...one });
          model.set(id, Object.fromEntries(fields.filter(([, value]) => value !== null)));
        }
        const expected = [...model.values()].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
        const index = expected.flatMap(({ id, chainId, cacheDir, gitRemote }) => {
          const keys = [cacheDir, gitRemote].map((field) => (field as IndexedText | undefined)?.index);
          if (typeof chainId === 'string') keys.push(`chainid:${chainId}`);
          return keys.filter((key) => key !== undefined).map((key) => `${key}::${String(id)}`);
        });
        expect(store.metadata.all()).toEqual(expected);
        expect(expected.map(({ id }) => store.metadata.get(String(id)))).toEqual(expected);
        expect(store.metadata.indexEntries()).toEqual([...new Set(index)].sort());
        await store.close();
        const again = await temporaryStore({}, store.path);
        expect(again.metadata.all()).toEqual(expected);
        await again.close();
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});
