import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exactTime } from '../../../src/model/format';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { openCache } from '../../../src/sources/open';
import { fixtureNames, sharedFixture, type Fixture, type UsageRow } from '../../support/fixtures';

async function read(path: string): Promise<Inventory> {
  return await (await openCache(path)).read();
}

/** What a daemon's row and our record must agree on, in one form. */
interface Facts {
  readonly id: string;
  readonly mutable: boolean;
  readonly parents: readonly string[];
  readonly description: string;
  readonly type: string;
  readonly usageCount: number;
  readonly createdAt: string | undefined;
  readonly lastUsedAt: string | undefined;
  readonly shared: boolean | undefined;
}

function factsOfRecord(record: CacheRecord): Facts {
  return {
    id: record.id,
    mutable: record.mutable,
    parents: record.parents.map(({ id }) => id),
    description: record.description,
    type: record.type,
    usageCount: record.usageCount,
    createdAt: exactTime(record.createdAt, record.createdAtNanos),
    lastUsedAt: exactTime(record.lastUsedAt, record.lastUsedAtNanos),
    shared: record.shared,
  };
}

function factsOfRow(row: UsageRow): Facts {
  const parents = row.parents ?? (row.parent === undefined || row.parent === '' ? [] : [row.parent]);
  return {
    id: row.id,
    mutable: row.mutable,
    parents,
    description: row.description,
    type: row.recordType === '' ? 'regular' : row.recordType,
    usageCount: row.usageCount,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt ?? undefined,
    shared: row.shared,
  };
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Sizes that are known must be the daemon's. */
function expectSizes(records: readonly CacheRecord[], rows: readonly UsageRow[]): void {
  const truth = new Map(rows.map((row) => [row.id, row.size]));
  const known = records.filter(({ id, size }) => size !== undefined && truth.has(id));
  expect(known.map(({ id, size }) => [id, size])).toEqual(known.map(({ id }) => [id, truth.get(id)]));
}

/** Whether a child of the record was dropped or is lazy: that a start loads it in vain counts as a use of its parent. */
function isTouchedAtStart(inventory: Inventory, row: UsageRow): boolean {
  const inVain = inventory.records.filter(({ dropsAtStart, lazy }) => dropsAtStart !== undefined || lazy);
  return inVain.some(({ parents }) => parents.some(({ id }) => id === row.id));
}

/** What the engine's own list says of the parent, which its older answer leaves out. */
function dockerParents(fixture: Fixture): Map<string, string> {
  const answer = JSON.parse(fixture.truthText('api-system-df.json')) as {
    readonly BuildCache: readonly { readonly ID: string; readonly Parent?: string }[];
  };
  return new Map(answer.BuildCache.map(({ ID, Parent }) => [ID, Parent ?? '']));
}

const quiet = fixtureNames().filter(
  (name) => !name.startsWith('docker') && !['v0.20.2-killed', 'v0.6-metadata-v1'].includes(name),
);

describe('the records of a BuildKit root', () => {
  it.each(quiet)("are those of the daemon's own list, fact for fact: %s", async (name) => {
    const fixture = sharedFixture(name);
    const { records } = await read(fixture.root);
    const rows = fixture.usage();
    expect(byId(records).map(factsOfRecord)).toEqual(byId(rows).map(factsOfRow));
    expectSizes(
      records,
      rows.filter(({ inUse }) => !inUse),
    );
  });

  it.each(['docker-20.10-overlay2', 'docker-20.10-vfs'])('are those of a Docker engine: %s', async (name) => {
    const fixture = sharedFixture(name);
    const { records } = await read(fixture.root);
    const parents = dockerParents(fixture);
    const rows = fixture.usage().map((row) => ({ ...row, parent: parents.get(row.id) ?? '' }));
    // The engine used three of them once more after it had given this answer.
    const expected = new Map(rows.map((row) => [row.id, factsOfRow(row)]));
    const later = records.filter(({ id, usageCount }) => usageCount !== expected.get(id)?.usageCount);
    const unused = (facts: Facts): Facts =>
      later.some(({ id }) => id === facts.id) ? { ...facts, usageCount: 0, lastUsedAt: undefined } : facts;
    expect(later).toHaveLength(3);
    expect(byId(records).map(factsOfRecord).map(unused)).toEqual(byId(rows).map(factsOfRow).map(unused));
    expect(records.filter(({ shared }) => shared)).toHaveLength(34);
    expectSizes(records, rows);
  });

  it('are those of BuildKit v0.6 and of the newer one that converted them', async () => {
    const fixture = sharedFixture('v0.6-metadata-v1');
    const old = await read(fixture.root);
    expect(byId(old.records).map(factsOfRecord)).toEqual(
      byId(fixture.usage('du-before.json')).map(factsOfRow),
    );
    expectSizes(old.records, fixture.usage('du-before.json'));
    const converted = await read(fixture.migratedRoot);
    const after = byId(fixture.usage('du-after.json')).map(factsOfRow);
    expect(byId(converted.records).map(factsOfRecord)).toEqual(after);
    expectSizes(converted.records, fixture.usage('du-after.json'));
  });

  it('share layers with images on containerd', async () => {
    const { records } = await read(sharedFixture('v0.20.2-containerd-worker').root);
    expect(records.filter(({ shared }) => shared)).toHaveLength(4);
  });
});

const reopened = fixtureNames().filter((name) => sharedFixture(name).has('du-reopened.json'));

describe('what a daemon says of a cache when it opens it', () => {
  it.each(reopened)('is what stays by the start-up rules: %s', async (name) => {
    const fixture = sharedFixture(name);
    const inventory = await read(fixture.root);
    const rows = fixture.usage('du-reopened.json');
    const staying = inventory.records.filter(({ dropsAtStart }) => dropsAtStart === undefined);
    expect(byId(staying).map(({ id }) => id)).toEqual(byId(rows).map(({ id }) => id));
    const touched = rows.filter((row) => isTouchedAtStart(inventory, row));
    const compared = (facts: Facts): Facts =>
      touched.some(({ id }) => id === facts.id) ? { ...facts, usageCount: 0, lastUsedAt: undefined } : facts;
    expect(byId(staying).map(factsOfRecord).map(compared)).toEqual(byId(rows).map(factsOfRow).map(compared));
    expectSizes(staying, rows);
  });

  it('leaves out half-made mutable records after a kill', async () => {
    const { records } = await read(sharedFixture('v0.20.2-killed').root);
    const dropped = records.filter(({ dropsAtStart }) => dropsAtStart !== undefined);
    expect(dropped).toHaveLength(22);
    expect(new Set(dropped.map(({ dropsAtStart }) => dropsAtStart))).toEqual(new Set(['snapshotMissing']));
    expect(dropped.every(({ mutable }) => mutable)).toBe(true);
  });

  it('leaves out what stands on lazy records, but not the lowest lazy ones', async () => {
    const { records, notes } = await read(sharedFixture('v0.20.2-lazy-imported').root);
    const reasons = records.flatMap(({ dropsAtStart }) => dropsAtStart ?? []);
    expect(reasons.filter((reason) => reason === 'blobMissing')).toHaveLength(11);
    expect(reasons.filter((reason) => reason === 'parentDropped')).toHaveLength(6);
    expect(records.filter(({ lazy, dropsAtStart }) => lazy && dropsAtStart === undefined)).toHaveLength(5);
    expect(notes.map(({ message }) => message).join('\n')).toContain('5 lazy records are listed once more');
  });
});

describe('a size that BuildKit has not stored', () => {
  it('comes from the snapshotter for a committed snapshot', async () => {
    const fixture = sharedFixture('v0.20.2-killed');
    const { records } = await read(fixture.root);
    const stored = new Map(fixture.usage().map((row) => [row.id, row]));
    const rows = fixture.usage('du-reopened.json').filter(({ id }) => !stored.has(id));
    const computed = records.filter(
      ({ id, size }) => size !== undefined && rows.some((row) => row.id === id),
    );
    expect(computed.length).toBeGreaterThan(30);
    expectSizes(records, rows);
  });

  it('is unknown, with the reason, for a snapshot that is still being written', async () => {
    const { records } = await read(sharedFixture('v0.20.2-in-use-live').root);
    const unknown = records.filter(({ size }) => size === undefined);
    expect(unknown).toHaveLength(3);
    expect(unknown.every(({ sizeUnknown }) => sizeUnknown?.includes('still being written'))).toBe(true);
  });

  it('is unknown for what stands on lazy records, which BuildKit cannot measure either', async () => {
    const { records } = await read(sharedFixture('v0.20.2-lazy-imported').root);
    const unknown = records.filter(({ size }) => size === undefined);
    expect(unknown).toHaveLength(6);
    expect(unknown.every(({ sizeUnknown }) => sizeUnknown?.includes('lazy'))).toBe(true);
  });
});

describe('the rest of an inventory', () => {
  it('has leases, blobs, snapshots, solver keys and builds', async () => {
    const fixture = sharedFixture('v0.20.2-overlayfs-diverse');
    const { workers, leases, blobs, snapshots, solverKeys, builds } = await read(fixture.root);
    expect(workers).toEqual([
      {
        id: 'byuxvj0a0mnf3kczfeaqraeg4',
        name: 'runc-overlayfs',
        snapshotter: 'overlayfs',
        namespace: 'buildkit',
      },
    ]);
    expect([leases, blobs, snapshots, solverKeys, builds].map(({ length }) => length)).toEqual([
      208, 142, 135, 125, 38,
    ]);
    expect(snapshots.every(({ kind, directory }) => kind !== undefined && directory !== undefined)).toBe(
      true,
    );
    expect(snapshots.filter(({ kind, size }) => (kind === 'committed') !== (size !== undefined))).toEqual([]);
    const errors = builds.filter(({ error }) => error !== undefined);
    expect(errors.map(({ error }) => error).join('\n')).toContain('exit code');
  });

  it('reads what a BuildKit on containerd keeps there, wherever it is opened', async () => {
    const { root } = sharedFixture('v0.20.2-containerd-worker');
    for (const path of [root, join(root, 'buildkit'), join(root, 'buildkit', 'containerd-overlayfs')]) {
      const { records, leases, blobs, snapshots, workers } = await read(path);
      expect([records, leases, blobs, snapshots].map(({ length }) => length)).toEqual([58, 88, 43, 56]);
      expect(workers[0]).toMatchObject({ snapshotter: 'overlayfs', namespace: 'buildkit' });
    }
  });

  it('gives each record the leases that hold it', async () => {
    const { records, leases } = await read(sharedFixture('v0.20.2-overlayfs-diverse').root);
    const held = new Map(leases.map((lease) => [lease.id, lease]));
    for (const record of records) {
      expect(record.leases[0]).toBe(record.id);
      for (const id of record.leases) {
        const resources = held.get(id)?.resources.map((resource) => resource.id) ?? [];
        const isNamed = [record.id, `${record.id}-variants`, `${record.id}-view`].includes(id);
        expect(
          isNamed || resources.includes(record.snapshotId) || resources.includes(record.blob ?? ''),
        ).toBe(true);
      }
    }
  });

  it('reaches records from solver keys, by the id of either half of a pair', async () => {
    const { records, solverKeys, workers } = await read(sharedFixture('v0.20.2-overlayfs-diverse').root);
    const ids = new Set(records.flatMap(({ id, twin }) => (twin === undefined ? [id] : [id, twin])));
    const results = solverKeys.flatMap((key) => key.results);
    expect(results.every(({ workerId }) => workerId === workers[0].id)).toBe(true);
    const reached = results.filter(({ recordId }) => ids.has(recordId));
    expect(reached.length).toBeGreaterThan(90);
    expect(results.every(({ createdAt }) => createdAt !== undefined && createdAt > 1_700_000_000_000)).toBe(
      true,
    );
  });
});
