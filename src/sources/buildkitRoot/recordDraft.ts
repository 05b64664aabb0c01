import type { CacheRecord, ParentLink } from '../../model/record';

/** A record while its facts are being gathered from several databases. */
export type RecordDraft = { -readonly [Field in keyof CacheRecord]: CacheRecord[Field] };

/** The entries of one metadata database, in the order of their ids, before the halves of pairs are joined. */
export interface StoredRecords {
  readonly records: readonly RecordDraft[];
  /** For each record, if it is immutable and not finalized, the id of the mutable one that holds its data. */
  readonly holderIds: readonly (string | undefined)[];
  /** Records made from a blob that was not extracted. */
  readonly blobOnly: ReadonlySet<RecordDraft>;
}

export const noParents: readonly ParentLink[] = Object.freeze([]);
const noTexts: readonly string[] = Object.freeze([]);

/** A record of which nothing but its id is known. All are made here, so that all have one shape, unknown fields included. */
export function recordDraft(id: string): RecordDraft {
  return {
    id,
    kind: 'base',
    type: 'regular',
    description: '',
    parents: noParents,
    mutable: true,
    size: undefined,
    sizeUnknown: undefined,
    createdAt: undefined,
    createdAtNanos: undefined,
    lastUsedAt: undefined,
    lastUsedAtNanos: undefined,
    usageCount: 0,
    chainId: undefined,
    blobChainId: undefined,
    diffId: undefined,
    blob: undefined,
    mediaType: undefined,
    blobSize: undefined,
    snapshotId: id,
    lazy: false,
    retained: false,
    deleted: false,
    imageRefs: noTexts,
    twin: undefined,
    leases: noTexts,
    inUse: undefined,
    shared: undefined,
    dropsAtStart: undefined,
    worker: 0,
    attributes: undefined,
  };
}
