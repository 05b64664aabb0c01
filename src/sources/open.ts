import { resolve } from 'node:path';
import { openBuildkitRoot } from './buildkitRoot/buildkitRootSource';
import { loadLocalStores } from './local/loadLocalStores';
import { storeIn } from './local/storeFolder';
import type { CacheSource } from './source';

/**
 * Finds out which kind of cache stands at a path, and opens it. Nothing is read before `read` is called.
 * @throws CacheError with words for a person when there is no cache.
 */
export async function openCache(path: string): Promise<CacheSource> {
  const location = resolve(path);
  if ((await storeIn(location)) !== undefined) return (await loadLocalStores()).source(location);
  return await openBuildkitRoot(location);
}
