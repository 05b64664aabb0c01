import { fieldsOf, parseFilter, type Filter } from './filter';
import { bytesToKeep, type PruneBehaviour, type PruneRule } from './pruneRules';
import { PruneRanking, type RankedCandidate } from './pruneRanking';

/** What a prune looks at in one record. A pair of twins is one row, as disk usage shows it. */
export interface PruneRow {
  readonly id: string;
  /** Empty or absent reads as `regular`. */
  readonly type?: string;
  readonly description?: string;
  /** Each hold on a parent, repeats included; one without a row of its own is passed over. */
  readonly parents: readonly string[];
  readonly mutable: boolean;
  /** An image uses the same content. */
  readonly shared?: boolean;
  /** Has a live ref that is not just the hold of a child; such a record never goes. */
  readonly inUse: boolean;
  /** Bytes; undefined where unknown, which counts as nothing. */
  readonly size?: number;
  /** Epoch milliseconds, and what lies below them. */
  readonly lastUsedAt?: number;
  readonly lastUsedAtNanos?: number;
  readonly usageCount: number;
  /**
   * Its holds on its parents count as uses: when the last such hold on a parent goes, the parent counts as used now.
   * So it is in BuildKit for records loaded at the daemon's start.
   */
  readonly holdsAreUses?: boolean;
}

export interface PruneConditions {
  readonly behaviour: PruneBehaviour;
  /** Epoch milliseconds at which the prune runs. */
  readonly now: number;
  /** Bytes free on the disk; a rule with `minFreeSpace` needs it. */
  readonly freeSpace?: number;
  /** Bytes of all records that are not shared; summed over the rows where it is left out. */
  readonly totalSize?: number;
  /** The limit, where it was worked out before (`bytesToKeep`): it stands while a prune goes on. */
  readonly limit?: { readonly bytes: number | undefined };
  /** Names, for each ranked step, the candidates that might as well have gone. */
  readonly explainTies?: boolean;
  /** All records that the prune itself uses (`holdsAreUses`) are used at the same instant, not one after the other. */
  readonly frozenClock?: boolean;
}

/** One record that goes. */
export interface PruneStep {
  readonly id: string;
  /** Index of its row. */
  readonly row: number;
  /** Steps of one round go together; their order within it is free. */
  readonly round: number;
  readonly size?: number;
  /** Ranked prunes only: lower went first; undefined where no candidate was ever used. */
  readonly score?: number;
  /** Ranked prunes only: among how many it was chosen. */
  readonly candidates?: number;
  /** Ids of the other candidates with the same score; a daemon picks any. */
  readonly tied?: readonly string[];
}

/** Why a record stays. */
export type KeepReason =
  /** A live ref. */
  | 'inUse'
  /** A record that stays stands on it. */
  | 'hasChildren'
  /** Internal and frontend records go only with `all`. */
  | 'type'
  /** Shared records go only with `all`. */
  | 'shared'
  /** Used within `keepDuration`. */
  | 'recent'
  | 'filter'
  /** Could have gone, but the limit was met before. */
  | 'limit';

export interface PrunePlan {
  readonly steps: readonly PruneStep[];
  /** By id of row. */
  readonly kept: ReadonlyMap<string, KeepReason>;
  /** Bytes that the rule keeps; undefined when it has no limit. */
  readonly limit?: number;
  readonly totalBefore: number;
  readonly totalAfter: number;
  /** Filters whose regular expression does not compile; they match nothing. */
  readonly unusableFilters: Filter['unusable'];
}

/**
 * What one rule of a prune removes, in which order, and why the rest stays; the rules are those of BuildKit's manager. Without a
 * limit every record goes that is neither held nor spared, children before the parents they free. With a limit one record goes
 * at a time, the least and longest not used first, until the total of what is not shared is below the limit.
 * Takes n log n.
 * @throws FilterError
 */
export function planPrune(
  rows: readonly PruneRow[],
  rule: PruneRule,
  conditions: PruneConditions,
): PrunePlan {
  const filter = parseFilter(rule.filters ?? []);
  const totalBefore = conditions.totalSize ?? unsharedSize(rows);
  const limit = conditions.limit
    ? conditions.limit.bytes
    : bytesToKeep(rule, conditions.behaviour, totalBefore, conditions.freeSpace);
  const simulation = new Simulation(rows, rule, filter, conditions);
  const { steps, total } =
    limit === undefined ? simulation.removeAll(totalBefore) : simulation.removeDownTo(limit, totalBefore);
  return {
    steps,
    kept: simulation.kept(),
    limit,
    totalBefore,
    totalAfter: total,
    unusableFilters: filter.unusable,
  };
}

/** Bytes of all rows that are not shared: what limits are compared with. */
export function unsharedSize(rows: readonly PruneRow[]): number {
  let total = 0;
  for (const row of rows) if (row.shared !== true) total += row.size ?? 0;
  return total;
}

interface Candidate extends RankedCandidate {
  readonly row: number;
}

class Simulation {
  private readonly index: Map<string, number>;
  /** Per row: holds of rows that are still there, and how many of these count as uses. */
  private readonly holds: Int32Array;
  private readonly useHolds: Int32Array;
  private readonly removed: Uint8Array;
  /** Rows used by the prune itself: how often, and in which place among all such uses, from 1, the last time. */
  private readonly stamped = new Map<number, { uses: number; moment: number }>();
  private moments = 0;
  private readonly order: Int32Array;
  private readonly cutOff: number | undefined;
  private readonly looksAtShared: boolean;

  constructor(
    private readonly rows: readonly PruneRow[],
    private readonly rule: PruneRule,
    private readonly filter: Filter,
    private readonly conditions: PruneConditions,
  ) {
    this.index = new Map(rows.map((row, index) => [row.id, index]));
    this.holds = new Int32Array(rows.length);
    this.useHolds = new Int32Array(rows.length);
    this.removed = new Uint8Array(rows.length);
    this.order = orderOfIds(rows, this.index);
    this.cutOff = rule.keepDuration ? conditions.now - rule.keepDuration : undefined;
    this.looksAtShared = rule.all !== true || (rule.filters?.length ?? 0) > 0;
    for (const row of rows) {
      for (const parent of this.parentsOf(row)) {
        this.holds[parent]++;
        if (row.holdsAreUses === true) this.useHolds[parent]++;
      }
    }
  }

  removeAll(totalBefore: number): { steps: PruneStep[]; total: number } {
    const steps: PruneStep[] = [];
    let total = totalBefore;
    let ready = this.eligibleRows();
    for (let round = 0; ready.length > 0; round++) {
      ready.sort((a, b) => this.order[a] - this.order[b]);
      const batch = ready.slice(0, this.conditions.behaviour.batchSize);
      const next = ready.slice(batch.length);
      for (const row of batch) {
        steps.push({ id: this.rows[row].id, row, round, size: this.rows[row].size });
        if (this.countsIn(row)) total -= this.rows[row].size ?? 0;
        next.push(...this.remove(row));
      }
      ready = next;
    }
    return { steps, total };
  }

  removeDownTo(limit: number, totalBefore: number): { steps: PruneStep[]; total: number } {
    const { behaviour, explainTies } = this.conditions;
    const { places, now, highest } = placesOfTimes(this.rows, this.conditions.now);
    const candidate = (row: number): Candidate => {
      const stamp = this.stamped.get(row);
      const { usageCount } = this.rows[row];
      if (stamp === undefined) return { row, order: this.order[row], time: places[row], usageCount };
      const time = this.conditions.frozenClock === true ? now : now + stamp.moment;
      return { row, order: this.order[row], time, usageCount: usageCount + stamp.uses };
    };
    const ranking = new PruneRanking<Candidate>(highest, behaviour.firstRank);
    for (const row of this.eligibleRows()) ranking.add(candidate(row));
    const steps: PruneStep[] = [];
    let total = totalBefore;
    while (behaviour.prunesAtLimit ? total >= limit : total > limit) {
      const pick = ranking.best();
      if (pick === undefined) break;
      const { row } = pick.candidate;
      const size = this.rows[row].size;
      const tied = explainTies === true ? ranking.tiedWith(pick) : [];
      steps.push({
        id: this.rows[row].id,
        row,
        round: steps.length,
        size,
        score: pick.score,
        candidates: ranking.size,
        ...(tied.length > 1 && {
          tied: tied.filter((it) => it.row !== row).map((it) => this.rows[it.row].id),
        }),
      });
      ranking.remove(pick.candidate);
      for (const freed of this.remove(row)) ranking.add(candidate(freed));
      total -= size ?? 0;
    }
    return { steps, total };
  }

  kept(): Map<string, KeepReason> {
    const kept = new Map<string, KeepReason>();
    this.rows.forEach((row, index) => {
      if (this.removed[index] === 0) kept.set(row.id, this.spared(index) ?? 'limit');
    });
    return kept;
  }

  private eligibleRows(): number[] {
    const found: number[] = [];
    for (let row = 0; row < this.rows.length; row++) if (this.spared(row) === undefined) found.push(row);
    return found;
  }

  /** Why the row may not go now; undefined if it may. */
  private spared(index: number): KeepReason | undefined {
    const row = this.rows[index];
    if (row.inUse) return 'inUse';
    if (this.holds[index] > 0) return 'hasChildren';
    const type = row.type === undefined || row.type === '' ? 'regular' : row.type;
    const shared = this.looksAtShared && row.shared === true;
    if (this.rule.all !== true) {
      if (type === 'internal' || type === 'frontend') return 'type';
      if (shared) return 'shared';
    }
    if (this.cutOff !== undefined && this.lastUsedAfter(index, this.cutOff)) return 'recent';
    const { filterFields } = this.conditions.behaviour;
    const seen = fieldsOf({
      id: row.id,
      type,
      mutable: row.mutable,
      shared,
      description: filterFields === 'none' ? undefined : row.description,
      parents: filterFields === 'all' ? row.parents : undefined,
    });
    return this.filter.matches(seen) ? undefined : 'filter';
  }

  private lastUsedAfter(index: number, cutOff: number): boolean {
    if (this.stamped.has(index)) return this.conditions.now > cutOff;
    const { lastUsedAt, lastUsedAtNanos = 0 } = this.rows[index];
    if (lastUsedAt === undefined) return false;
    return lastUsedAt > cutOff || (lastUsedAt === cutOff && lastUsedAtNanos > 0);
  }

  /** Takes the row away and gives the parents that may go now. */
  private remove(index: number): number[] {
    const row = this.rows[index];
    this.removed[index] = 1;
    const freed: number[] = [];
    for (const parent of this.parentsOf(row)) {
      this.holds[parent]--;
      if (row.holdsAreUses === true && --this.useHolds[parent] === 0 && !this.rows[parent].inUse) {
        const uses = (this.stamped.get(parent)?.uses ?? 0) + 1;
        this.stamped.set(parent, { uses, moment: ++this.moments });
      }
      if (this.holds[parent] === 0) freed.push(parent);
    }
    return freed.filter((parent) => this.spared(parent) === undefined);
  }

  private *parentsOf(row: PruneRow): Iterable<number> {
    for (const id of row.parents) {
      const parent = this.index.get(id);
      if (parent !== undefined) yield parent;
    }
  }

  private countsIn(index: number): boolean {
    return this.rows[index].shared !== true;
  }
}

/** For each row its place in the order of ids, by code units. */
function orderOfIds(rows: readonly PruneRow[], index: ReadonlyMap<string, number>): Int32Array {
  const order = new Int32Array(rows.length);
  // Sorting plain strings without a comparison function is several times faster than with one.
  const ids = Array.from(index.keys()).sort();
  ids.forEach((id, place) => (order[index.get(id) ?? 0] = place));
  return order;
}

/**
 * For each row the place of its last use among the different times, from 1; 0 where never used. After the place of `now` there is
 * room for a later moment for each row.
 */
function placesOfTimes(
  rows: readonly PruneRow[],
  now: number,
): { places: Int32Array; now: number; highest: number } {
  const times: { ms: number; nanos: number; row: number }[] = [{ ms: now, nanos: 0, row: -1 }];
  rows.forEach(({ lastUsedAt, lastUsedAtNanos }, row) => {
    if (lastUsedAt !== undefined) times.push({ ms: lastUsedAt, nanos: lastUsedAtNanos ?? 0, row });
  });
  times.sort((a, b) => a.ms - b.ms || a.nanos - b.nanos);
  const places = new Int32Array(rows.length);
  const latestOfNow = times.findLastIndex(({ ms, nanos }) => ms === now && nanos === 0);
  let place = 0;
  let placeOfNow = 0;
  times.forEach((time, i) => {
    if (i === 0 || time.ms !== times[i - 1].ms || time.nanos !== times[i - 1].nanos) place++;
    if (time.row >= 0) places[time.row] = place;
    if (i === latestOfNow) {
      placeOfNow = place;
      place += rows.length;
    }
  });
  return { places, now: placeOfNow, highest: place };
}
