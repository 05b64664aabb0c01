import { isNeedsRemoteProvider, isNotFound, StoreError } from '../store/storeError';
import { CacheRecord, Hold, noParents } from './cacheRecord';
import { chainIdsOf } from './chainIds';
import type { Core } from './core';
import { extract } from './extract';
import { finalize } from './finalize';
import { appendImageRef, initialize } from './initialize';
import { getRecord, holdImmutable } from './load';
import type { BlobDescriptor, CreateOptions, GetOptions } from './options';
import { leaseRecord, removeLease } from './recordLeases';
import { releaseImmutable, removeRecord } from './release';

export interface BlobOptions extends GetOptions, CreateOptions {
  /** Fetches and extracts the blob before the ref is given. */
  readonly extract?: boolean;
}

/**
 * The record of a blob on top of a parent: one that stands for the very same blobs if there is one, else a new one, which
 * shares its snapshot with a record of the same content.
 * @throws `needsRemoteProvider` when the blob is not here and has no provider; `failedPrecondition` when it has no diff id, or
 * the parent has no chain id; and as `getRecord` for the parent
 */
export async function holdBlob(
  core: Core,
  descriptor: BlobDescriptor,
  parentId: string | undefined,
  options: BlobOptions,
): Promise<Hold> {
  const { diffId, digest } = descriptor;
  let parent: Hold | undefined;
  let hold: Hold;
  let isNew = false;
  try {
    if (!diffId) {
      throw new StoreError('failedPrecondition', `blob ${digest} tells no digest of its uncompressed form`, {
        id: digest,
      });
    }
    requireBlob(core, digest, options);
    if (parentId !== undefined) {
      parent = holdParent(core, parentId, options);
      await finalize(core, parent.record);
    }
    const ids = chainIdsOf(addressOf(parent), digest, diffId);
    const below = parent;
    hold = core.write(() => {
      const known = findByBlobChain(core, ids.blobChainId, options);
      isNew = known === undefined;
      if (known === undefined) return createBlobRecord(core, descriptor, { ...ids, diffId }, below, options);
      appendImageRef(core, known.record, options.imageRef);
      if (below !== undefined) releaseImmutable(core, below);
      return known;
    });
  } catch (error) {
    const taken = parent;
    if (taken !== undefined) core.write(() => releaseImmutable(core, taken));
    throw error;
  }
  if (options.extract === true) await extractHeld(core, hold, isNew);
  return hold;
}

function holdParent(core: Core, id: string, { providers }: GetOptions): Hold {
  const options = { providers, noUse: true };
  return core.write(() => holdImmutable(core, getRecord(core, id, options), options));
}

function requireBlob(core: Core, digest: string, options: GetOptions): void {
  if (digest === '' || options.providers?.has(digest) === true || core.store.content.has(digest)) return;
  throw new StoreError('needsRemoteProvider', `blob ${digest} is not here and has no provider`, {
    id: digest,
    digests: [digest],
  });
}

function addressOf(parent: Hold | undefined): { chainId: string; blobChainId: string } | undefined {
  if (parent === undefined) return undefined;
  const { chainId, blobChainId } = parent.record.fields;
  if (chainId && blobChainId) return { chainId, blobChainId };
  throw new StoreError('failedPrecondition', `record ${parent.record.id} has no chain id to build on`, {
    id: parent.record.id,
  });
}

function findByBlobChain(core: Core, blobChainId: string, options: GetOptions): Hold | undefined {
  for (const id of searchRecords(core, `blobchainid:${blobChainId}`)) {
    const hold = obtain(core, id, options);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

/** The first record with this content that can be had. It is used once by this, which counts. */
function findSnapshot(core: Core, chainId: string, options: GetOptions): string | undefined {
  for (const id of searchRecords(core, `chainid:${chainId}`)) {
    const hold = obtain(core, id, options);
    if (hold === undefined) continue;
    const { snapshotId } = hold.record;
    releaseImmutable(core, hold);
    return snapshotId;
  }
  return undefined;
}

function obtain(core: Core, id: string, options: GetOptions): Hold | undefined {
  try {
    return holdImmutable(core, getRecord(core, id, options), options);
  } catch (error) {
    if (isNotFound(error) || isNeedsRemoteProvider(error)) return undefined;
    throw error;
  }
}

/** Ids of the records under an index key, in order; doomed ones and such without metadata left out. */
export function searchRecords(core: Core, index: string): string[] {
  return core.store.metadata.search(index).filter((id) => {
    const fields = core.records.get(id)?.fields ?? core.store.metadata.get(id);
    return fields !== undefined && fields.deleted !== true;
  });
}

function createBlobRecord(
  core: Core,
  descriptor: BlobDescriptor,
  ids: { readonly chainId: string; readonly blobChainId: string; readonly diffId: string },
  parent: Hold | undefined,
  options: BlobOptions,
): Hold {
  const { digest, size, mediaType, urls = [] } = descriptor;
  const snapshotId = findSnapshot(core, ids.chainId, options) ?? ids.chainId;
  const id = core.newId();
  leaseRecord(core, id, snapshotId, digest);
  const record = new CacheRecord(id, {}, false, parent === undefined ? noParents : { layer: parent });
  initialize(core, record, options, {
    ...ids,
    blob: digest,
    snapshotId,
    blobOnly: true,
    mediaType,
    blobSize: size,
    committed: true,
    ...(urls.length > 0 && { urls }),
  });
  appendImageRef(core, record, options.imageRef);
  // The fields came after the record was made.
  record.mayBeLazy ||= digest !== '';
  core.records.set(id, record);
  return new Hold(record, true, options.providers);
}

async function extractHeld(core: Core, hold: Hold, isNew: boolean): Promise<void> {
  try {
    await extract(core, hold);
  } catch (error) {
    core.write(() => {
      if (isNew && core.quirks.failedDownloadKeepsRecord) removeLease(core, hold.record.id);
      else giveUp(core, hold, isNew);
    });
    throw error;
  }
}

function giveUp(core: Core, hold: Hold, isNew: boolean): void {
  hold.setUse(false);
  releaseImmutable(core, hold);
  if (isNew && hold.record.refs === 0) removeRecord(core, hold.record, { leases: true });
}
