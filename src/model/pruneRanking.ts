/** What a ranked prune knows of one candidate. */
export interface RankedCandidate {
  /** Place in the order of ids, which settles ties. */
  readonly order: number;
  /** Place of the last use among all the times that can occur, from 1; 0 where it was never used. */
  readonly time: number;
  readonly usageCount: number;
}

export interface RankedPick<T> {
  readonly candidate: T;
  /** Lower goes first; undefined where nothing was ever used, and BuildKit divides nothing by nothing. */
  readonly score: number | undefined;
}

/**
 * The candidates of a prune with a limit, kept so that each pick costs about the logarithm of their number and not
 * three sorts. A candidate's score is its rank by last use over the highest such rank, plus the same by use count; ranks
 * count the different values among those present, so that they shift with each pick. Among equal scores the fewer uses,
 * then the older use, then the lower order goes first.
 */
export class PruneRanking<T extends RankedCandidate> {
  private readonly timesPresent: Int32Array;
  /** Fenwick tree over the times that are present. */
  private readonly tree: Int32Array;
  private distinctTimes = 0;
  private readonly groups = new Map<number, Heap<T>>();
  /** Use counts of the groups, ascending. */
  private readonly counts: number[] = [];
  private total = 0;

  /**
   * @param highestTime the largest `time` that will ever be added
   * @param firstRank what both ranks begin at: 0 before BuildKit v0.22, 1 since
   */
  constructor(
    highestTime: number,
    private readonly firstRank: 0 | 1,
  ) {
    this.timesPresent = new Int32Array(highestTime + 1);
    this.tree = new Int32Array(highestTime + 1);
  }

  get size(): number {
    return this.total;
  }

  add(candidate: T): void {
    let group = this.groups.get(candidate.usageCount);
    if (group === undefined) {
      group = new Heap<T>();
      this.groups.set(candidate.usageCount, group);
      this.counts.splice(this.countsBelow(candidate.usageCount), 0, candidate.usageCount);
    }
    group.push(candidate);
    this.total++;
    if (candidate.time > 0 && this.timesPresent[candidate.time]++ === 0) this.changeTree(candidate.time, 1);
  }

  /** The next to go, still present; undefined when there is none. */
  best(): RankedPick<T> | undefined {
    const used = this.counts.length - (this.counts[0] === 0 ? 1 : 0);
    const highestTime = this.firstRank + this.distinctTimes;
    const highestCount = this.firstRank + used;
    const scored = highestTime > 0 && highestCount > 0;
    let pick: RankedPick<T> | undefined;
    for (const [place, count] of this.counts.entries()) {
      const candidate = this.groups.get(count)?.first;
      if (candidate === undefined) continue;
      if (!scored) return { candidate, score: undefined };
      const countRank = this.firstRank + place + (this.counts[0] === 0 ? 0 : 1);
      const countScore = countRank / highestCount;
      if (pick?.score !== undefined && countScore >= pick.score) break;
      const score = (this.firstRank + this.timesUpTo(candidate.time)) / highestTime + countScore;
      if (pick?.score === undefined || score < pick.score) pick = { candidate, score };
    }
    return pick;
  }

  /** All whose score is that of `pick`, in the order in which they would go. */
  tiedWith(pick: RankedPick<T>): T[] {
    const tied: T[] = [];
    const used = this.counts.length - (this.counts[0] === 0 ? 1 : 0);
    for (const [place, count] of this.counts.entries()) {
      const group = this.groups.get(count);
      if (group?.first === undefined) continue;
      if (pick.score === undefined) {
        tied.push(...group.all());
        continue;
      }
      const countRank = this.firstRank + place + (this.counts[0] === 0 ? 0 : 1);
      const score =
        (this.firstRank + this.timesUpTo(group.first.time)) / (this.firstRank + this.distinctTimes) +
        countRank / (this.firstRank + used);
      if (score === pick.score) tied.push(...group.allAtFirstTime());
    }
    return tied;
  }

  /** Takes out what `best` gave. */
  remove(candidate: T): void {
    const group = this.groups.get(candidate.usageCount);
    if (group?.first !== candidate) throw new Error('only the first of a group can be removed');
    group.pop();
    this.total--;
    if (group.isEmpty) {
      this.groups.delete(candidate.usageCount);
      this.counts.splice(this.countsBelow(candidate.usageCount), 1);
    }
    if (candidate.time > 0 && --this.timesPresent[candidate.time] === 0) this.changeTree(candidate.time, -1);
  }

  private countsBelow(count: number): number {
    let low = 0;
    let high = this.counts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.counts[middle] < count) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private changeTree(time: number, by: number): void {
    this.distinctTimes += by;
    for (let i = time; i < this.tree.length; i += i & -i) this.tree[i] += by;
  }

  private timesUpTo(time: number): number {
    let sum = 0;
    for (let i = time; i > 0; i -= i & -i) sum += this.tree[i];
    return sum;
  }
}

/** A binary heap of candidates with one use count: oldest use first, then lowest order. */
class Heap<T extends RankedCandidate> {
  private readonly items: T[] = [];

  get first(): T | undefined {
    return this.items.at(0);
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  push(item: T): void {
    const items = this.items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!before(item, items[above])) break;
      items[at] = items[above];
      at = above;
    }
    items[at] = item;
  }

  pop(): void {
    const items = this.items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < items.length && before(items[below + 1], items[below])) below++;
      if (below >= items.length || !before(items[below], last)) break;
      items[at] = items[below];
      at = below;
    }
    items[at] = last;
  }

  all(): T[] {
    return [...this.items].sort(compare);
  }

  allAtFirstTime(): T[] {
    const found: T[] = [];
    const pending = [0];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at >= this.items.length || this.items[at].time !== this.items[0].time) continue;
      found.push(this.items[at]);
      pending.push(2 * at + 1, 2 * at + 2);
    }
    return found.sort(compare);
  }
}

function compare(a: RankedCandidate, b: RankedCandidate): number {
  return a.time - b.time || a.order - b.order;
}

function before(a: RankedCandidate, b: RankedCandidate): boolean {
  return compare(a, b) < 0;
}
