import { fnv1a64 } from '../../src/bolt/fnv1a';

/** Numbers from 0 up to but not including 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that overflow, wrap or just miss something. */
const oddNumbers = [
  0, 1, 2, 3, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
];

/**
 * A damaged copy of a file made of pages, with one to four faults: a flipped bit, a byte, a number in a page header or element table,
 * a number in a meta page with a checksum that agrees, two pages swapped, a page copied over another, a stretch of zeros or of noise.
 * Of some the end is cut off.
 */
export function mutate(original: Buffer, pageSize: number, random: () => number): Buffer {
  const bytes = Buffer.from(original);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pageCount = Math.max(1, Math.floor(bytes.length / pageSize));
  const pageAt = (): number => below(pageCount) * pageSize;
  const page = Buffer.alloc(pageSize);
  const faults: (() => void)[] = [
    () => (bytes[below(bytes.length)] ^= 1 << below(8)),
    () => (bytes[below(bytes.length)] = below(256)),
    () => writeOdd(bytes, pageAt() + 4 * below(4), oddNumbers[below(oddNumbers.length)]),
    () => writeOdd(bytes, pageAt() + 4 * below(64), oddNumbers[below(oddNumbers.length)]),
    () => writeOdd(bytes, pageAt() + 16 + 4 * below(64), below(pageCount + 2)),
    () => {
      const [left, right] = [pageAt(), pageAt()];
      bytes.copy(page, 0, left, left + pageSize);
      bytes.copy(bytes, left, right, right + pageSize);
      page.copy(bytes, right);
    },
    () => writeOddMeta(bytes, pageSize * below(2), 24 + 4 * below(12), oddNumbers[below(oddNumbers.length)]),
    () => bytes.copy(bytes, pageAt(), pageAt(), pageAt() + pageSize),
    () => bytes.fill(0, below(bytes.length), below(bytes.length)),
    () => {
      const start = below(bytes.length);
      for (let at = start; at < Math.min(bytes.length, start + 200); at++) {
        bytes[at] = below(256);
      }
    },
  ];
  for (let times = 1 + below(4); times > 0; times--) {
    faults[below(faults.length)]();
  }
  return random() < 0.1 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

function writeOdd(bytes: Buffer, at: number, value: number): void {
  if (at + 4 <= bytes.length) {
    bytes.writeUInt32LE(value, at);
  }
}

function writeOddMeta(bytes: Buffer, page: number, field: number, value: number): void {
  if (page + 80 <= bytes.length) {
    bytes.writeUInt32LE(value, page + field);
    bytes.writeBigUInt64LE(fnv1a64(bytes.subarray(page + 16, page + 72)), page + 72);
  }
}
