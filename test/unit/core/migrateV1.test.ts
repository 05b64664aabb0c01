import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMetadataV1, type RecordV1 } from '../../../src/core/metadataV1';
import { migrateV1 } from '../../../src/core/migrateV1';
import { changesFromStored } from '../../../src/core/storedKeys';
import { isNotFound } from '../../../src/store/storeError';
import type { Labels } from '../../../src/store/labels';
import { MemoryStore } from '../../support/memoryStore';

/** A root of BuildKit v0.6.4: its stores, and what BuildKit's own migration made of it. */
interface Root {
  readonly snapshots: readonly { key: string; kind: string; parent: string; labels: Labels }[];
  readonly blobs: readonly { digest: string; size: number; labels: Labels }[];
  readonly expected: {
    readonly meta: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly index: readonly string[];
    readonly external: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly leases: Readonly<Record<string, { res: readonly string[]; labels: readonly string[] }>>;
    /** What still bears the label of a root. */
    readonly rootLabels: readonly string[];
  };
}

const rootLabel = 'containerd.io/gc.root';
const fixture = (name: string) =>
  brotliDecompressSync(readFileSync(join(import.meta.dirname, '../../fixtures/migration', name)));
const root = JSON.parse(fixture('stores.json.br').toString('utf8')) as Root;

async function storeOf({ snapshots, blobs }: Root): Promise<MemoryStore> {
  const store = new MemoryStore();
  const waiting = [...snapshots];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { key, kind, parent, labels } = next;
    if (parent !== '' && store.snapshots.find(parent) === undefined) {
      waiting.push(next);
      continue;
    }
    if (kind === 'view') await store.snapshots.view(key, parent || undefined);
    else await store.snapshots.prepare(kind === 'active' ? key : `making ${key}`, parent || undefined);
    if (kind === 'committed') await store.snapshots.commit(key, `making ${key}`);
    store.snapshots.updateLabels(key, labels);
  }
  for (const blob of blobs) store.content.trust(blob);
  return store;
}

/** What BuildKit stored, as the fields it amounts to. */
function fieldsOf(stored: Readonly<Record<string, string>>) {
  const values = Object.entries(stored).map(([key, text]) => {
    const { index } = JSON.parse(text) as { index?: string };
    const json =
      /^\{"value":(-?\d+)[,}]/.exec(text)?.[1] ??
      JSON.stringify((JSON.parse(text) as { value: unknown }).value);
    return [key, { json, index }] as const;
  });
  return changesFromStored(new Map(values));
}

describe('the migration of a cache from before BuildKit v0.7', () => {
  let folder: string;
  let records: RecordV1[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'migrate-'));
    writeFileSync(join(folder, 'metadata.db'), fixture('metadata.db.br'));
    records = await readMetadataV1(join(folder, 'metadata.db'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes the records that BuildKit makes, key for key', async () => {
    const store = await storeOf(root);
    const { records: made } = await migrateV1(records, store);
    expect(made).toHaveLength(102);
    for (const [id, stored] of Object.entries(root.expected.meta)) {
      expect(store.metadata.get(id), id).toEqual({ id, ...fieldsOf(stored) });
    }
    expect(store.metadata.count()).toBe(Object.keys(root.expected.meta).length);
    expect(store.metadata.indexEntries()).toEqual(root.expected.index);
  });

  it('keeps what other parts have stored with the records', async () => {
    const store = await storeOf(root);
    await migrateV1(records, store);
    for (const [id, values] of Object.entries(root.expected.external)) {
      const lengths = store.metadata.listExternal(id).map(({ key, length }) => [key, length]);
      expect(Object.fromEntries(lengths)).toEqual(values);
    }
  });

  it('makes a flat lease for each record, and takes the labels away that leases replace', async () => {
    const store = await storeOf(root);
    await migrateV1(records, store);
    const leases = store.leases.list().map(({ id, labels }) => {
      const res = store.leases
        .listResources(id)
        .map((it) => `${it.type === 'content' ? 'content' : 'snapshot'}:${it.id}`);
      return [id, { res: res.sort(), labels: Object.keys(labels) }] as const;
    });
    const expected = Object.entries(root.expected.leases).map(
      ([id, { res, labels }]) => [id, { res: [...res].sort(), labels }] as const,
    );
    expect(Object.fromEntries(leases)).toEqual(Object.fromEntries(expected));
    const rooted = [
      ...store.snapshots.walk().flatMap(({ key, labels }) => (rootLabel in labels ? [key] : [])),
      ...store.content.walk().flatMap(({ digest, labels }) => (rootLabel in labels ? [digest] : [])),
    ];
    expect(rooted.sort()).toEqual([...root.expected.rootLabels].sort());
  });

  it('leaves a store alone that has records', async () => {
    const store = await storeOf(root);
    await migrateV1(records, store);
    const before = store.metadata.all();
    expect(await migrateV1(records, store)).toEqual({ records: [], leased: [] });
    expect(store.metadata.all()).toEqual(before);
  });

  it('keeps leases that an earlier attempt has made', async () => {
    const store = await storeOf(root);
    store.leases.create(records[0].id, { mine: 'yes' });
    expect((await migrateV1(records, store)).leased).toEqual([records[0].id]);
    expect(store.leases.find(records[0].id)?.labels).toEqual({ mine: 'yes' });
  });

  it('fails when a snapshot is missing that has to be there', async () => {
    const store = await storeOf(root);
    const lost = root.snapshots.find(({ key, kind }) => kind === 'active' && key in root.expected.meta);
    await store.snapshots.remove(lost?.key ?? '');
    await expect(migrateV1(records, store)).rejects.toSatisfy(isNotFound);
    expect(store.metadata.count()).toBe(0);
  });

  it('counts a layer whose blob is gone as the empty text in the chains above it', async () => {
    const store = await storeOf(root);
    const lowest = records.find(({ id }) => {
      const { blob, parent } = fieldsOf(root.expected.meta[id]);
      const isBelow = Object.values(root.expected.meta).some((stored) => fieldsOf(stored).parent === id);
      return blob && !parent && isBelow;
    });
    const { blob = '' } = fieldsOf(root.expected.meta[lowest?.id ?? '']);
    store.content.delete(blob ?? '');
    await migrateV1(records, store);
    expect(store.metadata.get(lowest?.id ?? '')?.chainId).toBeUndefined();
    const above = store.metadata.all().filter((it) => it.parent === lowest?.id && it.blob);
    expect(above.length).toBeGreaterThan(0);
    for (const { id, chainId } of above) expect(chainId).not.toBe(fieldsOf(root.expected.meta[id]).chainId);
  });
});
