import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerdImage } from './containerdDatabase';
import type { ReadContext } from './readContext';

/** Manifests and indexes are small; anything larger is not one. */
const largestManifest = 8 * 1024 * 1024;

/** An index may point to further indexes; deeper nesting than this does not occur. */
const deepestIndex = 4;

/**
 * The layers of every image in containerd's store, for each platform whose manifest is there: digests from the lowest up. A manifest
 * that was never fetched says nothing.
 */
export async function imageLayers(
  images: readonly ContainerdImage[],
  contentFolder: string,
  context: ReadContext,
): Promise<string[][]> {
  const layers: string[][] = [];
  const seen = new Set<string>();
  const visit = async (digest: string, depth: number): Promise<void> => {
    if (seen.has(digest) || depth > deepestIndex) {
      return;
    }
    seen.add(digest);
    const manifest = await readManifest(contentFolder, digest);
    const ofImage = digestList(manifest?.layers);
    if (ofImage.length > 0) {
      layers.push(ofImage);
    }
    for (const next of digestList(manifest?.manifests)) {
      await visit(next, depth + 1);
    }
    if (context.pacer.dueNow) {
      await context.pacer.pause();
    }
  };
  for (const { target } of images) {
    await visit(target, 0);
  }
  return layers;
}

async function readManifest(folder: string, digest: string): Promise<Record<string, unknown> | undefined> {
  const parts = /^([a-z0-9]+):([0-9a-f]+)$/.exec(digest);
  if (parts === null) {
    return undefined;
  }
  const path = join(folder, 'blobs', parts[1], parts[2]);
  try {
    if ((await stat(path)).size > largestManifest) {
      return undefined;
    }
    const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isObject(manifest) ? manifest : undefined;
  } catch {
    // Not fetched, not to be read, or no JSON: no manifest that we know of.
    return undefined;
  }
}

function digestList(list: unknown): string[] {
  return Array.isArray(list)
    ? list.flatMap((entry: unknown) =>
        isObject(entry) && typeof entry.digest === 'string' ? [entry.digest] : [],
      )
    : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
