import type { CacheRecord, Hold } from './cacheRecord';

/** A record with the providers that came along with it; a hold is one. */
export type Layer = Pick<Hold, 'record' | 'providers'>;

/**
 * The records whose layers make up a record's content, lowest first. A diff that is just its upper's top layer stands for
 * that layer, any other for itself.
 */
export function layerChain(top: Layer): Layer[] {
  const chain: Layer[] = [];
  // Walked from the top down and turned round, so that no chain is too long.
  const pending = [top];
  for (let layer = pending.pop(); layer !== undefined; layer = pending.pop()) {
    const { record } = layer;
    switch (record.kind) {
      case 'merge':
        pending.push(...(record.parents.merge ?? []));
        break;
      case 'diff':
        chain.push(singleLayerOf(record) ?? layer);
        break;
      case 'layer':
        chain.push(layer);
        if (record.parents.layer !== undefined) pending.push(record.parents.layer);
        break;
      case 'base':
        chain.push(layer);
    }
  }
  return chain.reverse();
}

/** The upper side of a diff, where the diff is exactly that record's own layer. */
function singleLayerOf({ parents: { lower, upper } }: CacheRecord): Layer | undefined {
  if (upper === undefined) return undefined;
  if (lower === undefined) return upper.record.kind === 'base' ? upper : undefined;
  return upper.record.parents.layer?.record.id === lower.record.id ? upper : undefined;
}

/** Digests of the blobs of a record's layers, lowest first; empty text where a layer has none. */
export function layerDigests(top: CacheRecord): string[] {
  const digests: string[] = [];
  const pending = [top];
  for (let record = pending.pop(); record !== undefined; record = pending.pop()) {
    const { merge, layer, upper } = record.parents;
    const blob = record.fields.blob ?? '';
    if (merge !== undefined) {
      pending.push(...merge.map((hold) => hold.record));
    } else if (record.kind === 'diff' && blob === '' && upper !== undefined) {
      pending.push(upper.record);
    } else {
      digests.push(blob);
      if (layer !== undefined) pending.push(layer.record);
    }
  }
  return digests.reverse();
}
