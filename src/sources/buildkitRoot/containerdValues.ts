import { readVarint } from '../../bolt/varint';

/** Values as containerd stores them, read where they lie: there are hundreds of thousands of them in a large cache. */

/** Where a value lies. */
export interface ValuePlace {
  readonly page: Buffer;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Seconds from the year 1, where Go's times begin, to the Unix epoch. */
const secondsBeforeEpoch = 62_135_596_800;
const shortestTime = 15;

export function textOf({ page, valueStart, valueEnd }: ValuePlace): string {
  return page.toString('utf8', valueStart, valueEnd);
}

/** A time of Go's binary form as whole milliseconds since the epoch; undefined for other bytes. */
export function timeOf({ page, valueStart, valueEnd }: ValuePlace): number | undefined {
  const version = valueEnd > valueStart ? page[valueStart] : 0;
  if ((version !== 1 && version !== 2) || valueEnd - valueStart !== shortestTime + version - 1) {
    return undefined;
  }
  const seconds = page.readInt32BE(valueStart + 1) * 0x1_0000_0000 + page.readUInt32BE(valueStart + 5);
  const nanoseconds = page.readInt32BE(valueStart + 9);
  const ms = (seconds - secondsBeforeEpoch) * 1000 + Math.floor(nanoseconds / 1_000_000);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** A size or count; undefined when it is not one. */
export function sizeOf({ page, valueStart, valueEnd }: ValuePlace): number | undefined {
  const size = smallVarint(page, valueStart, valueEnd) ?? readVarint(page.subarray(valueStart, valueEnd));
  return size !== undefined && size >= 0 && size <= Number.MAX_SAFE_INTEGER ? Number(size) : undefined;
}

/** A zig-zag number of up to four bytes, without the detour over big integers. */
function smallVarint(page: Buffer, start: number, end: number): number | undefined {
  if (end === start || end - start > 4 || page[end - 1] >= 0x80) {
    return undefined;
  }
  let value = 0;
  for (let at = end - 1; at >= start; at--) {
    if (at < end - 1 && page[at] < 0x80) {
      return undefined;
    }
    value = (value << 7) | (page[at] & 0x7f);
  }
  return value & 1 ? -((value + 1) >> 1) : value >> 1;
}
