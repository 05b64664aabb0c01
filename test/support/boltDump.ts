import type { BoltBucket } from '../../src/bolt/bucket';
import type { BoltDatabase } from '../../src/bolt/database';

/** A name or value in a dump: text where it is printable UTF-8, else its bytes. */
export type DumpBytes = string | { readonly b64: string };

/** One line of a dump: a bucket with its sequence, or a key with its value; paths begin at the top. */
export type DumpLine =
  | { readonly b: readonly DumpBytes[]; readonly seq: number }
  | { readonly k: readonly DumpBytes[]; readonly v: DumpBytes };

/** The whole database in cursor order, as the dumps beside the fixtures have it: a bucket's own line comes before its contents. */
export function* dumpDatabase(database: BoltDatabase): Generator<DumpLine> {
  yield* dumpBucket(database.root, []);
}

function* dumpBucket(bucket: BoltBucket, path: readonly DumpBytes[]): Generator<DumpLine> {
  const cursor = bucket.cursor();
  while (cursor.next()) {
    const entryPath = [...path, toDumpBytes(cursor.key())];
    if (cursor.isBucket) {
      const child = cursor.bucket();
      yield { b: entryPath, seq: Number(child.sequence) };
      yield* dumpBucket(child, entryPath);
    } else {
      yield { k: entryPath, v: toDumpBytes(cursor.value()) };
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function toDumpBytes(bytes: Buffer): DumpBytes {
  try {
    const text = utf8.decode(bytes);
    return isPrintable(text) ? text : { b64: bytes.toString('base64') };
  } catch {
    return { b64: bytes.toString('base64') };
  }
}

/** Text without control characters below the space, but for tab and line feed. */
function isPrintable(text: string): boolean {
  return /^[\n\t\u0020-\u{10ffff}]*$/u.test(text);
}
