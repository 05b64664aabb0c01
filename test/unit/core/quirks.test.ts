import { describe, expect, it } from 'vitest';
import { buildkitQuirks, noQuirks } from '../../../src/core/quirks';
import type { ManagerOptions } from '../../../src/core/manager';
import type { ImmutableRef } from '../../../src/core/refs';
import { isStoreError } from '../../../src/store/storeError';
import { blobOf, CoreHarness, digestOf, providersOf } from '../../support/coreHarness';

const own: ManagerOptions = {};
const buildkit: ManagerOptions = { compat: 'buildkit' };

/** Runs the same steps in both modes and gives what each came to: of ours, and of BuildKit. */
async function both<T>(steps: (core: CoreHarness, options: ManagerOptions) => Promise<T>): Promise<[T, T]> {
  return [
    await steps(await CoreHarness.open(own), own),
    await steps(await CoreHarness.open(buildkit), buildkit),
  ];
}

const usesOf = (core: CoreHarness, id: string) => core.store.metadata.get(id)?.usageCount;
const listed = async (core: CoreHarness) => (await core.manager.diskUsage()).map(({ id }) => id);

describe('the switch for the quirks of BuildKit', () => {
  it('turns all of them on, and each is off without it', () => {
    const switches = Object.values(buildkitQuirks).filter((value) => typeof value === 'boolean');
    expect(switches.every(Boolean)).toBe(true);
    expect(Object.values(noQuirks).filter((value) => value === true)).toEqual([]);
  });

  it('loadedHoldsAreUses: pruning a child after a restart counts as a use of its parent', async () => {
    expect(
      await both(async (core, options) => {
        const parent = await core.unused(1);
        const child = await core.unused(1, { parent });
        await core.reopen(options);
        await core.pruned({ filters: [`id==${child}`] });
        return usesOf(core, parent);
      }),
    ).toEqual([1, 2]);
  });

  it('parentsLoadWithoutProviders, startDropsLazyRecords: a lazy record is lost at the start', async () => {
    expect(
      await both(async (core, options) => {
        const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
        const providers = providersOf(lower, upper);
        const base = await core.manager.getByBlob(lower, undefined, providers);
        const top = await core.manager.getByBlob(upper, base, providers);
        await core.reopen(options);
        const ids = await listed(core);
        const again = await core.manager.get(top.id, providers).catch(() => undefined);
        return [
          ids.includes(base.id),
          core.store.metadata.has(base.id),
          ids.includes(top.id),
          again?.id === top.id,
        ];
      }),
    ).toEqual([
      [true, true, true, true],
      [true, false, false, false],
    ]);
  });

  it('droppedRecordReleasesTwice: a child dropped at the start uses its parent twice', async () => {
    expect(
      await both(async (core, options) => {
        const parent = await core.unused(1, { uses: 0 });
        const child = await core.unused(1, { parent });
        core.store.metadata.put(child, { deleted: true });
        await core.reopen(options);
        return [await listed(core), usesOf(core, parent)];
      }),
    ).toEqual([
      [['record000002'], undefined],
      [['record000002'], 2],
    ]);
  });

  it('startKeepsTemporaryLeases: a view that a stop left stays leased', async () => {
    expect(
      await both(async (core, options) => {
        const ref = await core.record();
        await ref.mount({ readOnly: true });
        await core.reopen(options);
        return core.store.leases.find(`${ref.id}-view`) !== undefined;
      }),
    ).toEqual([false, true]);
  });

  it('diskUsageWrites: looking stores sizes and commits idle mutables', async () => {
    expect(
      await both(async (core) => {
        const retained = await core.mutable(7, { retain: true });
        await retained.release();
        const finished = await core.record(5);
        const before = core.store.metadata.writes;
        const rows = await core.manager.diskUsage();
        const sizes = rows.map(({ id, size }) => [id, size]);
        expect(sizes).toEqual([
          [retained.id, 7],
          [finished.id, 5],
        ]);
        return [core.store.metadata.writes === before, core.store.metadata.count()];
      }),
    ).toEqual([
      [true, 2],
      [false, 3],
    ]);
  });

  it('diskUsageWrites: looking removes an idle mutable that is not retained', async () => {
    expect(
      await both(async (core, options) => {
        const active = await core.mutable(7);
        await core.reopen(options);
        await core.manager.diskUsage();
        return core.store.metadata.has(active.id);
      }),
    ).toEqual([true, false]);
  });

  it('mergeSizeGoesStale: a merge measured before it was made keeps that size', async () => {
    expect(
      await both(async (core) => {
        const merged = await core.manager.merge([await core.record(1), await core.record(1)]);
        expect(await merged?.size()).toBe(0);
        await merged?.extract();
        return merged?.size();
      }),
    ).toEqual([200, 0]);
  });

  it('sharedSnapshotStaysBlobOnly: the second record of a snapshot does not count it', async () => {
    expect(
      await both(async (core) => {
        const [zipped, plain] = [blobOf('a', 'd', 10), blobOf('b', 'd', 30)];
        [zipped, plain].forEach((blob) => core.putBlob(blob, 500));
        const first = await core.manager.getByBlob(zipped, undefined);
        const second = await core.manager.getByBlob(plain, undefined);
        await first.extract();
        await second.extract();
        return second.size();
      }),
    ).toEqual([530, 30]);
  });

  it('lostSnapshotStaysLost: a layer whose snapshot has vanished is made again from its blob', async () => {
    const steps = both(async (core) => {
      const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
      [lower, upper].forEach((blob) => core.putBlob(blob));
      const below = await core.manager.getByBlob(lower, undefined);
      const above = await core.manager.getByBlob(upper, undefined);
      await below.extract();
      await above.extract();
      await core.store.snapshots.remove(digestOf('c'));
      const diff = await core.manager.diff(below, above);
      return diff.extract().then(
        () => 'made',
        () => 'refused',
      );
    });
    expect(await steps).toEqual(['made', 'refused']);
  });

  it('failedNewLeaksParent: a parent whose data has vanished stays held for good', async () => {
    expect(
      await both(async (core) => {
        const active = await core.mutable(1, { retain: true });
        const parent = await active.commit();
        await core.store.snapshots.remove(active.id);
        await expect(core.manager.create(parent)).rejects.toSatisfy(isStoreError);
        return core.manager.core.records.get(parent.id)?.refs;
      }),
    ).toEqual([1, 2]);
  });

  it('failedDownloadKeepsRecord: a blob that cannot be fetched leaves a record without lease', async () => {
    expect(
      await both(async (core) => {
        const blob = blobOf('a', 'b');
        const broken = { fetch: () => Promise.reject(new Error('the registry is gone')) };
        const options = { providers: new Map([[blob.digest, broken]]), extract: true };
        await expect(core.manager.getByBlob(blob, undefined, options)).rejects.toThrow('registry');
        return [core.store.metadata.count(), core.store.leases.list().length];
      }),
    ).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it('ancestorDiffDropsOptions: the merge that a diff becomes has no description', async () => {
    expect(
      await both(async (core) => {
        const a = await core.record();
        const b = await core.record(0, {}, a);
        const c = await core.record(0, {}, b);
        return (await core.manager.diff(a, c, { description: 'both' })).fields.description;
      }),
    ).toEqual(['both', undefined]);
  });

  it('replacedIndexStays: a record is still found by what it no longer says', async () => {
    expect(
      await both(async (core) => {
        const ref = await core.record();
        await ref.setText('local.sharedKey', 'one', 'local.sharedKey:one');
        await ref.setText('local.sharedKey', 'two', 'local.sharedKey:two');
        return [core.manager.search('local.sharedKey:one'), core.manager.search('local.sharedKey:two')];
      }),
    ).toEqual([
      [[], ['record000002']],
      [['record000002'], ['record000002']],
    ]);
  });

  it('foreignParentHasEmptyChain: a layer on a parent outside the export has the chain of nothing', async () => {
    const chainOf = async (core: CoreHarness) => {
      const [lower, upper] = [blobOf('a', 'c'), blobOf('b', 'd')];
      [lower, upper].forEach((blob) => core.putBlob(blob));
      const base = await core.manager.getByBlob(lower, undefined);
      const top = await core.record(0, {}, base);
      await top.setBlob(upper);
      await top.computeChainIds([top]);
      const alone: ImmutableRef = await core.manager.getByBlob(upper, base);
      return top.fields.chainId === alone.fields.chainId;
    };
    expect(await both(chainOf)).toEqual([true, false]);
  });

  it('failedSizeStopsPrune: a size that cannot be found ends the prune and leaves the record dead', async () => {
    expect(
      await both(async (core) => {
        const id = await core.unused(1);
        core.store.snapshots.usage = () => Promise.reject(new Error('the disk is gone'));
        const outcome = await core.manager.prune([{}]).then(
          ({ removed }) => removed.map(({ size }) => size),
          () => 'refused',
        );
        return [outcome, core.manager.core.records.has(id)];
      }),
    ).toEqual([
      [[undefined], false],
      [[undefined], false],
    ]);
  });

  it('unknownSizeIsMinusOne: a size that is not known makes the cache larger by one byte when it goes', async () => {
    expect(
      await both(async (core, options) => {
        const blob = blobOf('a', 'b');
        const lazy = await core.manager.getByBlob(blob, undefined, providersOf(blob));
        const lower = await core.record(10);
        const merged = await core.manager.merge([lower, lazy]);
        const other = await core.record(10);
        for (const ref of [merged, other, lower, lazy]) {
          core.clock.ms += 1000;
          await ref?.release();
        }
        // What is exactly at its limit is pruned on by BuildKit, and not by us.
        const reservedSpace = options === buildkit ? 11 : 10;
        return (await core.pruned({ reservedSpace })).length;
      }),
    ).toEqual([2, 3]);
  });

  it('prune: a cache as large as its limit loses one record on BuildKit', async () => {
    expect(
      await both(async (core) => {
        await core.unused(10);
        await core.unused(10);
        return (await core.pruned({ reservedSpace: 20 })).length;
      }),
    ).toEqual([0, 1]);
  });

  it('prune: filters see the description and the parents only in a store of ours', async () => {
    expect(
      await both(async (core) => {
        const parent = await core.unused(1);
        const child = await core.record(1, { description: 'named' }, await core.manager.get(parent));
        await child.release();
        return [
          await core.pruned({ filters: [`parents!=${parent},description==named`] }),
          await core.pruned({ filters: [`parents==${parent}`] }),
        ].map((ids) => ids.length);
      }),
    ).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });
});
