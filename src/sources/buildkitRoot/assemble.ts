import type { CacheRecord, DropReason } from '../../model/record';
import type { SizeAnswer } from './sizes';
import type { StoredRecord } from './storedRecord';
import type { VisibleRecord } from './visibleRecord';

/** What is known of a record beyond its own database entry. */
export interface RecordContext {
  readonly size: Exclude<SizeAnswer, { readonly countFolder: string }>;
  readonly lazy: boolean | undefined;
  readonly shared: boolean | undefined;
  readonly leases: readonly string[];
  readonly dropsAtStart: DropReason | undefined;
}

const noTexts: readonly string[] = Object.freeze([]);

/** Makes the record that everyone else sees. All have one shape, unknown fields included. */
export function assembleRecord(record: VisibleRecord, context: RecordContext, worker: number): CacheRecord {
  const { stored, twin } = record;
  return {
    id: stored.id,
    kind: record.kind,
    type: stored.type === '' ? 'regular' : stored.type,
    description: stored.description,
    parents: record.parents,
    mutable: record.mutable,
    size: 'size' in context.size ? context.size.size : undefined,
    sizeUnknown: 'unknown' in context.size ? context.size.unknown : undefined,
    createdAt: stored.createdAt,
    createdAtNanos: stored.createdAt === undefined ? undefined : stored.createdAtNanos,
    lastUsedAt: stored.lastUsedAt,
    lastUsedAtNanos: stored.lastUsedAt === undefined ? undefined : stored.lastUsedAtNanos,
    usageCount: stored.usageCount ?? 0,
    chainId: stored.chainId,
    blobChainId: stored.blobChainId,
    diffId: stored.diffId,
    blob: stored.blob,
    mediaType: stored.mediaType,
    blobSize: stored.blobSize,
    snapshotId: stored.snapshotId,
    lazy: context.lazy,
    retained: stored.retained || twin?.retained === true,
    deleted: stored.deleted,
    imageRefs: stored.imageRefs ?? noTexts,
    twin: twin?.id,
    leases: context.leases,
    inUse: undefined,
    shared: context.shared,
    dropsAtStart: context.dropsAtStart,
    worker,
    attributes: attributesOf(stored, twin),
  };
}

/** A pair is one entry, and some keys are stored with its immutable half only. */
function attributesOf(
  stored: StoredRecord,
  twin: StoredRecord | undefined,
): Readonly<Record<string, string>> | undefined {
  return twin?.attributes === undefined ? stored.attributes : { ...twin.attributes, ...stored.attributes };
}
