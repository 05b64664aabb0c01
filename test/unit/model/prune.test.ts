import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPrune, type PruneConditions, type PruneRow } from '../../../src/model/prune';
import { bytesToKeep, pruneBehaviours, type PruneRule } from '../../../src/model/pruneRules';

const hour = 3_600_000;
const now = 1_700_000_000_000;

function row(id: string, fields: Partial<PruneRow> = {}): PruneRow {
  return { id, parents: [], mutable: false, inUse: false, size: 1, usageCount: 0, ...fields };
}

function used(id: string, lastUsedAt: number, usageCount: number, fields: Partial<PruneRow> = {}): PruneRow {
  return row(id, { lastUsedAt, usageCount, ...fields });
}

const as = (version: keyof typeof pruneBehaviours, more: Partial<PruneConditions> = {}): PruneConditions => ({
  behaviour: pruneBehaviours[version],
  now,
  ...more,
});

const idsOf = (rows: PruneRow[], rule: PruneRule, conditions: PruneConditions) =>
  planPrune(rows, rule, conditions).steps.map((step) => step.id);

describe('the bytes that a rule keeps', () => {
  it.each([
    [1000, 9000, 0, 0, 0, undefined],
    [1000, 9000, 2000, 0, 0, 2000],
    [7000, 3000, 0, 0, 5000, 5000],
    [7000, 3000, 0, 6000, 5000, 6000],
    [4000, 2000, 2000, 0, 0, 2000],
  ])(
    'TV-31: total %d, free %d: %d, %d, %d keep %s',
    (total, free, maxUsedSpace, reservedSpace, minFreeSpace, keep) => {
      const rule = { maxUsedSpace, reservedSpace, minFreeSpace };
      expect(bytesToKeep(rule, pruneBehaviours['v0.32'], total, free)).toBe(keep);
    },
  );

  it('are everything, the total, or without a limit, when enough is free already', () => {
    const rule = { minFreeSpace: 10 };
    expect(bytesToKeep(rule, pruneBehaviours.local, 70, 100)).toBe(Infinity);
    expect(bytesToKeep(rule, pruneBehaviours['v0.32'], 70, 100)).toBe(70);
    expect(bytesToKeep(rule, pruneBehaviours['v0.20'], 70, 100)).toBeUndefined();
  });

  it('are no limit where a daemon works out 0', () => {
    const rule = { reservedSpace: -5 };
    expect(bytesToKeep(rule, pruneBehaviours['v0.32'], 70)).toBeUndefined();
    expect(bytesToKeep(rule, pruneBehaviours['v0.11'], 70)).toBe(-5);
    expect(bytesToKeep(rule, pruneBehaviours.local, 70)).toBe(0);
  });
});

describe('the plan of a prune', () => {
  it('TV-32: ranks by last use and use count', () => {
    const rows = [used('A', 100, 1), used('B', 200, 5), used('C', 300, 1), row('D')];
    const { steps } = planPrune(rows, { reservedSpace: 1 }, as('v0.32'));
    expect(steps.map((step) => step.id)).toEqual(['D', 'A', 'C', 'B']);
    expect(steps[0].score).toBeCloseTo(0.5833, 4);
  });

  it('TV-33: takes the child before its parent, and stops below the limit', () => {
    const rows = [
      used('P', 10, 1, { size: 1000 }),
      used('C', 20, 1, { size: 400, parents: ['P'] }),
      used('X', 5, 1, { size: 500 }),
    ];
    const plan = planPrune(rows, { maxUsedSpace: 1200 }, as('v0.32'));
    expect(plan.steps.map((step) => step.id)).toEqual(['X', 'C']);
    expect([plan.totalBefore, plan.totalAfter]).toEqual([1900, 1000]);
    expect(plan.kept).toEqual(new Map([['P', 'limit']]));
  });

  it('TV-34: takes at most ten at a time where no limit ranks them', () => {
    const rows = Array.from({ length: 25 }, (_, i) => row(`r${i + 10}`));
    const sizes = (version: 'v0.11' | 'v0.32') => {
      const counts: number[] = [];
      for (const { round } of planPrune(rows, {}, as(version)).steps)
        counts[round] = (counts[round] ?? 0) + 1;
      return counts;
    };
    expect(sizes('v0.32')).toEqual([10, 10, 5]);
    expect(sizes('v0.11')).toEqual([25]);
  });

  it('TV-35, TV-36, TV-37 and TV-38: says why each record stays', () => {
    const rows = [
      row('held', { inUse: true }),
      row('below', { parents: [] }),
      row('young', { parents: ['below'], lastUsedAt: now - hour, usageCount: 1 }),
      row('frontend', { type: 'frontend' }),
      row('image', { shared: true }),
      row('other', { type: 'source.local' }),
      row('plain'),
    ];
    const rule = { keepDuration: 2 * hour, filters: ['type==regular'] };
    const { steps, kept } = planPrune(rows, rule, as('v0.32'));
    expect(steps.map((step) => step.id)).toEqual(['plain']);
    expect(Object.fromEntries(kept)).toEqual({
      held: 'inUse',
      below: 'hasChildren',
      young: 'recent',
      frontend: 'type',
      image: 'shared',
      other: 'filter',
    });
    expect(idsOf(rows, { all: true, filters: ['shared'] }, as('v0.32'))).toEqual(['image']);
    expect(idsOf(rows, { filters: ['type==regular,type==source.local'] }, as('v0.32'))).toEqual([]);
  });

  it('does not spare a record used exactly at the cut-off', () => {
    expect(idsOf([used('a', now - hour, 1)], { keepDuration: hour }, as('local'))).toEqual(['a']);
  });

  it('names those that might as well have gone', () => {
    const rows = [used('a', 5, 1), used('b', 5, 1), used('c', 9, 1)];
    const { steps } = planPrune(rows, { maxUsedSpace: 2 }, as('v0.32', { explainTies: true }));
    expect(steps[0]).toMatchObject({ id: 'a', candidates: 3, tied: ['b'] });
  });

  it('has no score where a daemon before v0.22 divides nothing by nothing', () => {
    const { steps } = planPrune([row('a'), row('b')], { reservedSpace: 1 }, as('v0.20'));
    expect(steps.map(({ id, score }) => [id, score])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });

  it('loses one record more on a daemon when the cache is as large as its limit', () => {
    const rows = [used('a', 1, 1, { size: 10 })];
    expect(idsOf(rows, { maxUsedSpace: 10 }, as('v0.32'))).toEqual(['a']);
    expect(idsOf(rows, { maxUsedSpace: 10 }, as('local'))).toEqual([]);
  });

  it('counts the fall of the last child as a use where holds are uses', () => {
    const rows = [used('P', 1, 1), used('C', 2, 1, { parents: ['P'], holdsAreUses: true }), used('X', 3, 1)];
    const rule = { maxUsedSpace: 1 };
    expect(idsOf(rows, rule, as('v0.32'))).toEqual(['C', 'X', 'P']);
    const without = rows.map((it) => ({ ...it, holdsAreUses: false }));
    expect(idsOf(without, rule, as('v0.32'))).toEqual(['C', 'P', 'X']);
    expect(idsOf(rows, { keepDuration: hour }, as('v0.32'))).toEqual(['C', 'X']);
  });

  it('lets a filter see what the version lets it see', () => {
    const rows = [row('a', { description: 'x', parents: ['gone'] })];
    expect(idsOf(rows, { filters: ['description==x'] }, as('v0.11'))).toEqual([]);
    expect(idsOf(rows, { filters: ['description==x'] }, as('v0.32'))).toEqual(['a']);
    expect(idsOf(rows, { filters: ['parents==gone'] }, as('v0.32'))).toEqual([]);
    expect(idsOf(rows, { filters: ['parents==gone'] }, as('local'))).toEqual(['a']);
  });

  it('is that of three sorts for each step, only faster', () => {
    const generated = fc.array(
      fc.record({
        lastUsedAt: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        usageCount: fc.integer({ min: 0, max: 4 }),
        size: fc.integer({ min: 0, max: 9 }),
        parents: fc.array(fc.nat(11), { maxLength: 2 }),
        holdsAreUses: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    const version = fc.constantFrom('v0.11', 'v0.20', 'v0.32', 'local');
    fc.assert(
      fc.property(generated, version, fc.integer({ min: 1, max: 40 }), (fields, name, reservedSpace) => {
        const rows = fields.map((it, i) =>
          row(`r${String(i).padStart(2, '0')}`, {
            ...it,
            parents: it.parents
              .filter((parent) => parent < i)
              .map((parent) => `r${String(parent).padStart(2, '0')}`),
          }),
        );
        expect(idsOf(rows, { reservedSpace }, as(name))).toEqual(slowPlan(rows, reservedSpace, name));
      }),
      { seed: 11, numRuns: 1500 },
    );
  });
});

/** BuildKit's way, step by step: sort by time, by count, by score; take the first. */
function slowPlan(rows: readonly PruneRow[], limit: number, version: keyof typeof pruneBehaviours): string[] {
  const { firstRank, prunesAtLimit } = pruneBehaviours[version];
  let left = rows.map((it) => ({ ...it, time: it.lastUsedAt ?? 0, score: 0 }));
  let total = left.reduce((sum, it) => sum + (it.size ?? 0), 0);
  let moment = now;
  const gone: string[] = [];
  while (prunesAtLimit ? total >= limit : total > limit) {
    const candidates = left.filter((it) => !left.some((child) => child.parents.includes(it.id)));
    if (candidates.length === 0) break;
    candidates.sort((a, b) => a.time - b.time);
    let rank: number = firstRank;
    let last = 0;
    const timeRanks = new Map<string, number>();
    for (const it of candidates) {
      if (it.time > last) rank++;
      last = Math.max(last, it.time);
      timeRanks.set(it.id, rank);
    }
    const highestTime = rank;
    candidates.sort((a, b) => a.usageCount - b.usageCount);
    rank = firstRank;
    last = 0;
    for (const it of candidates) {
      if (it.usageCount !== last) rank++;
      last = it.usageCount;
      it.score = rank;
    }
    for (const it of candidates) it.score = (timeRanks.get(it.id) ?? 0) / highestTime + it.score / rank;
    candidates.sort((a, b) => (Number.isNaN(a.score) || Number.isNaN(b.score) ? 0 : a.score - b.score));
    const [first] = candidates;
    left = left.filter((it) => it !== first);
    total -= first.size ?? 0;
    gone.push(first.id);
    if (first.holdsAreUses !== true) continue;
    for (const parent of new Set(first.parents)) {
      const it = left.find((other) => other.id === parent);
      const others = left.some((child) => child.holdsAreUses === true && child.parents.includes(parent));
      if (it === undefined || others) continue;
      it.time = ++moment;
      Object.assign(it, { usageCount: it.usageCount + 1 });
    }
  }
  return gone;
}
