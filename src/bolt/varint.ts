/**
 * Unsigned LEB128 as Go's `binary.PutUvarint` writes it; containerd stores snapshot ids so.
 * `undefined` unless the bytes are exactly one number of at most 64 bits.
 */
export function readUvarint(bytes: Uint8Array): bigint | undefined {
  const read = readUvarintAt(bytes, 0);
  return read?.end === bytes.length ? read.value : undefined;
}

/** The unsigned LEB128 number that starts at `at`, and where it ends; for numbers followed by something else. */
export function readUvarintAt(bytes: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let length = 0; length < 10; length++) {
    if (at + length >= bytes.length) {
      return undefined;
    }
    const byte = bytes[at + length];
    if (length === 9 && byte > 1) {
      return undefined;
    }
    value |= BigInt(byte & 0x7f) << BigInt(7 * length);
    if (byte < 0x80) {
      return { value, end: at + length + 1 };
    }
  }
  return undefined;
}

/**
 * Zig-zag LEB128 as Go's `binary.PutVarint` writes it; containerd stores sizes and its schema version so.
 * `undefined` unless the bytes are exactly one number of at most 64 bits.
 */
export function readVarint(bytes: Uint8Array): bigint | undefined {
  const unsigned = readUvarint(bytes);
  if (unsigned === undefined) {
    return undefined;
  }
  return unsigned & 1n ? -(unsigned >> 1n) - 1n : unsigned >> 1n;
}
