/** One rule of a prune, as a request or a garbage collection policy states it. */
export interface PruneRule {
  /** Takes internal, frontend and shared records too. */
  readonly all?: boolean;
  /** In the language of `parseFilter`. */
  readonly filters?: readonly string[];
  /** Milliseconds since the last use during which a record is spared. */
  readonly keepDuration?: number;
  /** Bytes that the cache may use at most; absent or 0: no such cap. */
  readonly maxUsedSpace?: number;
  /** Bytes that a prune never goes below; alone it acts as a cap. Before v0.17 the one limit there was. */
  readonly reservedSpace?: number;
  /** Bytes to keep free on the disk. */
  readonly minFreeSpace?: number;
}

/** The points on which versions of BuildKit differ, and where they differ from a store of ours. */
export interface PruneBehaviour {
  /** How many unranked records go in one batch. */
  readonly batchSize: number;
  /** What the ranks of last use and of use count begin at. */
  readonly firstRank: 0 | 1;
  /** Fields a filter sees beside id, type, mutable and shared. */
  readonly filterFields: 'none' | 'description' | 'all';
  /** One limit, or three. */
  readonly limits: 'reservedOnly' | 'three';
  /** What a rule of `minFreeSpace` alone removes while that much is free. */
  readonly satisfiedMinFree: 'everything' | 'one' | 'nothing';
  /** Whether a cache that is exactly as large as its limit loses one record more. */
  readonly prunesAtLimit: boolean;
  /** Whether a limit that comes out as 0 removes all, unranked, as if there were none. */
  readonly zeroLimitIsNone: boolean;
}

/** BuildKit before v0.13; the traces' and Docker 20's to 24's way. */
const v011: PruneBehaviour = {
  batchSize: Infinity,
  firstRank: 0,
  filterFields: 'none',
  limits: 'reservedOnly',
  satisfiedMinFree: 'everything',
  prunesAtLimit: true,
  zeroLimitIsNone: true,
};

/** BuildKit v0.17 to v0.21. */
const v020: PruneBehaviour = { ...v011, batchSize: 10, filterFields: 'description', limits: 'three' };

/** BuildKit since v0.22. */
const v032: PruneBehaviour = { ...v020, firstRank: 1, satisfiedMinFree: 'one' };

/** A store of ours: as BuildKit does, without what is held to be unintended. */
const local: PruneBehaviour = {
  ...v032,
  filterFields: 'all',
  satisfiedMinFree: 'nothing',
  prunesAtLimit: false,
  zeroLimitIsNone: false,
};

export type PruneVersion = 'v0.11' | 'v0.20' | 'v0.32' | 'local';

export const pruneBehaviours: Readonly<Record<PruneVersion, PruneBehaviour>> = {
  'v0.11': v011,
  'v0.20': v020,
  'v0.32': v032,
  local,
};

/** True when the rule measures the cache at all. */
export function hasLimit(rule: PruneRule, behaviour: PruneBehaviour): boolean {
  const { maxUsedSpace = 0, reservedSpace = 0, minFreeSpace = 0 } = rule;
  if (behaviour.limits === 'reservedOnly') return reservedSpace !== 0;
  return maxUsedSpace !== 0 || reservedSpace !== 0 || minFreeSpace !== 0;
}

/**
 * How many bytes a rule keeps: BuildKit's `calculateKeepBytes`.
 * @param totalSize bytes of all records that are not shared
 * @param freeSpace bytes free on the disk; needed with `minFreeSpace` only
 * @returns undefined when the rule has no limit and removes whatever is eligible
 */
export function bytesToKeep(
  rule: PruneRule,
  behaviour: PruneBehaviour,
  totalSize: number,
  freeSpace = 0,
): number | undefined {
  if (!hasLimit(rule, behaviour)) return undefined;
  const { maxUsedSpace = 0, reservedSpace = 0, minFreeSpace = 0 } = rule;
  if (behaviour.limits === 'reservedOnly') return reservedSpace;
  const excess = minFreeSpace - freeSpace;
  let keep = maxUsedSpace;
  if (minFreeSpace !== 0 && excess > 0) {
    keep = keep === 0 ? totalSize - excess : Math.min(keep, totalSize - excess);
  } else if (minFreeSpace !== 0 && keep === 0) {
    if (behaviour.satisfiedMinFree === 'one') keep = totalSize;
    if (behaviour.satisfiedMinFree === 'nothing') keep = Infinity;
  }
  keep = Math.max(keep, reservedSpace);
  return keep === 0 && behaviour.zeroLimitIsNone ? undefined : keep;
}
