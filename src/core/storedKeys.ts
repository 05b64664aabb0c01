import type { BlobMapping, OtherValue, RecordChanges, RecordFields } from '../store/metadataStore';

export type StoredField = keyof Omit<RecordFields, 'other'>;
/** `time`: nanoseconds since the epoch; `text`: with an index of its own. */
export type StoredForm = 'plain' | 'time' | 'text' | 'blobMapping';

/** Fields of a record by the key under which BuildKit stores them, and the form they have there. */
export const storedKeys: Readonly<Record<string, readonly [StoredField, StoredForm]>> = {
  'snapshot.size': ['size', 'plain'],
  'snapshot.committed': ['committed', 'plain'],
  'cache.equalMutable': ['equalMutable', 'plain'],
  'cache.cachePolicy': ['cachePolicy', 'plain'],
  'cache.description': ['description', 'plain'],
  'cache.createdAt': ['createdAt', 'time'],
  'cache.lastUsedAt': ['lastUsedAt', 'time'],
  'cache.usageCount': ['usageCount', 'plain'],
  'cache.layerType': ['layerType', 'plain'],
  'cache.recordType': ['recordType', 'plain'],
  'cache.parent': ['parent', 'plain'],
  'cache.mergeParents': ['mergeParents', 'plain'],
  'cache.lowerDiffParent': ['lowerDiffParent', 'plain'],
  'cache.upperDiffParent': ['upperDiffParent', 'plain'],
  'cache.diffID': ['diffId', 'plain'],
  'cache.chainID': ['chainId', 'plain'],
  'cache.blobChainID': ['blobChainId', 'plain'],
  'cache.blob': ['blob', 'plain'],
  'cache.snapshot': ['snapshotId', 'plain'],
  'cache.blobonly': ['blobOnly', 'plain'],
  'cache.mediatype': ['mediaType', 'plain'],
  'cache.blobsize': ['blobSize', 'plain'],
  'cache.imageRefs': ['imageRefs', 'plain'],
  'cache.layer.urls': ['urls', 'plain'],
  'cache.deleted': ['deleted', 'plain'],
  'local.sharedKey': ['sharedKey', 'text'],
  'cache-dir': ['cacheDir', 'text'],
  'git-remote': ['gitRemote', 'text'],
  'git-snapshot': ['gitSnapshot', 'text'],
  'http.checksum': ['httpChecksum', 'text'],
  etag: ['etag', 'plain'],
  'http.modtime': ['httpModified', 'plain'],
  'blobmapping.blob': ['blobMapping', 'blobMapping'],
};

/**
 * The changes that make a record hold what BuildKit has stored: by key, each value as JSON with the index it is found by. What has
 * another type than its key has in BuildKit reads as absent there, and is left out.
 */
export function changesFromStored(values: ReadonlyMap<string, OtherValue>): RecordChanges {
  const changes: Record<string, unknown> = {};
  const other: Record<string, OtherValue> = {};
  for (const [key, value] of values) {
    if (key in storedKeys) {
      const [field, form] = storedKeys[key];
      changes[field] = decode(value, form);
    } else {
      other[key] = value;
    }
  }
  return { ...changes, ...(Object.keys(other).length > 0 && { other }) };
}

function decode({ json, index }: OtherValue, form: StoredForm): unknown {
  const value: unknown = JSON.parse(json);
  switch (form) {
    case 'time':
      return timeFrom(json);
    case 'text':
      return typeof value === 'string' ? { value, ...(index !== undefined && { index }) } : undefined;
    case 'blobMapping':
      return blobMappingFrom(value);
    case 'plain':
      return value ?? undefined;
  }
}

/** Nineteen digits are more than a number holds, so they are cut as text. */
function timeFrom(json: string): { ms: number; nanos: number } | undefined {
  if (!/^-?\d+$/.test(json)) return undefined;
  const nanos = BigInt(json);
  const ms = nanos >= 0n ? nanos / 1_000_000n : (nanos - 999_999n) / 1_000_000n;
  return { ms: Number(ms), nanos: Number(nanos - ms * 1_000_000n) };
}

function blobMappingFrom(value: unknown): BlobMapping | undefined {
  // Each part is looked at before it is used.
  const { Blobsum, DiffID } = (value ?? {}) as { Blobsum?: unknown; DiffID?: unknown };
  if (typeof Blobsum !== 'string' || typeof DiffID !== 'string') return undefined;
  return { blobsum: Blobsum, diffId: DiffID };
}
