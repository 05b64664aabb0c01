import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { failureKind } from './fileKind';
import type { RootLayout } from './rootLayout';

/** What may be part of a file's name; digests come from files that are not trusted. */
const digestForm = /^(sha256|sha384|sha512):([0-9a-f]{64,128})$/;

/** The bytes of a blob from the first content store that has it (`blobs/<algorithm>/<hex>`); undefined when none has. */
export async function openBlobFile(
  { workers }: RootLayout,
  digest: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const form = digestForm.exec(digest);
  if (form === null) return undefined;
  const [, algorithm, hex] = form;
  for (const folder of new Set(workers.flatMap(({ contentFolder }) => contentFolder ?? []))) {
    try {
      const file = await open(join(folder, 'blobs', algorithm, hex), 'r');
      return file.createReadStream();
    } catch (error) {
      if (failureKind(error) !== 'missing') throw error;
    }
  }
  return undefined;
}
