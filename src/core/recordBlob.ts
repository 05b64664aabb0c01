import { StoreError } from '../store/storeError';
import { type CacheRecord, sizeUnknown } from './cacheRecord';
import type { Core } from './core';
import { finalize } from './finalize';
import type { BlobDescriptor } from './options';
import { leaseRecord } from './recordLeases';

/**
 * Gives a record that was made here the blob that its layer was written to; one that it has stays. The record is finalized.
 * @throws `failedPrecondition` without the digest of the uncompressed layer; `notFound` when the blob is not in the store
 */
export async function setBlob(core: Core, record: CacheRecord, descriptor: BlobDescriptor): Promise<void> {
  const { digest, diffId, mediaType, size, urls = [] } = descriptor;
  if (!diffId) {
    throw new StoreError('failedPrecondition', `blob ${digest} tells no digest of its uncompressed form`, {
      id: digest,
    });
  }
  core.store.content.info(digest);
  if (record.fields.blob) return;
  await finalize(core, record);
  core.write(() => {
    leaseRecord(core, record.id, record.snapshotId, digest);
    core.put(record, {
      blob: digest,
      diffId,
      mediaType,
      blobSize: size,
      size: sizeUnknown,
      ...(urls.length > 0 && { urls }),
    });
  });
}

/**
 * The blob of a record as a manifest describes it; undefined where it has none.
 * @param distributable as a layer that may be given away: without other places to fetch it from
 */
export function descriptorOf(record: CacheRecord, distributable: boolean): BlobDescriptor | undefined {
  const { blob, blobSize = 0, mediaType = '', diffId, urls = [] } = record.fields;
  if (!blob) return undefined;
  if (!distributable) return { digest: blob, size: blobSize, mediaType, diffId, urls };
  const plain = mediaType.replace('.foreign.', '.').replace('.nondistributable.', '.');
  return { digest: blob, size: blobSize, mediaType: plain, diffId, urls: [] };
}
