import type { CacheRecord } from './record';

/** A stored key of a record that is not one of its own fields. */
export interface StoredAttribute {
  /** The key, such as `cache-dir`. */
  readonly name: string;
  readonly value: string;
  /** The key in words. */
  readonly label: string;
}

const labels: ReadonlyMap<string, string> = new Map([
  ['cache-dir', 'Cache mount id'],
  ['local.sharedKey', 'Local source key'],
  ['git-remote', 'Git remote'],
  ['git-snapshot', 'Git snapshot key'],
  ['http.checksum', 'HTTP checksum'],
  ['http.modtime', 'HTTP last modified'],
  ['etag', 'HTTP ETag'],
  ['cache.layerType', 'Layer type'],
  ['cache.layer.urls', 'Layer URLs'],
  ['blobmapping.blob', 'Blob mapping'],
]);

/**
 * The other stored keys of a record, in the order they are stored. Old versions of BuildKit (v0.6, v0.8) had the value
 * of some in the key (`cache-dir:npm`) and the index's name before the value (`git-remote::https://…`); both are read
 * as today's.
 */
export function storedAttributes(record: CacheRecord): readonly StoredAttribute[] {
  return Object.entries(record.attributes ?? {}).map(([key, stored]) => {
    const name = labels.has(key) ? key : knownPrefix(key);
    if (name === undefined) return { name: key, value: stored, label: key };
    const value = stored.startsWith(`${name}:`) ? stored.slice(name.length).replace(/^::?/, '') : stored;
    return { name, value, label: labels.get(name) ?? name };
  });
}

function knownPrefix(key: string): string | undefined {
  const colon = key.indexOf(':');
  return colon !== -1 && labels.has(key.slice(0, colon)) ? key.slice(0, colon) : undefined;
}

/**
 * The id under which builds share a cache mount. A mount that begins with another record's content has that record's
 * id behind its own in the stored key; it is left out here.
 */
export function cacheMountId(record: CacheRecord): string | undefined {
  const stored = storedAttributes(record).find(({ name }) => name === 'cache-dir')?.value;
  const base = record.parents.at(0)?.id;
  if (stored === undefined || base === undefined || !stored.endsWith(`:${base}`)) return stored;
  return stored.slice(0, -base.length - 1);
}
