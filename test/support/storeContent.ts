import { createHash } from 'node:crypto';
import type { ContentStore } from '../../src/store/contentStore';
import type { Labels } from '../../src/store/labels';

export function digestOf(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Uploads a text and gives its digest. */
export async function putText(
  content: ContentStore,
  text: string,
  options: { lease?: string; labels?: Labels } = {},
): Promise<string> {
  const lease = options.lease === undefined ? {} : { lease: options.lease };
  const writer = await content.writer({ ref: `put-${text}`, ...lease });
  try {
    await writer.write(Buffer.from(text));
    return (await writer.commit(options.labels === undefined ? {} : { labels: options.labels })).digest;
  } finally {
    await writer.close();
  }
}

/** All bytes of a blob, or of a part of it, as text. */
export async function readText(
  content: ContentStore,
  digest: string,
  part: { offset?: number; size?: number } = {},
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await content.reader(digest, part)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
