import { createHash } from 'node:crypto';
import type { CacheRecord } from './cacheRecord';
import type { Core } from './core';
import { layerChain } from './layers';
import { StoreError } from '../store/storeError';

/** One step of the OCI image specification's chain ids: what lies below, and what is put on it. */
export function chainId(below: string, above: string): string {
  return `sha256:${createHash('sha256').update(`${below} ${above}`).digest('hex')}`;
}

/** The pair of identities that a layer with this blob has: of its content, and of its very blobs. */
export function chainIdsOf(
  parent: { readonly chainId: string; readonly blobChainId: string } | undefined,
  blob: string,
  diffId: string,
): { chainId: string; blobChainId: string } {
  const own = chainId(blob, diffId);
  if (parent === undefined) return { chainId: diffId, blobChainId: own };
  return { chainId: chainId(parent.chainId, diffId), blobChainId: chainId(parent.blobChainId, own) };
}

/**
 * Gives a record its chain id and blob chain id, once it has a blob of its own.
 * @param exported ids of the records that belong to the chain which is exported; others are not touched
 * @throws `failedPrecondition` when the parent is exported too but has no ids
 */
export function computeChainIds(core: Core, record: CacheRecord, exported: ReadonlySet<string>): void {
  const { blob, diffId } = record.fields;
  if (record.fields.chainId !== undefined || !exported.has(record.id)) return;
  if (record.kind === 'merge') {
    putMergeIds(core, record, exported);
    return;
  }
  const parent = record.parents.layer?.record;
  if (record.kind === 'diff' && blob === undefined) {
    const upper = record.parents.upper?.record.fields;
    if (upper?.chainId !== undefined && upper.blobChainId !== undefined) {
      core.put(record, { chainId: upper.chainId, blobChainId: upper.blobChainId });
    }
    return;
  }
  if (blob === undefined || diffId === undefined) return;
  const below = parent === undefined ? undefined : idsBelow(core, parent, exported);
  if (parent !== undefined && below === undefined) return;
  core.put(record, chainIdsOf(below, blob, diffId));
}

function idsBelow(
  core: Core,
  parent: CacheRecord,
  exported: ReadonlySet<string>,
): { chainId: string; blobChainId: string } | undefined {
  const { chainId: below, blobChainId } = parent.fields;
  const isExported = exported.has(parent.id);
  if (!isExported && core.quirks.foreignParentHasEmptyChain) return { chainId: '', blobChainId: '' };
  if (below !== undefined && blobChainId !== undefined) return { chainId: below, blobChainId };
  if (!isExported) return undefined;
  throw new StoreError('failedPrecondition', `record ${parent.id} has no chain id to build on`, {
    id: parent.id,
  });
}

function putMergeIds(core: Core, record: CacheRecord, exported: ReadonlySet<string>): void {
  const [first, ...others] = record.parents.merge ?? [];
  let { chainId: content, blobChainId: blobs } = first.record.fields;
  if (content === undefined || blobs === undefined) return;
  for (const { record: layer } of others.flatMap(layerChain)) {
    const { blob, diffId } = layer.fields;
    if (blob === undefined || diffId === undefined || !exported.has(layer.id)) return;
    content = chainId(content, diffId);
    blobs = chainId(blobs, chainId(blob, diffId));
  }
  core.put(record, { chainId: content, blobChainId: blobs });
}
