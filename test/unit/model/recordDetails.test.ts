import { describe, expect, it } from 'vitest';
import type { DetailLink, Fact, RecordDetails } from '../../../src/model/details';
import type { Inventory, Lease, Snapshot } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { recordDetails } from '../../../src/model/recordDetails';
import { layerOn, makeIndex, makeRecord, mergeOf } from './records';

const now = Date.UTC(2026, 10, 21, 12);
const day = 86_400_000;
const digest = (digits: string) => `sha256:${digits.repeat(16)}`;

function detailsOf(
  record: CacheRecord,
  others: readonly CacheRecord[] = [],
  parts: Partial<Inventory> = {},
): RecordDetails {
  return recordDetails(makeIndex([record, ...others], parts), 0, now);
}

function fact(details: RecordDetails, label: string): Fact | undefined {
  return details.facts.find((it) => it.label === label);
}

function items(details: RecordDetails, title: string): readonly DetailLink[] | undefined {
  return details.lists.find((it) => it.title === title)?.items;
}

const lease = (id: string, fields: Partial<Lease> = {}): Lease => ({
  id,
  namespace: 'buildkit',
  labels: {},
  resources: [],
  ...fields,
});

const snapshot = (key: string, fields: Partial<Snapshot> = {}): Snapshot => ({
  key,
  namespace: 'buildkit',
  snapshotter: 'overlayfs',
  labels: {},
  ...fields,
});

describe('the heading of the details', () => {
  it('has title, raw text and state', () => {
    const details = detailsOf(
      makeRecord({
        id: 'a',
        description: '[build 3/7] RUN npm ci',
        parents: layerOn('p'),
        mutable: true,
        lazy: false,
        leases: ['x'],
      }),
    );
    expect(details).toMatchObject({
      recordId: 'a',
      title: 'RUN npm ci',
      subtitle: 'build 3/7',
      description: '[build 3/7] RUN npm ci',
      descriptionCut: false,
      state: 'layer · mutable · held by 1 lease',
    });
  });

  it.each([
    ['markedDeleted', 'Marked as deleted: the daemon removes it at its next start.'],
    ['snapshotMissing', 'Its snapshot is missing: the daemon drops it at its next start.'],
    ['blobMissing', 'Its blob is not in the content store: the daemon drops it at its next start.'],
    ['parentDropped', 'A record it stands on is dropped at the next start of the daemon, and it with that.'],
  ] as const)('tells what happens at the next start: %s', (dropsAtStart, sentence) => {
    expect(detailsOf(makeRecord({ id: 'a', dropsAtStart })).state).toBe(`base record. ${sentence}`);
  });

  it('cuts a description that is too long and says so', () => {
    const details = detailsOf(makeRecord({ id: 'a', description: '<b>'.repeat(400_000) }));
    expect(details.description).toBe('<b>'.repeat(400_000).slice(0, 10_000));
    expect(details.descriptionCut).toBe(true);
  });
});

describe('facts', () => {
  it('tell what is known, exact on hover', () => {
    const details = detailsOf(
      makeRecord({
        id: 'a',
        type: 'exec.cachemount',
        size: 22_153_796,
        createdAt: now - 3 * day,
        createdAtNanos: 9,
        usageCount: 1204,
        retained: true,
        deleted: true,
        inUse: false,
        shared: true,
        chainId: digest('c4a1'),
        blob: digest('b10b'),
        blobSize: 1000,
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        imageRefs: ['docker.io/library/node:20'],
        attributes: { 'cache-dir': 'npm', 'local.sharedKey:x:y:': 'local.sharedKey:x:y:', odd: 'value' },
      }),
      [],
      { blobs: [{ digest: digest('b10b'), namespace: 'buildkit', labels: {}, present: true }] },
    );
    expect(fact(details, 'Type')).toMatchObject({ value: 'cache mount', hover: 'exec.cachemount' });
    expect(fact(details, 'Size')).toMatchObject({ value: '22.15MB', hover: '22,153,796 bytes' });
    expect(fact(details, 'Created')).toMatchObject({
      value: '3 d ago',
      hover: '2026-11-18T12:00:00.000000009Z',
    });
    expect(fact(details, 'Uses')?.value).toBe('1,204');
    expect(fact(details, 'Cache policy')?.value).toBe('retain');
    expect(fact(details, 'Deleted')?.value).toBe('marked');
    expect(fact(details, 'In use')?.value).toBe('no');
    expect(fact(details, 'Shared')?.value).toBe('yes');
    expect(fact(details, 'Chain ID')).toMatchObject({ value: 'sha256:c4a1c4a1…', copy: digest('c4a1') });
    expect(fact(details, 'Blob')).toMatchObject({ value: 'sha256:b10bb10b…', hover: digest('b10b') });
    expect(fact(details, 'Blob present')?.value).toBe('yes');
    expect(fact(details, 'Blob size')).toMatchObject({ value: '1kB', hover: '1,000 bytes' });
    expect(fact(details, 'Media type')?.value).toBe('application/vnd.oci.image.layer.v1.tar+gzip');
    expect(fact(details, 'Image')?.value).toBe('docker.io/library/node:20');
    expect(fact(details, 'Cache mount id')?.value).toBe('npm');
    expect(fact(details, 'Local source key')?.value).toBe('x:y:');
    expect(fact(details, 'odd')?.value).toBe('value');
    expect(fact(details, 'Worker')).toMatchObject({ value: 'runc-overlayfs', hover: 'w0' });
  });

  it('show an en dash with the reason for what is unknown', () => {
    const details = detailsOf(
      makeRecord({ id: 'a', sizeUnknown: 'not computed yet', usageCount: 1, blob: digest('b') }),
    );
    expect(fact(details, 'Size')).toMatchObject({ value: '–', hover: 'not computed yet' });
    for (const label of ['Created', 'Last used', 'In use', 'Shared', 'Lazy', 'Blob present']) {
      expect(fact(details, label)?.value).toBe('–');
      expect(fact(details, label)?.hover).toMatch(/\w+\.$/);
    }
  });

  it('tell never from unknown', () => {
    expect(fact(detailsOf(makeRecord({ id: 'a' })), 'Last used')?.value).toBe('never');
  });

  it('name the other half of a pair', () => {
    const details = detailsOf(makeRecord({ id: 'a', mutable: true, twin: 'abcdefghijklmnop' }));
    expect(fact(details, 'Equal immutable')).toMatchObject({
      value: 'abcdefghijkl',
      copy: 'abcdefghijklmnop',
    });
  });

  it('join the snapshot with its store, and say why there is none', () => {
    const record = makeRecord({ id: 'a', snapshotId: 'snap' });
    const found = snapshot('snap', { kind: 'committed', directory: '12', size: 5000 });
    const valueIn = (parts: Partial<Inventory>) => fact(detailsOf(record, [], parts), 'Snapshot')?.value;
    expect(valueIn({ snapshots: [found] })).toBe('snap · committed · directory 12 · 5kB');
    expect(valueIn({ snapshots: [snapshot('other')] })).toBe('snap · not found');
    expect(valueIn({})).toBe('snap · snapshots cannot be seen');
    expect(valueIn({ complete: false })).toBe('snap · still being read');
  });

  it('show odd text as text and long text cut, whole when copied', () => {
    const value = `\u001b<b>${'x'.repeat(1000)}`;
    const shown = fact(detailsOf(makeRecord({ id: 'a', attributes: { etag: value } })), 'HTTP ETag');
    expect(shown?.value).toMatch(/^␛<b>x+…$/);
    expect(shown?.value).toHaveLength(200);
    expect(shown?.copy).toBe(value);
  });
});

describe('lists', () => {
  it('have parents with their roles, missing ones too', () => {
    const base = makeRecord({ id: 'base', description: 'pulled from x/node:20', size: 5000 });
    const details = detailsOf(makeRecord({ id: 'm', parents: mergeOf('base', 'gone') }), [base]);
    expect(items(details, 'Parents')).toEqual([
      { text: 'FROM node:20', note: 'merge input 1 · 5kB', full: 'base', recordId: 'base' },
      { text: 'gone', note: 'merge input 2 · not in this cache', full: 'gone', missing: true },
    ]);
  });

  it('have children by what they take the record for, newest first', () => {
    const child = makeRecord({ id: 'child', parents: mergeOf('other', 'a', 'a'), createdAt: 1 });
    const young = makeRecord({ id: 'young', parents: layerOn('a'), createdAt: 2, size: 0 });
    const details = detailsOf(makeRecord({ id: 'a' }), [child, young]);
    expect(items(details, 'Children')?.map(({ note, recordId }) => [recordId, note])).toEqual([
      ['young', 'as layer parent · 0B'],
      ['child', 'as merge input 2, merge input 3 · size unknown'],
    ]);
  });

  it('are cut to a readable length and tell how many there are', () => {
    const children = Array.from({ length: 50_000 }, (_, i) =>
      makeRecord({ id: `c${i}`, parents: layerOn('a') }),
    );
    const list = detailsOf(makeRecord({ id: 'a' }), children).lists.find(({ title }) => title === 'Children');
    expect(list?.items).toHaveLength(200);
    expect(list?.total).toBe(50_000);
  });

  it('have leases with their nature and what they hold', () => {
    const record = makeRecord({ id: 'a', leases: ['a', 'a-view', 'tmp', 'gone'] });
    const leases = [
      lease('a', {
        resources: [
          { kind: 'snapshot', id: 'snapshot-one-of-many' },
          { kind: 'content', id: digest('b10b') },
        ],
      }),
      lease('a-view', { labels: { 'buildkit/lease.temporary': 'x' } }),
      lease('tmp', {
        labels: { 'containerd.io/gc.expire': new Date(now - 3 * day).toISOString() },
        resources: ['1', '2', '3', '4', '5', '6'].map((id) => ({ kind: 'ingest', id })),
      }),
    ];
    expect(items(detailsOf(record, [], { leases }), 'Leases')?.map(({ note }) => note)).toEqual([
      "the record's own · holds snapshot snapshot-one, content sha256:b10bb10b…",
      'for a mount · temporary · holds nothing',
      'expired 3 d ago · holds ingest 1, ingest 2, ingest 3, ingest 4 and 2 more',
      'not found',
    ]);
  });

  it('call a lease missing only where leases could be read', () => {
    const record = makeRecord({ id: 'a', leases: ['x'] });
    const leaseIn = (parts: Partial<Inventory>) => items(detailsOf(record, [], parts), 'Leases')?.at(0);
    expect(leaseIn({ leases: [lease('y')] })).toMatchObject({ note: 'not found', missing: true });
    expect(leaseIn({})).toMatchObject({ note: 'leases cannot be seen', missing: false });
    expect(leaseIn({ complete: false })).toMatchObject({ note: 'still being read', missing: false });
  });

  it('link the leases of other records to these', () => {
    const other = makeRecord({ id: 'b', description: 'copy a' });
    const record = makeRecord({ id: 'a', leases: ['a', 'b', 'b-variants'] });
    const leases = ['a', 'b', 'b-variants'].map((id) => lease(id));
    expect(
      items(detailsOf(record, [other], { leases }), 'Leases')?.map((it) => [it.recordId, it.note]),
    ).toEqual([
      [undefined, "the record's own · holds nothing"],
      ['b', 'of copy a · holds nothing'],
      ['b', 'of copy a · for other compressions · holds nothing'],
    ]);
  });

  it('have the blob and its other compressions, even where they name each other in a circle', () => {
    const [gzip, zstd] = [digest('1111'), digest('2222')];
    const variant = (to: string) => ({ [`containerd.io/gc.ref.content.blob-${to}`]: to });
    const blobs = [
      {
        digest: gzip,
        namespace: 'buildkit',
        size: 1000,
        present: true,
        labels: { ...variant(zstd), ...variant(gzip) },
      },
      {
        digest: zstd,
        namespace: 'buildkit',
        present: false,
        labels: { ...variant(gzip), 'buildkit.io/blob/mediatype': 'tar+zstd' },
      },
    ];
    const record = makeRecord({ id: 'a', blob: gzip, mediaType: 'tar+gzip' });
    expect(items(detailsOf(record, [], { blobs }), 'Blobs')).toEqual([
      {
        text: 'sha256:11111111…',
        note: 'tar+gzip · 1kB · in the content store',
        full: gzip,
        missing: false,
      },
      {
        text: 'sha256:22222222…',
        note: 'other compression · tar+zstd · not in the content store',
        full: zstd,
        missing: true,
      },
    ]);
  });

  it('have the size of a lazy blob, which is missing', () => {
    const record = makeRecord({ id: 'a', blob: digest('1111'), blobSize: 7, lazy: true });
    expect(items(detailsOf(record), 'Blobs')).toMatchObject([
      { note: '7B · blobs cannot be seen', missing: true },
    ]);
  });

  it('have the snapshots from the top down, linked to the records they belong to', () => {
    const record = makeRecord({ id: 'a', snapshotId: 's2' });
    const other = makeRecord({ id: 'other', snapshotId: 's1' });
    const snapshots = [snapshot('s2', { parent: 's1', kind: 'active' }), snapshot('s1', { parent: 's2' })];
    expect(items(detailsOf(record, [other], { snapshots }), 'Snapshots')).toEqual([
      { text: 's2', note: 'active', full: 's2', recordId: undefined },
      { text: 's1', note: '', full: 's1', recordId: 'other' },
    ]);
  });

  it('have the solver keys of both halves of a pair, and the steps they lead to', () => {
    const record = makeRecord({ id: 'a', twin: 't' });
    const next = makeRecord({ id: 'next', description: 'mount / from exec make', size: 5 });
    const link = { input: 1, output: 0, digest: digest('beef'), selector: '' };
    const solverKeys = [
      {
        id: 'key1',
        results: [{ workerId: 'w', recordId: 't', createdAt: now - day }],
        links: [
          { ...link, target: 'key2' },
          { ...link, target: 'key3' },
        ],
      },
      { id: 'key2', results: [{ workerId: 'w', recordId: 'next' }], links: [] },
    ];
    expect(items(detailsOf(record, [next], { solverKeys }), 'Solver keys')).toEqual([
      { text: 'key1', note: 'result of 1 d ago · 2 links', full: 'key1' },
      { text: '→ RUN make', note: 'input 1 of step sha256:beefbeef… · 5B', full: 'next', recordId: 'next' },
      { text: '→ key3', note: 'input 1 of step sha256:beefbeef…', full: 'key3' },
    ]);
  });

  it('are left out when they are empty', () => {
    expect(detailsOf(makeRecord({ id: 'a' })).lists).toEqual([]);
  });

  it('survive an inventory without workers', () => {
    const details = detailsOf(makeRecord({ id: 'a', worker: 3 }), [], { workers: [] });
    expect(fact(details, 'Worker')?.value).toBe('–');
  });
});
