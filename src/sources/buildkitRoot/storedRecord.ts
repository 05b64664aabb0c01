/** One entry of the metadata database as it is stored; twins are not joined yet. Filled key by key, read-only afterwards. */
export class StoredRecord {
  description = '';
  /** Empty means `regular`. */
  type = '';
  committed = false;
  /** The mutable record that holds this one's data until it is finalized. */
  equalMutable: string | undefined = undefined;
  retained = false;
  deleted = false;
  /** Bytes; undefined when missing or -1. */
  size: number | undefined = undefined;
  createdAt: number | undefined = undefined;
  createdAtNanos = 0;
  lastUsedAt: number | undefined = undefined;
  lastUsedAtNanos = 0;
  usageCount: number | undefined = undefined;
  parent: string | undefined = undefined;
  mergeParents: readonly string[] | undefined = undefined;
  lowerParent: string | undefined = undefined;
  upperParent: string | undefined = undefined;
  diffId: string | undefined = undefined;
  chainId: string | undefined = undefined;
  blobChainId: string | undefined = undefined;
  blob: string | undefined = undefined;
  blobOnly = false;
  mediaType: string | undefined = undefined;
  blobSize: number | undefined = undefined;
  snapshotId: string;
  imageRefs: readonly string[] | undefined = undefined;
  attributes: Record<string, string> | undefined = undefined;

  constructor(readonly id: string) {
    this.snapshotId = id;
  }

  /** Merge and diff records count as immutable even where an old BuildKit forgot to mark them. */
  get isMutable(): boolean {
    return !this.committed && this.mergeParents === undefined && !this.isDiff;
  }

  get isDiff(): boolean {
    return this.lowerParent !== undefined || this.upperParent !== undefined;
  }
}
