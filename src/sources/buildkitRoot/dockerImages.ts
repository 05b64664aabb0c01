import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureKind } from './fileKind';
import { permissionAdvice } from './boltAdvice';
import type { ReadContext } from './readContext';

/**
 * The chain ids of all layers of all images of a Docker engine with a storage driver, from its image store `image/<driver>/imagedb`.
 * Undefined where that cannot be seen; then a note says why.
 */
export async function dockerImageChains(
  imageFolder: string,
  context: ReadContext,
): Promise<Set<string> | undefined> {
  const began = performance.now();
  try {
    const drivers = await readdir(imageFolder);
    if (drivers.length !== 1) {
      noteUnseen(
        imageFolder,
        `there are image stores of ${drivers.length} storage drivers, and nothing says which is in use`,
        context,
      );
      return undefined;
    }
    const folder = join(imageFolder, drivers[0], 'imagedb', 'content', 'sha256');
    const chains = new Set<string>();
    const images = await readdir(folder);
    for (const image of images) {
      addChains(await readFile(join(folder, image), 'utf8'), chains);
      if (context.pacer.dueNow) {
        await context.pacer.pause();
      }
    }
    context.log(
      `${context.relative(folder)}: ${images.length} images, ${Math.round(performance.now() - began)} ms`,
    );
    return chains;
  } catch (error) {
    switch (failureKind(error)) {
      case 'missing':
        noteUnseen(imageFolder, 'the image store is not beside it', context);
        return undefined;
      case 'noPermission':
        noteUnseen(imageFolder, `the image store may not be read. ${permissionAdvice}`, context);
        return undefined;
      case 'unreadable':
        throw error;
    }
  }
}

function noteUnseen(folder: string, why: string, context: ReadContext): void {
  context.notes.add({
    severity: 'warning',
    file: context.relative(folder),
    message: `Which records are shared with images is unknown: ${why}.`,
  });
}

/** Each layer's chain id: the first diff id itself, then the digest of the chain id below and the next diff id. */
function addChains(image: string, chains: Set<string>): void {
  let chain: string | undefined;
  for (const diffId of diffIds(image)) {
    chain =
      chain === undefined
        ? diffId
        : `sha256:${createHash('sha256').update(`${chain} ${diffId}`).digest('hex')}`;
    chains.add(chain);
  }
}

function diffIds(image: string): string[] {
  let config: unknown;
  try {
    config = JSON.parse(image);
  } catch {
    // A damaged image is no image that could share anything.
    return [];
  }
  const rootfs = isObject(config) ? config.rootfs : undefined;
  const ids = isObject(rootfs) ? rootfs.diff_ids : undefined;
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
