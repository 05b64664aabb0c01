/** A moment as Go stores it: `ms` is whole epoch milliseconds (rounded down), `nanos` the 0 to 999,999 nanoseconds beyond them. */
export interface GoTime {
  readonly ms: number;
  readonly nanos: number;
}

/** Seconds from 0001-01-01T00:00:00Z, where Go's binary time begins, to the Unix epoch. */
const secondsBeforeEpoch = 62_135_596_800n;

/**
 * Go's `time.Time.MarshalBinary`: version byte, seconds (big-endian, 64 bits), nanoseconds (32 bits), zone offset in minutes
 * (16 bits), and in version 2 one more byte of offset seconds. The zone does not change the moment and is left out.
 * `undefined` for any other bytes, and for moments too far away to be counted in milliseconds exactly.
 */
export function readGoTime(bytes: Uint8Array): GoTime | undefined {
  const version = bytes[0];
  const length = version === 1 ? 15 : version === 2 ? 16 : 0;
  if (length === 0 || bytes.length !== length) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = Number(view.getBigInt64(1) - secondsBeforeEpoch);
  const nanoseconds = view.getInt32(9);
  const ms = seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
  if (nanoseconds < 0 || nanoseconds > 999_999_999 || !Number.isSafeInteger(ms)) {
    return undefined;
  }
  return { ms, nanos: nanoseconds % 1_000_000 };
}
