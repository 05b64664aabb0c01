import { perIndex } from './perIndex';

/** Bytes of a 64-bit number: the digits that it is sorted by. */
const digitCount = 8;

/**
 * Puts the indices in `start` in ascending order of `keys`; unknown keys (NaN) last, equal ones as they are in
 * `start`. A radix sort over the bytes of the numbers: linear, and for 100,000 several times as fast as sorting with
 * a comparison function.
 */
export function sortedBy(keys: Float64Array, start: Uint32Array): Uint32Array {
  const digits = sortableDigits(keys, start);
  const places = new Uint32Array(256);
  let from = naturalOrder(start.length);
  let to = naturalOrder(start.length);
  for (let digit = 0; digit < digitCount; digit++) {
    if (!findPlaces(digits, digit, places)) continue;
    putInPlace(digits, digit, places, from, to);
    [from, to] = [to, from];
  }
  for (let i = 0; i < from.length; i++) from[i] = start[from[i]];
  return from;
}

/** Fills `places` with the first position of each value of a digit; false if there is only one value. */
function findPlaces(digits: Uint8Array, digit: number, places: Uint32Array): boolean {
  places.fill(0);
  for (let i = digit; i < digits.length; i += digitCount) places[digits[i]]++;
  if (places.includes(digits.length / digitCount)) return false;
  let place = 0;
  for (let value = 0; value < places.length; value++) {
    const count = places[value];
    places[value] = place;
    place += count;
  }
  return true;
}

function putInPlace(
  digits: Uint8Array,
  digit: number,
  places: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
): void {
  for (const position of from) {
    to[places[digits[position * digitCount + digit]]++] = position;
  }
}

/**
 * The key of each index as bytes, lowest first, which read as one whole number have the order of the keys: of two
 * positive numbers the larger has the larger bits; negative ones sort the other way round, below all positive.
 */
function sortableDigits(keys: Float64Array, start: Uint32Array): Uint8Array {
  const values = new Float64Array(start.length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < start.length; i++) {
    const key = keys[start[i]];
    values[i] = Number.isNaN(key) ? Infinity : key + 0;
    const negative = words[2 * i + 1] >>> 31 === 1;
    words[2 * i] ^= negative ? 0xffffffff : 0;
    words[2 * i + 1] ^= negative ? 0xffffffff : 0x80000000;
  }
  return new Uint8Array(values.buffer);
}

/** The positions of `texts`, sorted by their text in UTF-16 order; equal texts keep their order. */
export function sortedByText(texts: readonly string[]): Uint32Array {
  const keys = new Float64Array(texts.length);
  for (let i = 0; i < texts.length; i++) keys[i] = beginningKey(texts[i]);
  const order = sortedBy(keys, naturalOrder(texts.length));
  const compare = (a: number, b: number) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b);
  let runStart = 0;
  for (let i = 1; i <= order.length; i++) {
    if (i < order.length && keys[order[i]] === keys[order[runStart]]) continue;
    if (i - runStart > 1) order.subarray(runStart, i).sort(compare);
    runStart = i;
  }
  return order;
}

/** The first six characters as one number in their order, up to the first outside Latin-1, which all count as one. */
function beginningKey(text: string): number {
  let key = 0;
  let isLatin1 = true;
  for (let i = 0; i < 6; i++) {
    const code: number = isLatin1 && i < text.length ? Math.min(text.charCodeAt(i), 256) + 1 : 0;
    if (code > 256) isLatin1 = false;
    key = key * 258 + code;
  }
  return key;
}

/** 0, 1, 2 ... */
export function naturalOrder(count: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

/** The position of each index in `order`. */
export function ranks(order: Uint32Array): Uint32Array {
  const result = new Uint32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) result[order[rank]] = rank;
  return result;
}

/** All record indices, by id. */
export const idOrder = perIndex((index) => sortedByText(index.inventory.records.map(({ id }) => id)));

/** All record indices, oldest first, then by id; those without a creation time last. */
export const creationOrder = perIndex((index) => {
  const { records } = index.inventory;
  const times = new Float64Array(records.length);
  const nanos = new Float64Array(records.length);
  for (let i = 0; i < records.length; i++) {
    const { createdAt, createdAtNanos } = records[i];
    times[i] = createdAt ?? Number.NaN;
    nanos[i] = createdAt === undefined ? 0 : (createdAtNanos ?? 0);
  }
  return sortedBy(times, sortedBy(nanos, idOrder(index)));
});
