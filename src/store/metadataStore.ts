import type { Timestamp } from './clock';

/** A text value that can be looked up under an index of its own; the index is not derivable from the value. */
export interface IndexedText {
  readonly value: string;
  /** Full index key without the record id, such as `cache-dir:/root/.cache` or `git-snapshot::url#ref`. */
  readonly index?: string;
}

/** What version 1 of BuildKit's metadata stored about the blob of a layer. */
export interface BlobMapping {
  readonly blobsum: string;
  readonly diffId: string;
}

/**
 * Persistent metadata of one record: BuildKit's keys, one typed field each. An absent field is an absent key, which
 * is not the same as a key holding zero, `false`, `""` or -1.
 */
export interface RecordFields {
  /** `snapshot.size`, bytes; -1 when set to "not computed". */
  readonly size?: number;
  /** `snapshot.committed`: immutable. */
  readonly committed?: boolean;
  readonly equalMutable?: string;
  /** 0 default, 1 retain. */
  readonly cachePolicy?: number;
  readonly description?: string;
  readonly createdAt?: Timestamp;
  readonly lastUsedAt?: Timestamp;
  readonly usageCount?: number;
  readonly layerType?: string;
  readonly recordType?: string;
  /** The layer parent's id; may be `""` after a migration. */
  readonly parent?: string;
  /** Lowest first. */
  readonly mergeParents?: readonly string[];
  readonly lowerDiffParent?: string;
  readonly upperDiffParent?: string;
  readonly diffId?: string;
  /** Indexed as `chainid:<value>`. */
  readonly chainId?: string;
  /** Indexed as `blobchainid:<value>`. */
  readonly blobChainId?: string;
  readonly blob?: string;
  /** `cache.snapshot`; where absent the snapshot bears the record's id. */
  readonly snapshotId?: string;
  readonly blobOnly?: boolean;
  readonly mediaType?: string;
  /** Size in the descriptor, bytes. */
  readonly blobSize?: number;
  readonly imageRefs?: readonly string[];
  readonly urls?: readonly string[];
  /** Doomed: marked before its files go. */
  readonly deleted?: boolean;
  /** `local.sharedKey`. */
  readonly sharedKey?: IndexedText;
  /** `cache-dir`. */
  readonly cacheDir?: IndexedText;
  readonly gitRemote?: IndexedText;
  readonly gitSnapshot?: IndexedText;
  readonly httpChecksum?: IndexedText;
  readonly etag?: string;
  /** `http.modtime`. */
  readonly httpModified?: string;
  /** `blobmapping.blob`; indexed as `blobmap::<blobsum>` when written by a migration through `putIndex`. */
  readonly blobMapping?: BlobMapping;
  /** Keys this program has no field for, values as JSON text. */
  readonly other?: Readonly<Record<string, OtherValue>>;
}

export interface OtherValue {
  /** The value as compact JSON. */
  readonly json: string;
  readonly index?: string;
}

export interface RecordMetadata extends RecordFields {
  readonly id: string;
}

/** A field left out stays as it is; `null` clears it. In `other`, each key for itself. */
export type RecordChanges = {
  readonly [Field in keyof Omit<RecordFields, 'other'>]?: RecordFields[Field] | null;
} & { readonly other?: Readonly<Record<string, OtherValue | null>> };

/**
 * Records' metadata, index and external values. Reads see the running transaction. Each write is a
 * transaction, or joins the one that runs. Nothing is cached: whoever reads often keeps what it needs.
 */
export interface MetadataStore {
  get(id: string): RecordMetadata | undefined;
  has(id: string): boolean;
  /** All records in id order, read in one go. */
  all(): RecordMetadata[];
  count(): number;

  /**
   * Writes the changes, creating the record if need be. A field with an index gets its entry in the index, and the
   * entry of the value it replaces goes; with `keepReplacedIndex` that stays until the record is cleared, as in BuildKit.
   * Changing or clearing a field, or a key of `other`, always does what it says; an empty `changes` still creates the record.
   */
  put(id: string, changes: RecordChanges, options?: { keepReplacedIndex?: boolean }): void;

  /** Removes the record, its index entries and external values. Unknown ids are fine. */
  clear(id: string): void;

  /** Ids of the records under this index key, in id order. */
  search(index: string): string[];
  /** Ids of records under any index key that begins with `prefix`, in order of key, then id. */
  searchPrefix(prefix: string): string[];
  /** Every index entry as `<index>::<id>`, sorted. */
  indexEntries(): string[];
  /** An index entry with no field behind it; gone with the record. The record must exist. */
  putIndex(index: string, id: string): void;
  /** Drops the record's index entries whose key begins with `prefix`. */
  clearIndex(id: string, prefix: string): void;

  getExternal(id: string, key: string): Uint8Array | undefined;
  /** The record must exist. */
  setExternal(id: string, key: string, value: Uint8Array): void;
  /** Keys and lengths in bytes, in key order. */
  listExternal(id: string): { key: string; length: number }[];
}
