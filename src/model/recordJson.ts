import { exactTime } from './format';
import type { CacheRecord } from './record';

/** A record as plain JSON data: unknown values are absent, times are epoch milliseconds beside their exact text. */
export type RecordJson = Readonly<Record<string, unknown>>;

/**
 * The record in the form that scripts and "Open Record as JSON" see. The field order is fixed. `createdAtExact` and
 * `lastUsedAtExact` are RFC 3339 with nanoseconds, equal to what BuildKit's own JSON holds.
 */
export function recordJson(record: CacheRecord): RecordJson {
  return withoutUnknown({
    id: record.id,
    kind: record.kind,
    type: record.type,
    description: record.description,
    parents: record.parents.map(({ id, role, position }) => withoutUnknown({ id, role, position })),
    mutable: record.mutable,
    size: record.size,
    sizeUnknown: record.sizeUnknown,
    createdAt: record.createdAt,
    createdAtExact: exactTime(record.createdAt, record.createdAtNanos),
    lastUsedAt: record.lastUsedAt,
    lastUsedAtExact: exactTime(record.lastUsedAt, record.lastUsedAtNanos),
    usageCount: record.usageCount,
    chainId: record.chainId,
    blobChainId: record.blobChainId,
    diffId: record.diffId,
    blob: record.blob,
    mediaType: record.mediaType,
    blobSize: record.blobSize,
    snapshotId: record.snapshotId,
    lazy: record.lazy,
    retained: record.retained,
    deleted: record.deleted,
    inUse: record.inUse,
    shared: record.shared,
    dropsAtStart: record.dropsAtStart,
    imageRefs: record.imageRefs,
    twin: record.twin,
    leases: record.leases,
    worker: record.worker,
    attributes: record.attributes,
  });
}

/** Without the fields that are undefined. */
function withoutUnknown(fields: Readonly<Record<string, unknown>>): RecordJson {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
