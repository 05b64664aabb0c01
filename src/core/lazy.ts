import { StoreError } from '../store/storeError';
import { type CacheRecord, isBlobOnly } from './cacheRecord';
import type { Core } from './core';
import type { BlobProviders } from './options';

/** Marks a snapshot whose content lives elsewhere. */
const remoteSnapshotLabel = 'containerd.io/snapshot/remote';

/** True while a record's blob is neither here nor extracted. */
export function isLazy(core: Core, record: CacheRecord): boolean {
  const { blob } = record.fields;
  if (blob === undefined || !isBlobOnly(record.fields)) return false;
  if (!core.store.content.has(blob)) return true;
  return core.store.snapshots.find(record.snapshotId)?.labels[remoteSnapshotLabel] !== undefined;
}

/**
 * Refuses a record when it, or anything below it, is lazy and has no provider.
 * @throws `needsRemoteProvider` with the digests in the order met
 */
export function requireProviders(
  core: Core,
  record: CacheRecord,
  providers: BlobProviders | undefined,
): void {
  if (!record.mayBeLazy) return;
  const missing: string[] = [];
  let blobOnly = false;
  const seen = new Set<CacheRecord>();
  const pending = [record];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next) || !next.mayBeLazy) continue;
    seen.add(next);
    const { blob } = next.fields;
    blobOnly ||= isBlobOnly(next.fields);
    if (blob !== undefined && providers?.has(blob) !== true && isLazy(core, next)) missing.push(blob);
    for (const hold of next.holds) pending.push(hold.record);
  }
  if (!blobOnly) for (const settled of seen) settled.mayBeLazy = false;
  if (missing.length > 0) {
    throw new StoreError(
      'needsRemoteProvider',
      `record ${record.id} needs providers for lazy blobs: ${missing.join(', ')}`,
      { id: record.id, digests: missing },
    );
  }
}
