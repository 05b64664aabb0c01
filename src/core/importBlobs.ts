import type { Blob, Inventory } from '../model/inventory';
import type { CacheRecord } from '../model/record';
import { isAlreadyExists, isStoreError, StoreError } from '../store/storeError';
import type { Core } from './core';
import type { ImportOptions } from './importInventory';

/** Gives the bytes of a blob; undefined where they are not to be had. */
export type OpenBlob = (digest: string) => Promise<AsyncIterable<Uint8Array> | undefined>;

/** A blob whose bytes did not come, and why, for a person. */
export interface MissingBlob {
  readonly digest: string;
  readonly because: string;
}

export interface BlobImport {
  /** How many blobs came, and their bytes; those that were there already not counted. */
  readonly blobs: number;
  readonly blobBytes: number;
  /** Blobs that records name and that are not here now. */
  readonly missingBlobs: readonly MissingBlob[];
}

const variantLabelStart = 'containerd.io/gc.ref.content.blob-';

/**
 * Copies the blobs that records name, with those of the same layers in other compressions, checking each against its digest. They are
 * held by `lease` until the records' own leases are there.
 */
export async function importBlobs(
  core: Core,
  inventory: Inventory,
  records: readonly CacheRecord[],
  lease: string,
  { signal, openBlob, onProgress }: ImportOptions,
): Promise<BlobImport> {
  const wanted = wantedBlobs(inventory, records);
  const missingBlobs: MissingBlob[] = [];
  let blobs = 0;
  let blobBytes = 0;
  let done = 0;
  for (const [digest, blob] of wanted) {
    if (signal?.aborted === true) throw cancelled();
    onProgress?.({ stage: 'blobs', done: done++ / wanted.size });
    const outcome = await importBlob(core, digest, blob, lease, openBlob, signal);
    if (typeof outcome === 'string') missingBlobs.push({ digest, because: outcome });
    else if (outcome !== undefined) {
      blobs++;
      blobBytes += outcome;
    }
  }
  return { blobs, blobBytes, missingBlobs };
}

/** By digest, with what the cache knows of them. */
function wantedBlobs(inventory: Inventory, records: readonly CacheRecord[]): Map<string, Blob | undefined> {
  const known = new Map<string, Blob>();
  const namespaces = new Set(inventory.workers.map(({ namespace }) => namespace));
  for (const blob of inventory.blobs) {
    if (namespaces.has(blob.namespace) || !known.has(blob.digest)) known.set(blob.digest, blob);
  }
  const wanted = new Map<string, Blob | undefined>();
  for (const { blob } of records) if (blob !== undefined) wanted.set(blob, known.get(blob));
  // The map grows while it is gone through.
  for (const blob of wanted.values()) {
    for (const [label, digest] of Object.entries(blob?.labels ?? {})) {
      if (label.startsWith(variantLabelStart) && !wanted.has(digest)) wanted.set(digest, known.get(digest));
    }
  }
  return wanted;
}

/** @returns how many bytes came; undefined when they were here already; or why they did not come */
async function importBlob(
  core: Core,
  digest: string,
  blob: Blob | undefined,
  lease: string,
  openBlob: OpenBlob | undefined,
  signal: AbortSignal | undefined,
): Promise<number | string | undefined> {
  const { content } = core.store;
  if (blob?.present === false) return 'The cache does not have its bytes.';
  try {
    const bytes = await openBlob?.(digest);
    if (bytes === undefined && content.has(digest)) return undefined;
    if (bytes === undefined) return 'Its bytes are not in the cache, or cannot be seen.';
    const writer = await content.writer({ ref: `import-${digest}`, digest, lease });
    try {
      if (writer.offset > 0) await writer.truncate();
      for await (const chunk of bytes) {
        if (signal?.aborted === true) throw cancelled();
        await writer.write(chunk);
      }
      const { size } = await writer.commit({ labels: blob?.labels });
      return size;
    } catch (error) {
      await writer.abort().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    if (mustStop(error)) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

/** Failures of the store itself, not of one blob. */
function mustStop(error: unknown): boolean {
  const reasons = ['noSpace', 'readOnly', 'cancelled', 'closed'] as const;
  return reasons.some((reason) => isStoreError(error, reason));
}

function cancelled(): StoreError {
  return new StoreError('cancelled', 'the import was cancelled');
}
