import { StoreError } from '../store/storeError';
import { type CacheRecord, sizeUnknown } from './cacheRecord';
import type { Core } from './core';
import { isLazy } from './lazy';
import type { BlobProviders } from './options';
import { leaseVariant, withWorkLease } from './recordLeases';

/** Set on a blob for each compression of the same layer, itself included; the collector follows it. */
const variantLabel = (digest: string) => `containerd.io/gc.ref.content.blob-${digest}`;
const mediaTypeLabel = 'buildkit.io/blob/mediatype';

/**
 * Brings the blob of a lazy record here, once for all who ask.
 * @throws `failedPrecondition` if the record has no blob; `needsRemoteProvider`
 */
export async function fetchBlob(
  core: Core,
  record: CacheRecord,
  providers: BlobProviders | undefined,
): Promise<void> {
  const { blob } = record.fields;
  if (!blob) {
    throw new StoreError('failedPrecondition', `record ${record.id} has neither files nor a blob`, {
      id: record.id,
    });
  }
  await core.flights.run(`fetch ${blob}`, async () => {
    if (!isLazy(core, record)) return;
    const provider = providers?.get(blob);
    if (provider === undefined) {
      throw new StoreError('needsRemoteProvider', `blob ${blob} is not here and has no provider`, {
        id: blob,
        digests: [blob],
      });
    }
    await withWorkLease(core, async (lease) => {
      await provider.fetch(blob, core.store.content, lease);
      core.write(() => {
        const [imageRef] = record.fields.imageRefs ?? [];
        if (imageRef && !record.fields.description) {
          core.put(record, { description: `pulled from ${imageRef}` });
        }
        linkVariant(core, record, blob, record.fields.mediaType);
      });
    });
  });
}

/** Ties a blob to a record as one compression of its layer; what the record was measured to be is void. */
export function linkVariant(
  core: Core,
  record: CacheRecord,
  variant: string,
  mediaType: string | undefined,
): void {
  const { content } = core.store;
  const own = record.fields.blob ?? variant;
  content.info(own);
  content.info(variant);
  leaseVariant(core, record.id, variant);
  content.updateLabels(variant, {
    [variantLabel(own)]: own,
    ...(mediaType !== undefined && { [mediaTypeLabel]: mediaType }),
  });
  if (variant !== own) content.updateLabels(own, { [variantLabel(variant)]: variant });
  core.put(record, { size: sizeUnknown });
}

/** Every blob that variant labels lead to from `blob`, itself first if it is here; cycles are fine. */
export function variantsOf(core: Core, blob: string): { readonly digest: string; readonly size: number }[] {
  const found: { digest: string; size: number }[] = [];
  const seen = new Set([blob]);
  for (const digest of seen) {
    const info = core.store.content.find(digest);
    if (info === undefined) continue;
    found.push({ digest, size: info.size });
    for (const [label, value] of Object.entries(info.labels)) {
      if (label === variantLabel(value)) seen.add(value);
    }
  }
  return found;
}
