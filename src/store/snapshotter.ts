import type { Timestamp } from './clock';
import type { LabelChanges, Labels } from './labels';

export type SnapshotKind = 'view' | 'active' | 'committed';

export interface SnapshotInfo {
  readonly key: string;
  readonly kind: SnapshotKind;
  readonly parent?: string;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly labels: Labels;
}

export interface SnapshotUsage {
  /** Bytes, parents not counted. */
  readonly size: number;
  readonly inodes: number;
}

/** A place where a snapshot's whole tree can be seen as an ordinary directory. */
export interface SnapshotMount {
  readonly path: string;
  readonly readOnly: boolean;
}

/** One step of a merge: what turns `lower` (scratch where absent) into `upper` (nothing where absent). */
export interface SnapshotDiff {
  readonly lower?: string;
  readonly upper?: string;
}

export interface CreateOptions {
  readonly labels?: Labels;
  /** The snapshot is added to this lease in the same transaction. @throws `notFound` if there is no such lease */
  readonly lease?: string;
}

/** How a path differs between two snapshots. */
export interface PathChange {
  readonly kind: 'add' | 'modify' | 'delete';
  /** Relative to the root, `/` between names, no slash at either end. */
  readonly path: string;
}

/** Labels that hold a merge's usage; they go before the measured number. */
export const mergeUsageSizeLabel = 'buildkit.mergeUsageSize';
export const mergeUsageInodesLabel = 'buildkit.mergeUsageInodes';

/**
 * Snapshots by key: one key space for views, actives and committed ones. Metadata is read from memory and
 * durable with the database's next commit; files are made before the metadata that names them and removed after it.
 */
export interface Snapshotter {
  /** As in the resources of a lease: `snapshots/<name>`. */
  readonly name: string;

  /** An active snapshot. @throws `alreadyExists`, `notFound` (parent), `invalid` (parent not committed) */
  prepare(key: string, parent?: string, options?: CreateOptions): Promise<void>;
  /** A read-only snapshot. Errors as `prepare`. */
  view(key: string, parent?: string, options?: CreateOptions): Promise<void>;
  /**
   * Makes the active snapshot `key` the committed snapshot `name`; labels are replaced, `key` is gone, a given lease
   * holds `name` instead of `key`.
   * @throws `notFound`, `alreadyExists`, `failedPrecondition` (not active)
   */
  commit(name: string, key: string, options?: CreateOptions): Promise<void>;
  /** @throws `notFound`, `failedPrecondition` (has children) */
  remove(key: string): Promise<void>;

  /** @throws `notFound` */
  stat(key: string): SnapshotInfo;
  find(key: string): SnapshotInfo | undefined;
  /** @throws `notFound`, `invalid` (a label of over 4096 bytes) */
  updateLabels(key: string, changes: LabelChanges): SnapshotInfo;
  /** All in order of key, or those matching one of `filters`. */
  walk(filters?: readonly string[]): SnapshotInfo[];
  children(key: string): string[];

  /**
   * Views 0; actives measured now; committed as stored, the merge labels first.
   * @throws `notFound`
   */
  usage(key: string): Promise<SnapshotUsage>;
  /** @throws `notFound`, `failedPrecondition` (committed) */
  mounts(key: string): Promise<SnapshotMount>;

  /**
   * A committed snapshot `name` holding `diffs` applied in order on scratch. Carries the merge usage labels.
   * @throws `notFound`, `alreadyExists`, `invalid` (a side that is not committed)
   */
  merge(name: string, diffs: readonly SnapshotDiff[], options?: CreateOptions): Promise<void>;
  /**
   * What turns `lower` into `upper`, in path order. A directory that is gone is one deletion; what became something of
   * another type is modified. @throws `notFound`
   */
  diff(lower: string | undefined, upper: string | undefined): Promise<PathChange[]>;
}
