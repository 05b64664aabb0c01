import type { CacheRecord, ParentLink } from '../../model/record';
import type { IdTable } from './idTable';

/** A record while its facts are being gathered from several databases. */
export type RecordDraft = { -readonly [Field in keyof CacheRecord]: CacheRecord[Field] };

/** The entries of one metadata database, in the order of their ids, before the halves of pairs are joined; one item a record. */
export interface StoredRecords {
  readonly records: readonly RecordDraft[];
  readonly ids: IdTable;
  /** Number of the record's own id. */
  readonly numbers: readonly number[];
  /** If it is immutable and not finalized, the number of the mutable record that holds its data, else -1. */
  readonly holders: readonly number[];
  /** Where the numbers of its parents end in `parents`; they begin where those of the record before end. */
  readonly parentEnds: readonly number[];
  readonly parents: readonly number[];
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
