import { parseFilter } from '../model/filter';
import { bytesToKeep, hasLimit, pruneBehaviours, type PruneRule } from '../model/pruneRules';
import {
  planPrune,
  type PruneConditions,
  type PrunePlan,
  type PruneRow,
  type PruneStep,
} from '../model/prune';
import type { CollectionStatistics } from '../store/collector';
import { StoreError } from '../store/storeError';
import { type CacheRecord, usageOf } from './cacheRecord';
import type { Core } from './core';
import { layerDigests } from './layers';
import { removeRecord } from './release';
import { sizeOf } from './size';
import { diskUsage, rowOf, type UsageRow, visibleRecords } from './usage';

export interface PruneOptions {
  /** Aborting stops after the batch under way; what went stays gone. */
  readonly signal?: AbortSignal;
  /** The clock stands still while the prune runs, as it does where a recording is replayed. */
  readonly frozenClock?: boolean;
  /** Names, in the steps, the records that might as well have gone. */
  readonly explainTies?: boolean;
  /** Told of each record as it goes. */
  readonly onRemoved?: (row: UsageRow) => void;
  /** Bytes free where the store lies; asked once for each rule that has `minFreeSpace`. */
  readonly freeSpace?: () => Promise<number>;
}

export interface PruneResult {
  /** In the order in which they went. */
  readonly removed: readonly UsageRow[];
  /** The steps that were taken, rule by rule. */
  readonly steps: readonly (readonly PruneStep[])[];
  /** Sum of the sizes that are known, bytes. */
  readonly removedBytes: number;
  readonly collected: CollectionStatistics;
}

/** How long removing goes on before others get a turn, milliseconds. */
const sliceMs = 8;

/**
 * Carries out rules one after the other: plans, removes what the plan says, plans again until a plan removes nothing; then
 * collects. A record that came into use after the plan was made is passed over.
 * @throws FilterError, `cancelled`; what went before stays gone, and the collector does not run
 */
export async function pruneRecords(
  core: Core,
  rules: readonly PruneRule[],
  options: PruneOptions,
): Promise<PruneResult> {
  const run = new PruneRun(core, options);
  const steps: PruneStep[][] = [];
  for (const rule of rules) {
    const taken: PruneStep[] = [];
    steps.push(taken);
    parseFilter(rule.filters ?? []);
    let total = await totalSize(core, rule);
    const freeSpace = rule.minFreeSpace ? await options.freeSpace?.() : undefined;
    const limit = { bytes: bytesToKeep(rule, pruneBehaviours[core.quirks.prune], total, freeSpace) };
    for (;;) {
      const { explainTies, frozenClock } = options;
      const plan = planRule(core, rule, { totalSize: total, limit, explainTies, frozenClock });
      const done = await run.carryOut(plan);
      for (const step of done) total -= step.size ?? (core.quirks.unknownSizeIsMinusOne ? -1 : 0);
      const rounds = (taken.at(-1)?.round ?? -1) + 1;
      taken.push(...done.map((step) => ({ ...step, round: rounds + step.round })));
      // A plan carried out as it was made leaves nothing to plan again.
      const asPlanned = done.length === plan.steps.length && run.foundSizesAsPlanned;
      if (done.length === 0 || asPlanned) break;
    }
  }
  const collected = await core.store.collect();
  const removedBytes = run.removed.reduce((sum, row) => sum + (row.size ?? 0), 0);
  return { removed: run.removed, steps, removedBytes, collected };
}

/** What the rule would remove now. Sizes that are not known count as nothing. */
export function planRule(
  core: Core,
  rule: PruneRule,
  conditions: Omit<PruneConditions, 'behaviour' | 'now'>,
): PrunePlan {
  const references = core.externalReferences?.();
  const outside = heldFromOutside(core);
  const rows = visibleRecords(core).map((record): PruneRow => {
    const usage = usageOf(record.fields);
    const holds = record.holds.filter((hold) => hold.live);
    return {
      id: record.id,
      type: record.fields.recordType,
      description: record.fields.description,
      parents: holds.map((hold) => hold.record.id),
      mutable: record.mutable,
      shared: references?.isReferenced(record.id, () => layerDigests(record)),
      inUse: outside.has(record) || isOccupied(record),
      size: record.knownSize,
      lastUsedAt: usage.at?.ms,
      lastUsedAtNanos: usage.at?.nanos,
      usageCount: usage.count,
      holdsAreUses: holds.some((hold) => hold.isUse),
    };
  });
  return planPrune(rows, rule, {
    behaviour: pruneBehaviours[core.quirks.prune],
    now: core.clock.now().ms,
    ...conditions,
  });
}

/** Records with a hold that is not a record's own on its parent. */
function heldFromOutside(core: Core): Set<CacheRecord> {
  const inside = new Map<CacheRecord, number>();
  for (const child of core.records.values()) {
    for (const hold of child.holds) {
      if (hold.live) inside.set(hold.record, (inside.get(hold.record) ?? 0) + 1);
    }
  }
  const held = new Set<CacheRecord>();
  for (const record of core.records.values()) {
    if (record.refs > (inside.get(record) ?? 0)) held.add(record);
  }
  return held;
}

function isOccupied(record: CacheRecord): boolean {
  return record.isDead || record.busy !== undefined || record.pins > 0;
}

/** Bytes of all that is not shared; with a limit everything has to be measured for that. */
async function totalSize(core: Core, rule: PruneRule): Promise<number> {
  if (!hasLimit(rule, pruneBehaviours[core.quirks.prune])) return 0;
  let total = 0;
  for (const row of await diskUsage(core)) if (!row.shared) total += row.size ?? 0;
  return total;
}

class PruneRun {
  readonly removed: UsageRow[] = [];
  /** False when the plan last carried out was broken off because a size turned out to be another. */
  foundSizesAsPlanned = true;

  constructor(
    private readonly core: Core,
    private readonly options: PruneOptions,
  ) {}

  /**
   * Takes the steps of a plan, up to one that a limit makes doubtful: one whose size was not known when the plan was made.
   * @returns the steps taken, with the sizes found
   */
  async carryOut(plan: PrunePlan): Promise<PruneStep[]> {
    const taken: PruneStep[] = [];
    for (let at = 0; at < plan.steps.length;) {
      if (this.options.signal?.aborted === true) throw new StoreError('cancelled', 'the prune was cancelled');
      await this.measureRound(plan.steps, at);
      const deadline = performance.now() + sliceMs;
      this.core.write(() => {
        const { round } = plan.steps[at];
        for (; at < plan.steps.length; at++) {
          const step = plan.steps[at];
          if (step.round !== round && (performance.now() > deadline || this.isUnmeasured(step))) break;
          const row = this.remove(step);
          if (row === undefined) continue;
          taken.push({ ...step, size: row.size });
          this.foundSizesAsPlanned = plan.limit === undefined || this.isAsPlanned(step, row);
          if (!this.foundSizesAsPlanned) break;
        }
      });
      if (!this.foundSizesAsPlanned) break;
      if (at < plan.steps.length) await new Promise((resolve) => setImmediate(resolve));
    }
    return taken;
  }

  /** Whether the plan holds on: it counted what is not known as nothing. */
  private isAsPlanned(step: PruneStep, row: UsageRow): boolean {
    if (row.size === undefined) return !this.core.quirks.unknownSizeIsMinusOne;
    return row.size === (step.size ?? 0);
  }

  /** The record of a step, unless it came into use since the plan was made. */
  private recordOf(step: PruneStep): CacheRecord | undefined {
    const record = this.core.records.get(step.id);
    if (record === undefined || record.refs > 0 || record.isHiddenTwin) return undefined;
    if (record.busy !== undefined || record.pins > 0) return undefined;
    return record;
  }

  private isUnmeasured(step: PruneStep): boolean {
    return this.recordOf(step)?.knownSize === undefined;
  }

  /** Finds the sizes that the records of one round are reported with, these being doomed meanwhile. */
  private async measureRound(steps: readonly PruneStep[], first: number): Promise<void> {
    const doomed: CacheRecord[] = [];
    for (let at = first; steps[at]?.round === steps[first].round; at++) {
      const record = this.recordOf(steps[at]);
      if (record !== undefined && record.knownSize === undefined) doomed.push(record);
    }
    if (doomed.length === 0) return;
    this.core.write(() => {
      for (const record of doomed) {
        record.dead = true;
        this.core.put(record, { deleted: true });
      }
    });
    for (const record of doomed) {
      try {
        await sizeOf(this.core, record);
      } catch (error) {
        if (this.core.quirks.failedSizeStopsPrune) throw error;
      }
    }
  }

  private remove(step: PruneStep): UsageRow | undefined {
    const record = this.recordOf(step);
    if (record === undefined) return undefined;
    const row = rowOf(record, false, false);
    record.dead = true;
    const twin = record.equalImmutable;
    if (twin !== undefined) removeRecord(this.core, twin, { leases: false });
    removeRecord(this.core, record, { leases: true });
    this.removed.push(row);
    this.options.onRemoved?.(row);
    return row;
  }
}
