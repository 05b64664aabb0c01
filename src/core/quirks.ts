import type { PruneVersion } from '../model/pruneRules';

/**
 * Behaviour of BuildKit's manager that looks unintended, one switch each. All are on where a daemon's behaviour is
 * replayed or predicted, and off in a store of ours.
 */
export interface Quirks {
  /** Holds that records loaded from disk have on their parents count as uses of these. */
  readonly loadedHoldsAreUses: boolean;
  /** Providers given to a call are not passed on to the parents it has to load. */
  readonly parentsLoadWithoutProviders: boolean;
  /**
   * A record whose blob is lazy loses its metadata, its leases and its hold on its parents at the start, and yet stays listed; what
   * stands on it is dropped.
   */
  readonly startDropsLazyRecords: boolean;
  /** A layer dropped while it is being loaded gives its parent back twice, and so uses it twice. */
  readonly droppedRecordReleasesTwice: boolean;
  /** Leases for views that a stop left behind stay: upstream the worker, not the manager, deletes them. */
  readonly startKeepsTemporaryLeases: boolean;
  /** Disk usage stores the sizes it finds, and takes and releases an immutable of an idle mutable to size it. */
  readonly diskUsageWrites: boolean;
  /** A merge or diff keeps the size it had before its content was made. */
  readonly mergeSizeGoesStale: boolean;
  /** Extracting a record whose snapshot another one has extracted leaves it "blob only": its size misses the snapshot. */
  readonly sharedSnapshotStaysBlobOnly: boolean;
  /** A layer whose snapshot has vanished is not made again from its blob. */
  readonly lostSnapshotStaysLost: boolean;
  /** `new` keeps its hold on the parent when that cannot be finalized or extracted. */
  readonly failedNewLeaksParent: boolean;
  /** A record whose immediate download fails stays listed, without its lease. */
  readonly failedDownloadKeepsRecord: boolean;
  /** The merge that a diff with an ancestor becomes does not get the caller's options. */
  readonly ancestorDiffDropsOptions: boolean;
  /** The index entry of a replaced value stays; one that is cleared goes for all keys of the record that made it. */
  readonly replacedIndexStays: boolean;
  /** A chain id computed for a layer whose parent is not part of the export is computed as if that had an empty one. */
  readonly foreignParentHasEmptyChain: boolean;
  /** Prune gives up when a size cannot be found, and leaves the batch dead but listed until the next start. */
  readonly failedSizeStopsPrune: boolean;
  /** A removed record whose size could not be found counts as minus one byte. */
  readonly unknownSizeIsMinusOne: boolean;
  /** Which rules prune follows. */
  readonly prune: PruneVersion;
}

export const noQuirks: Quirks = {
  loadedHoldsAreUses: false,
  parentsLoadWithoutProviders: false,
  startDropsLazyRecords: false,
  droppedRecordReleasesTwice: false,
  startKeepsTemporaryLeases: false,
  diskUsageWrites: false,
  mergeSizeGoesStale: false,
  sharedSnapshotStaysBlobOnly: false,
  lostSnapshotStaysLost: false,
  failedNewLeaksParent: false,
  failedDownloadKeepsRecord: false,
  ancestorDiffDropsOptions: false,
  replacedIndexStays: false,
  foreignParentHasEmptyChain: false,
  failedSizeStopsPrune: false,
  unknownSizeIsMinusOne: false,
  prune: 'local',
};

/** BuildKit's manager as of v0.11. */
export const buildkitQuirks: Quirks = {
  loadedHoldsAreUses: true,
  parentsLoadWithoutProviders: true,
  startDropsLazyRecords: true,
  droppedRecordReleasesTwice: true,
  startKeepsTemporaryLeases: true,
  diskUsageWrites: true,
  mergeSizeGoesStale: true,
  sharedSnapshotStaysBlobOnly: true,
  lostSnapshotStaysLost: true,
  failedNewLeaksParent: true,
  failedDownloadKeepsRecord: true,
  ancestorDiffDropsOptions: true,
  replacedIndexStays: true,
  foreignParentHasEmptyChain: true,
  failedSizeStopsPrune: true,
  unknownSizeIsMinusOne: true,
  prune: 'v0.11',
};
