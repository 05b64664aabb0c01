import { describe, expect, it } from 'vitest';
import { isInvalid } from '../../../src/store/storeError';
import { CoreHarness } from '../../support/coreHarness';

const modes = [
  ['in its own way', {}],
  ['as BuildKit', { compat: 'buildkit' }],
] as const;

describe.each(modes)('merges and diffs, %s', (_, options) => {
  const open = () => CoreHarness.open(options);

  it('TV-26: are nothing when they are of nothing', async () => {
    const core = await open();
    expect(await core.manager.merge([])).toBeUndefined();
    expect(await core.manager.merge([undefined])).toBeUndefined();
  });

  it('TV-27: are the record itself when they are of one', async () => {
    const core = await open();
    const ref = await core.record();
    const merged = await core.manager.merge([ref]);
    expect(merged?.id).toBe(ref.id);
    await merged?.release();
    expect(await core.pruned({ filters: [`id==${ref.id}`] })).toEqual([]);
  });

  it('TV-28: hold their inputs', async () => {
    const core = await open();
    const bases = [];
    for (let i = 0; i < 6; i++) bases.push(await core.record(8192));
    const first = await core.manager.merge(bases.slice(0, 3));
    expect(await core.usage()).toEqual([7, 0]);
    await core.manager.merge(bases.slice(3));
    expect(await core.usage()).toEqual([8, 0]);
    for (const base of bases) await base.release();
    expect(await core.usage()).toEqual([8, 0]);
    expect(first?.fields.committed).toBe(true);
  });

  it('hold the inputs of a merge that is an input', async () => {
    const core = await open();
    const [a, b, c] = [await core.record(), await core.record(), await core.record()];
    const inner = await core.manager.merge([a, b]);
    const outer = await core.manager.merge([c, inner, a]);
    expect(outer?.fields.mergeParents).toEqual([c.id, a.id, b.id, a.id]);
  });

  it('TV-29: hold both sides of a diff, and can be pruned once released', async () => {
    const core = await open();
    const [lower, upper] = [await core.record(), await core.record()];
    const diff = await core.manager.diff(lower, upper);
    expect(await core.usage()).toEqual([3, 0]);
    await lower.release();
    await upper.release();
    expect(await core.usage()).toEqual([3, 0]);
    await core.pruned({ all: true });
    expect(await core.usage()).toEqual([3, 0]);
    await diff.release();
    expect(await core.usage()).toEqual([0, 3]);
    await core.pruned({ all: true });
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('TV-30: reuse the layer of an upper that stands right on the lower, and need a lower', async () => {
    const core = await open();
    const a = await core.record();
    const b = await core.record(0, {}, a);
    const c = await core.record(0, {}, b);
    const diff = await core.manager.diff(b, c);
    expect(diff.layerChain().map(({ id }) => id)).toEqual([c.id]);
    await expect(core.manager.diff(undefined, c)).rejects.toSatisfy(isInvalid);
    const other = await open();
    const lower = await other.record();
    await other.manager.diff(lower, undefined);
    expect(await other.usage()).toEqual([2, 0]);
  });

  it('are a merge of single layers when the lower is far below the upper', async () => {
    const core = await open();
    const a = await core.record();
    const b = await core.record(0, {}, a);
    const c = await core.record(0, {}, b);
    const diff = await core.manager.diff(a, c);
    expect(diff.layerChain().map(({ id }) => id)).toEqual([b.id, c.id]);
    const [first, second] = diff.fields.mergeParents ?? [];
    expect((await core.manager.get(first)).fields.description).toBe(`diff "${a.id}" -> "${b.id}"`);
    expect((await core.manager.get(second)).fields.description).toBe(`diff "${b.id}" -> "${c.id}"`);
  });

  it('of a record with itself can be pruned', async () => {
    const core = await open();
    const ref = await core.record();
    const diff = await core.manager.diff(ref, ref);
    await ref.release();
    await diff.release();
    expect(await core.pruned()).toEqual([diff.id, ref.id]);
  });

  it('get their files from their layers, which are made first', async () => {
    const core = await open();
    const [a, b] = [await core.record(10), await core.record(20)];
    const merged = await core.manager.merge([a, b]);
    const top = await core.mutable(5, {}, merged);
    expect(core.store.snapshots.find(merged?.id ?? '')?.kind).toBe('committed');
    expect(core.store.snapshots.find(top.id)?.parent).toBe(merged?.id);
  });
});
