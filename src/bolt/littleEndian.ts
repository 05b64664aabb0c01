/** Unsigned 32-bit little-endian number at `at`; 0 for bytes that are not there. Faster than the reading methods of Buffer. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** Unsigned 16-bit little-endian number at `at`. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** Unsigned 64-bit little-endian number at `at`; exact up to 2^53, and above 2^53 for anything larger. */
export function readUint64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readUint32(bytes, at + 4) * 0x1_0000_0000;
}
