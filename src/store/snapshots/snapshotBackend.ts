import type { PathChange, SnapshotUsage } from '../snapshotter';

/** A snapshot's layers by number, lowest first; the last is its own. */
export type LayerStack = readonly number[];

export interface BackendDiff {
  readonly lower: LayerStack;
  readonly upper: LayerStack;
}

/**
 * Where the files of snapshots are. It knows numbers and stacks, not keys. A number is used once in the life of
 * an open store, and what lies there of earlier lives is gone before.
 */
export interface SnapshotBackend {
  /** What an active snapshot holds at present. Its stack is asked for only where it is needed: it may be thousands deep. */
  usage(number: number, stack: () => LayerStack): Promise<SnapshotUsage>;
  /** Brings what an active snapshot holds into its final form; it is about to be committed. */
  seal(number: number, stack: () => LayerStack): Promise<SnapshotUsage>;
  /** A directory with the whole tree. Of a view it is a copy, so that nothing done to it reaches the snapshot below. */
  mount(stack: LayerStack, kind: 'active' | 'view'): Promise<string>;
  /** Whether a merge may stand on the chain that its first diffs form, rather than have their files again. */
  readonly mergesOnChains: boolean;
  /**
   * Fills layer `number`, on top of `base`, so that the tree is that of `diffs` applied in order.
   * @param total how many diffs the whole merge has, those that `base` stands for included
   */
  merge(
    number: number,
    base: LayerStack,
    diffs: readonly BackendDiff[],
    total: number,
  ): Promise<SnapshotUsage>;
  compare(lower: LayerStack, upper: LayerStack): Promise<PathChange[]>;
  /** Removes a layer's files; absent is fine. */
  remove(number: number): Promise<void>;
  /** Numbers of all layers that have files. */
  list(): Promise<number[]>;
}
