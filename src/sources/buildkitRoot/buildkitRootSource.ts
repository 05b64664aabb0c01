import { basename, dirname } from 'node:path';
import type { SourceInfo } from '../../model/inventory';
import type { CacheSource } from '../source';
import { openBlobFile } from './blobFile';
import { detectLayout } from './detectLayout';
import { readRoot } from './readRoot';

/** Opens BuildKit's files at a path. Nothing but the names of files is looked at yet. @throws CacheError */
export async function openBuildkitRoot(path: string): Promise<CacheSource> {
  const layout = await detectLayout(path);
  const info: SourceInfo = {
    kind: 'buildkitRoot',
    label: labelOf(path),
    location: path,
    layout: layout.words,
  };
  return {
    info,
    capabilities: { canPrune: false, hasLeases: true, canWatch: false },
    // What stands there may be another layout by the time it is read again.
    read: async (options = {}) => await readRoot(info, await detectLayout(path), options),
    openBlob: async (digest) => await openBlobFile(layout, digest),
  };
}

/** The name of what was opened; of a Docker volume, the name of the volume rather than that of the folder in it. */
function labelOf(path: string): string {
  const name = basename(path);
  return name === '_data' ? basename(dirname(path)) : name === '' ? path : name;
}
