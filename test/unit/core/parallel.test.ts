import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../../src/core/cacheRecord';
import type { ImmutableRef, MutableRef } from '../../../src/core/refs';
import { isStoreError, type StoreErrorReason } from '../../../src/store/storeError';
import { blobOf, CoreHarness, providersOf } from '../../support/coreHarness';

/** How many operations each of the callers does; more by CORE_PARALLEL_STEPS. */
const steps = Number(process.env.CORE_PARALLEL_STEPS ?? 30);
const callers = 100;

/** Numbers that look random and are the same in every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What a caller may be told when others use the same records. */
const expected: readonly StoreErrorReason[] = ['notFound', 'locked', 'invalid', 'needsRemoteProvider'];

const blobs = ['1', '2', '3', '4'].map((letter) => blobOf(letter, letter));

/** One of many callers, with the refs it holds. */
class Caller {
  private readonly refs: ImmutableRef[] = [];
  private readonly mutables: MutableRef[] = [];

  constructor(
    private readonly core: CoreHarness,
    private readonly below: (limit: number) => number,
  ) {}

  async step(): Promise<void> {
    try {
      await this.operation(this.below(16));
    } catch (error) {
      if (!isStoreError(error) || !expected.includes(error.reason)) throw error;
    }
  }

  async releaseAll(): Promise<void> {
    for (const ref of [...this.refs, ...this.mutables]) await ref.release();
    this.refs.length = 0;
    this.mutables.length = 0;
  }

  private async operation(choice: number): Promise<void> {
    const { manager } = this.core;
    const ref = this.refs.at(this.below(this.refs.length || 1));
    switch (choice) {
      case 0:
      case 1:
        this.mutables.push(await manager.create(ref, { retain: this.below(2) === 0 }));
        return;
      case 2:
      case 3: {
        const mutable = this.mutables.shift();
        if (mutable !== undefined) this.refs.push(await mutable.commit());
        return;
      }
      case 4:
        return ref?.finalize();
      case 5:
        this.refs.push(await manager.get(this.anyId()));
        return;
      case 6:
        this.mutables.push(await manager.getMutable(this.anyId()));
        return;
      case 7:
        if (ref !== undefined) this.refs.push(ref.clone());
        return;
      case 8: {
        const merged = await manager.merge([ref, this.refs[0]]);
        if (merged !== undefined) this.refs.push(merged);
        return;
      }
      case 9:
        this.refs.push(await manager.diff(ref, this.below(2) === 0 ? this.refs[0] : undefined));
        return;
      case 10:
        this.refs.push(
          await manager.getByBlob(blobs[this.below(blobs.length)], undefined, providersOf(...blobs)),
        );
        return;
      case 11:
        return ref?.extract();
      case 12:
        await ref?.mount({ readOnly: this.below(2) === 0 });
        return;
      case 13:
        await (this.below(8) === 0 ? manager.prune([{}]) : manager.diskUsage());
        return;
      default:
        return (this.refs.shift() ?? this.mutables.shift())?.release();
    }
  }

  private anyId(): string {
    const ids = [...this.core.manager.core.records.keys()];
    return ids.at(this.below(ids.length || 1)) ?? 'none';
  }
}

/** Far cheaper than `expect`, of which this would take millions. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What has to hold at every moment between two turns. */
function checkInvariants(core: CoreHarness): void {
  const { records } = core.manager.core;
  const holds = new Map<CacheRecord, number>();
  const count = (record: CacheRecord) => holds.set(record, (holds.get(record) ?? 0) + 1);
  for (const [id, record] of records) {
    for (const hold of record.holds) {
      must(hold.live, `${id} has given back a parent`);
      must(records.get(hold.record.id) === hold.record, `a parent of ${id} is not listed`);
      count(hold.record);
    }
    if (record.equalMutable?.live === true) count(record.equalMutable.record);
    const { equalImmutable } = record;
    must(equalImmutable === undefined || records.has(equalImmutable.id), `${id} has lost its twin`);
    must(core.store.metadata.has(id), `${id} is not stored`);
    const isLeased = core.store.leases.find(id) !== undefined;
    // While a pair is finalized or mounted it may have its lease already, or not yet.
    const wanted = record.equalMutable === undefined;
    must(record.busy !== undefined || isLeased === wanted, `${id} is ${isLeased ? '' : 'not '}leased`);
  }
  for (const [id, record] of records) {
    must(record.refs >= (holds.get(record) ?? 0), `${id} has fewer refs than records hold`);
    must(record.useRefs >= 0 && record.useRefs <= record.refs, `${id} miscounts its uses`);
  }
}

describe('a hundred callers at once', () => {
  it.each([1, 2, 3])('keep the cache whole, seed %d', async (seed) => {
    const core = await CoreHarness.open();
    blobs.forEach((blob) => core.store.unpacked.set(blob.digest, 7));
    const below = numbersFrom(seed);
    const all = Array.from({ length: callers }, () => new Caller(core, below));
    let checks = 0;
    await Promise.all(
      all.map(async (caller) => {
        for (let i = 0; i < steps; i++) {
          await caller.step();
          if (below(50) > 0) continue;
          checkInvariants(core);
          checks++;
        }
      }),
    );
    expect(checks).toBeGreaterThan(10);
    for (const caller of all) await caller.releaseAll();
    const { records } = core.manager.core;
    checkInvariants(core);
    const inside = new Map<CacheRecord, number>();
    for (const { record } of [...records.values()].flatMap((it) => it.holds)) {
      inside.set(record, (inside.get(record) ?? 0) + 1);
    }
    for (const record of records.values()) must(record.refs === (inside.get(record) ?? 0), record.id);
    expect(core.store.metadata.count()).toBe(records.size);
    await core.pruned({ all: true });
    expect(await core.usage()).toEqual([0, 0]);
    expect([core.store.snapshots.walk(), core.store.leases.list(), core.store.content.walk()]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('extract one blob once', async () => {
    const core = await CoreHarness.open();
    const [blob] = blobs;
    let fetched = 0;
    const provider = {
      fetch: async (digest: string) => {
        fetched++;
        await new Promise((resolve) => setImmediate(resolve));
        core.store.content.trust({ digest, size: 1 });
      },
    };
    const providers = new Map([[blob.digest, provider]]);
    const refs = await Promise.all(
      Array.from({ length: callers }, () => core.manager.getByBlob(blob, undefined, { providers })),
    );
    expect(new Set(refs.map(({ id }) => id)).size).toBe(1);
    await Promise.all(refs.map((ref) => ref.extract()));
    expect(fetched).toBe(1);
  });

  it('finalize one record once, and wait for it to release it', async () => {
    const core = await CoreHarness.open();
    const ref = await (await core.mutable(1)).commit();
    const clones = Array.from({ length: callers }, () => ref.clone());
    await Promise.all([
      ...clones.map((clone) => clone.finalize()),
      ...clones.map((clone) => clone.release()),
    ]);
    await ref.release();
    expect(await core.manager.diskUsage()).toMatchObject([
      { id: ref.id, mutable: false, inUse: false, size: 1 },
    ]);
  });
});
