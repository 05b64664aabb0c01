/** How a record was made; derived from its parent links (none, one layer, merge inputs, lower and upper). */
export type RecordKind = 'base' | 'layer' | 'merge' | 'diff';

/** What a parent is to its child. */
export type ParentRole = 'layer' | 'merge' | 'lower' | 'upper';

/** One typed link from a record down to a record it stands on. The parent may be missing from the cache. */
export interface ParentLink {
  readonly id: string;
  readonly role: ParentRole;
  /** Merge only: place among the inputs, from 0, lowest first. */
  readonly position?: number;
}

/** Why a daemon would drop a record when it next opens this cache (BuildKit's start-up rules). */
export type DropReason = 'markedDeleted' | 'snapshotMissing' | 'blobMissing' | 'parentDropped';

/**
 * One entry of a cache. Unknown is `undefined`, never 0 or -1. Bytes are numbers in bytes, times are whole epoch
 * milliseconds; BuildKit keeps nanoseconds, and what lies below the millisecond stands beside each time.
 *
 * A mutable record and the immutable one made from it that is not finalized yet are one entry, shown under the
 * mutable record's id as the daemon does; `twin` names the hidden half.
 */
export interface CacheRecord {
  readonly id: string;
  readonly kind: RecordKind;
  /** `regular`, `internal`, `frontend`, `source.local`, `source.git.checkout`, `exec.cachemount`, or what a newer BuildKit writes. */
  readonly type: string;
  /** As BuildKit wrote it; may be empty or very long. */
  readonly description: string;
  readonly parents: readonly ParentLink[];
  readonly mutable: boolean;
  readonly size?: number;
  /** Why `size` is unknown, in a few words for a person; absent when it is known. */
  readonly sizeUnknown?: string;
  readonly createdAt?: number;
  /** Nanoseconds below `createdAt`'s millisecond, 0 to 999,999. */
  readonly createdAtNanos?: number;
  readonly lastUsedAt?: number;
  /** Nanoseconds below `lastUsedAt`'s millisecond, 0 to 999,999. */
  readonly lastUsedAtNanos?: number;
  readonly usageCount: number;
  readonly chainId?: string;
  readonly blobChainId?: string;
  readonly diffId?: string;
  readonly blob?: string;
  readonly mediaType?: string;
  /** Size in the blob's descriptor; known even where the blob itself is absent. */
  readonly blobSize?: number;
  readonly snapshotId: string;
  /** Known by descriptor, not yet here. Undefined where the content store cannot be seen. */
  readonly lazy?: boolean;
  /** Cache policy `retain`: survives the release of its last ref. */
  readonly retained: boolean;
  /** Marked to be removed; gone at the daemon's next start at the latest. */
  readonly deleted: boolean;
  readonly imageRefs: readonly string[];
  /** Id of the unfinalized immutable record that shares this mutable record's data. */
  readonly twin?: string;
  /** Ids of the leases that name this record or hold its snapshot or blob. */
  readonly leases: readonly string[];
  /** Has a live ref. Undefined offline: refs live only in a daemon's memory. */
  readonly inUse?: boolean;
  /** Also held by an image. Undefined where the images cannot be seen. */
  readonly shared?: boolean;
  /** Set when the daemon would not list this record after its next start. */
  readonly dropsAtStart?: DropReason;
  /** Index into the inventory's `workers`. */
  readonly worker: number;
  /** Other stored keys by their own name (`local.sharedKey`, `cache-dir`, `etag` ...), values as text. */
  readonly attributes?: Readonly<Record<string, string>>;
}
