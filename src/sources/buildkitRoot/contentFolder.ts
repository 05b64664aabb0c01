import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failureKind } from './fileKind';
import { permissionAdvice } from './boltAdvice';
import type { ReadContext } from './readContext';

/**
 * The digests of the complete blobs in a content store, by the names of its files (`blobs/<algorithm>/<hex>`). Undefined when the
 * store cannot be seen; that is then a note.
 */
export async function readBlobNames(folder: string, context: ReadContext): Promise<Set<string> | undefined> {
  const blobs = join(folder, 'blobs');
  const began = performance.now();
  const digests = new Set<string>();
  try {
    for (const algorithm of await readdir(blobs)) {
      for (const hex of await readdir(join(blobs, algorithm))) {
        digests.add(`${algorithm}:${hex}`);
        if (context.pacer.due) {
          await context.pacer.pause();
        }
      }
    }
  } catch (error) {
    const why = failureKind(error);
    if (why === 'unreadable') {
      throw error;
    }
    context.notes.add(
      why === 'missing'
        ? {
            severity: 'info',
            file: context.relative(blobs),
            message: `There is no content store at ${context.relative(blobs)}, so which blobs are there is told by the database alone.`,
          }
        : {
            severity: 'warning',
            file: context.relative(blobs),
            message: `The content store at ${context.relative(blobs)} may not be read, so which blobs are there is told by the database alone. ${permissionAdvice}`,
          },
    );
    return undefined;
  }
  context.log(
    `${context.relative(blobs)}: ${digests.size} blobs, ${Math.round(performance.now() - began)} ms`,
  );
  return digests;
}
