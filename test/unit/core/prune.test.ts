import { describe, expect, it } from 'vitest';
import type { ExternalReferences } from '../../../src/core/options';
import { isFilterError } from '../../../src/model/filterError';
import { isCancelled } from '../../../src/store/storeError';
import { CoreHarness } from '../../support/coreHarness';

const hour = 3_600_000;
const modes = [
  ['in its own way', {}],
  ['as BuildKit', { compat: 'buildkit' }],
] as const;

describe.each(modes)('prune, %s', (mode, options) => {
  const open = () => CoreHarness.open(options);

  it('TV-33: takes the longest unused first, and a parent only after its child', async () => {
    const core = await open();
    const parent = await core.unused(1000, { lastUsedAt: 10_000 });
    const child = await core.unused(400, { lastUsedAt: 20_000, parent });
    const other = await core.unused(500, { lastUsedAt: 5_000 });
    core.store.metadata.put(parent, { usageCount: 1, lastUsedAt: { ms: 10_000, nanos: 0 } });
    await core.reopen(options);
    const rule = mode === 'as BuildKit' ? { reservedSpace: 1200 } : { maxUsedSpace: 1200 };
    expect(await core.pruned(rule)).toEqual([other, child]);
    expect((await core.manager.diskUsage()).map(({ id }) => id)).toEqual([parent]);
  });

  it('TV-34: takes all that nobody holds', async () => {
    const core = await open();
    const ids = [];
    for (let i = 0; i < 25; i++) ids.push(await core.unused(1));
    expect((await core.pruned()).sort()).toEqual(ids);
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('TV-35: spares what frontends need, unless it is to take all', async () => {
    const core = await open();
    const ids = [];
    for (const recordType of ['internal', 'frontend', 'regular'])
      ids.push(await core.unused(1, { recordType }));
    expect(await core.pruned()).toEqual([ids[2]]);
    expect(await core.pruned({ all: true })).toEqual([ids[0], ids[1]]);
  });

  it('TV-36: takes what any of several filters matches, and all parts of one have to', async () => {
    const core = await open();
    const [mount, source] = ['exec.cachemount', 'source.local'];
    const ids = [];
    for (const recordType of [mount, source, 'regular']) ids.push(await core.unused(1, { recordType }));
    expect(await core.pruned({ filters: [`type==${mount},type==${source}`] })).toEqual([]);
    expect(await core.pruned({ filters: [`type==${mount}`, `type==${source}`] })).toEqual(ids.slice(0, 2));
  });

  it('TV-37: spares what images use, does not count it, and takes it when asked to', async () => {
    const shared = new Set<string>();
    const references: ExternalReferences = { isReferenced: (id) => shared.has(id) };
    const core = await CoreHarness.open({ ...options, externalReferences: () => references });
    const kept = await core.unused(1000);
    const counted = await core.unused(10);
    shared.add(kept);
    expect(await core.pruned({ reservedSpace: 11 })).toEqual([]);
    expect(await core.pruned()).toEqual([counted]);
    expect(await core.pruned({ all: true, filters: ['shared'] })).toEqual([kept]);
  });

  it('TV-38: spares what was used lately, with all it stands on', async () => {
    const core = await open();
    const now = core.clock.ms;
    const parent = await core.unused(1, { lastUsedAt: now - 5 * hour });
    await core.unused(1, { lastUsedAt: now - hour, parent });
    expect(await core.pruned({ keepDuration: 2 * hour })).toEqual([]);
  });

  it('TV-39: keeps what the first rule removed when the second cannot be read, and does not collect', async () => {
    const core = await open();
    const id = await core.unused(1);
    const refused = core.manager.prune([{}, { filters: ['type=x'] }]);
    await expect(refused).rejects.toSatisfy(isFilterError);
    expect(await core.usage()).toEqual([0, 0]);
    expect(core.store.snapshots.find(id)).toBeDefined();
  });

  it('stops between batches when it is cancelled', async () => {
    const core = await open();
    const parent = await core.unused(1);
    await core.unused(1, { parent });
    const abort = new AbortController();
    abort.abort();
    await expect(core.manager.prune([{}], { signal: abort.signal })).rejects.toSatisfy(isCancelled);
    expect(await core.usage()).toEqual([0, 2]);
  });

  it('passes over a record that comes into use after the plan was made', async () => {
    const core = await open();
    const ids = [await core.unused(1), await core.unused(1)];
    const second = await core.manager.get(ids[1], { noUse: true });
    await second.release();
    const { removed } = await core.manager.prune([{}], {
      onRemoved: ({ id }) => {
        if (id === ids[0]) second.clone();
      },
    });
    expect(removed.map(({ id }) => id)).toEqual([ids[0]]);
    expect(await core.usage()).toEqual([1, 0]);
  });
});

describe('disk usage', () => {
  it('TV-41: leaves out what was used within the age limit, not what never was', async () => {
    const core = await CoreHarness.open();
    const now = core.clock.ms;
    await core.unused(1, { lastUsedAt: now - hour / 6 });
    const old = await core.unused(1, { lastUsedAt: now - 2 * hour });
    const never = await core.unused(1, { uses: 0 });
    const rows = await core.manager.diskUsage({ ageLimit: hour });
    expect(rows.map(({ id }) => id)).toEqual([old, never]);
  });

  it('TV-42: sees through both holds that an unused pair has on its parent', async () => {
    const core = await CoreHarness.open();
    const parent = await core.unused(1);
    const holder = await core.manager.get(parent);
    const child = await core.mutable(1, { retain: true }, holder);
    await (await child.commit()).release();
    await holder.release();
    expect(core.manager.core.records.get(parent)?.refs).toBe(2);
    const rows = await core.manager.diskUsage();
    expect(rows.map(({ id, inUse }) => ({ id, inUse }))).toEqual([
      { id: parent, inUse: false },
      { id: child.id, inUse: false },
    ]);
  });
});
