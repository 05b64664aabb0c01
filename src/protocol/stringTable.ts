import type { StringTable } from './graphColumns';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Packs strings into one UTF-8 buffer of exactly the bytes needed. Half of a surrogate pair has no UTF-8 form and
 * comes back as U+FFFD.
 */
export function encodeStrings(strings: readonly string[]): StringTable {
  const offsets = new Uint32Array(strings.length + 1);
  let bytes = new Uint8Array(strings.reduce((sum, text) => sum + text.length, 0));
  let end = 0;
  strings.forEach((text, i) => {
    let { read, written } = encoder.encodeInto(text, bytes.subarray(end));
    if (read < text.length) {
      bytes = grow(bytes, end + text.length * 3);
      ({ read, written } = encoder.encodeInto(text, bytes.subarray(end)));
    }
    end += written;
    offsets[i + 1] = end;
  });
  return { bytes: bytes.slice(0, end), offsets };
}

/** String `index` of the table; the empty string outside of it. */
export function decodeString(table: StringTable, index: number): string {
  return decoder.decode(table.bytes.subarray(table.offsets[index], table.offsets[index + 1]));
}

function grow(bytes: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(needed, bytes.length * 2));
  grown.set(bytes);
  return grown;
}
