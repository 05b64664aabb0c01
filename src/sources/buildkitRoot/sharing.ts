import type { CacheRecord } from '../../model/record';
import type { Pacer } from './pacer';
import { parentsOf, type ParentGraph } from './parentGraph';

/** Marks the records that the rule confirms, and everything that those stand on, as BuildKit's disk usage does. */
export function sharedWithParents(
  count: number,
  graph: ParentGraph,
  isShared: (index: number) => boolean,
): boolean[] {
  const shared = new Array<boolean>(count).fill(false);
  for (let index = 0; index < count; index++) {
    const waiting = !shared[index] && isShared(index) ? [index] : [];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!shared[next]) {
        shared[next] = true;
        waiting.push(...parentsOf(graph, next).filter((parent) => parent !== -1));
      }
    }
  }
  return shared;
}

/**
 * The rule of a worker on containerd: shared are records whose layers, from the lowest up, are exactly all the layers of an image.
 * @param images the layer digests of each image, lowest first.
 */
export async function sharesWithImages(
  records: readonly CacheRecord[],
  graph: ParentGraph,
  images: readonly (readonly string[])[],
  pacer: Pacer,
): Promise<(index: number) => boolean> {
  const wanted = new Set(images.filter((layers) => layers.length > 0).map((layers) => layers.join(' ')));
  const longest = Math.max(0, ...images.map((layers) => layers.length));
  const chains = wanted.size === 0 ? [] : await digestChains(records, graph, longest, pacer);
  return (index) => wanted.has(chains[index]?.join(' ') ?? '');
}

/**
 * The layer digests of each record, lowest first; undefined for chains that hold a layer without a digest or more than `longest`, which
 * equal no image's. A diff without a blob of its own stands for its upper parent.
 */
async function digestChains(
  records: readonly CacheRecord[],
  graph: ParentGraph,
  longest: number,
  pacer: Pacer,
): Promise<(readonly string[] | undefined)[]> {
  const chains = new Array<readonly string[] | undefined>(records.length);
  await pacer.forEach(graph.parentsFirst.subarray(0, graph.acyclicCount), (index) => {
    const { blob, kind, parents } = records[index];
    const below = Array.from(parentsOf(graph, index), (parent) =>
      parent === -1 ? undefined : chains[parent],
    );
    const own = blob === undefined ? undefined : [blob];
    const upper = parents.findIndex(({ role }) => role === 'upper');
    const parts = kind === 'merge' ? below : kind === 'layer' ? [...below, own] : [own ?? below[upper]];
    const chain = parts.flatMap((part) => part ?? []);
    if (parts.every((part) => part !== undefined) && chain.length <= longest) {
      chains[index] = chain;
    }
  });
  return chains;
}
