import type { CacheRecord } from '../model/record';
import type { RecordFields } from '../store/metadataStore';
import { textChange } from './recordKeys';

/** Keys of other parts of BuildKit whose index entry follows from the value, by what it begins with. */
const indexPrefixes = new Map([
  ['local.sharedKey', 'local.sharedKey:'],
  ['cache-dir', 'cache-dir:'],
  ['git-remote', 'git-remote::'],
  ['git-snapshot', 'git-snapshot::'],
]);
/** As the former; what they are found by is not known outside the cache they come from. */
const plainKeys = ['http.checksum', 'etag', 'http.modtime'];

/**
 * What a store keeps of a record of another cache, parents aside. Its snapshot does not come with it, so that a layer with a blob is one
 * known by its blob; sizes are measured anew.
 */
export function importedFields(record: CacheRecord): RecordFields {
  const { blob, diffId, chainId, blobChainId, mediaType, blobSize, imageRefs, description } = record;
  const isLayer = record.kind === 'base' || record.kind === 'layer';
  const parent = (role: string) => record.parents.find((link) => link.role === role)?.id;
  const merge = record.parents.filter(({ role }) => role === 'merge').map(({ id }) => id);
  return defined({
    committed: true,
    parent: parent('layer'),
    mergeParents: merge.length === 0 ? undefined : merge,
    lowerDiffParent: parent('lower'),
    upperDiffParent: parent('upper'),
    snapshotId: record.snapshotId,
    createdAt: timestamp(record.createdAt, record.createdAtNanos),
    lastUsedAt: timestamp(record.lastUsedAt, record.lastUsedAtNanos),
    usageCount: record.usageCount === 0 ? undefined : record.usageCount,
    recordType: record.type,
    description: description === '' ? undefined : description,
    cachePolicy: record.retained ? 1 : undefined,
    imageRefs: imageRefs.length === 0 ? undefined : imageRefs,
    blob,
    blobOnly: blob !== undefined && isLayer ? true : undefined,
    diffId,
    chainId,
    blobChainId,
    mediaType,
    blobSize,
    ...texts(record.attributes ?? {}),
  });
}

function texts(attributes: Readonly<Record<string, string>>): Partial<RecordFields> {
  const fields: Partial<RecordFields> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const prefix = indexPrefixes.get(key);
    if (prefix !== undefined) Object.assign(fields, textChange(key, value, prefix + value));
    else if (plainKeys.includes(key)) Object.assign(fields, textChange(key, value));
    else if (key === 'cache.layerType') Object.assign(fields, { layerType: value });
  }
  return fields;
}

function timestamp(ms: number | undefined, nanos = 0): RecordFields['createdAt'] {
  return ms === undefined ? undefined : { ms, nanos };
}

/** Without the members that are undefined: an absent key is not one that holds nothing. */
function defined(fields: RecordFields): RecordFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
