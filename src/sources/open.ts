import { resolve } from 'node:path';
import { openBuildkitRoot } from './buildkitRoot/buildkitRootSource';
import type { CacheSource } from './source';

/**
 * Finds out which kind of cache stands at a path, and opens it. Nothing is read before `read` is called.
 * @throws CacheError with words for a person when there is no cache.
 */
export async function openCache(path: string): Promise<CacheSource> {
  return await openBuildkitRoot(resolve(path));
}
