import type { IndexedText, OtherValue, RecordChanges, RecordFields } from '../../store/metadataStore';

type Field = keyof Omit<RecordFields, 'other'>;
type Form = 'plain' | 'time' | 'text';

/** Fields of a record by the key under which BuildKit stores them, with the form that traces give them. */
const keys: Readonly<Record<string, readonly [Field, Form]>> = {
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
};

/** A record's fields as a trace shows them: by stored key, times in epoch milliseconds. */
export function toStoredKeys(fields: RecordFields): Record<string, unknown> {
  const stored: Record<string, unknown> = {};
  for (const [key, [field, form]] of Object.entries(keys)) {
    const value = fields[field];
    if (value === undefined) continue;
    stored[key] = decode(value, form);
  }
  for (const [key, { json }] of Object.entries(fields.other ?? {})) stored[key] = JSON.parse(json);
  return stored;
}

function decode(value: unknown, form: Form): unknown {
  // The form says which of the fields' types it is.
  if (form === 'time') return (value as { ms: number }).ms;
  if (form === 'text') return (value as IndexedText).value;
  return value;
}

/** The changes that make a record hold exactly what a trace shows. */
export function fromStoredKeys(stored: Readonly<Record<string, unknown>>): RecordChanges {
  const changes: Record<string, unknown> = {};
  for (const [field] of Object.values(keys)) changes[field] = null;
  const other: Record<string, OtherValue> = {};
  for (const [key, value] of Object.entries(stored)) {
    if (key in keys) changes[keys[key][0]] = encode(value, keys[key][1]);
    else other[key] = { json: JSON.stringify(value) };
  }
  return { ...changes, other };
}

function encode(value: unknown, form: Form): unknown {
  if (form === 'time') return { ms: value, nanos: 0 };
  if (form === 'text') return { value };
  return value;
}
