import { readUint32 } from './littleEndian';

/** Bytes of a page header, and of each entry of the table that follows it, in branch and leaf pages alike. */
export const pageHeaderLength = 16;
export const elementLength = 16;

/**
 * The contents of a branch or leaf page: a table of elements, then the bytes of all keys and values without gaps, in the order of the
 * table. bbolt always writes pages so, which makes a wrong count, position or length visible.
 */
export interface PageArea {
  readonly buffer: Buffer;
  /** Where the page header begins in `buffer`. */
  readonly start: number;
  /** Where the bytes of the page end in `buffer`. */
  readonly end: number;
  readonly count: number;
  readonly isLeaf: boolean;
}

/**
 * Checks that the page is laid out as bbolt writes pages; its element table must lie inside it.
 * @returns `undefined` if it is; else a 1 for each element that can be trusted all the same.
 */
export function checkLayout(area: PageArea): Uint8Array | undefined {
  return isLaidOut(area) ? undefined : soundElements(area);
}

/** Whether the keys begin right behind the element table, so that its length is right. */
export function hasSoundTable(area: PageArea): boolean {
  return elementStart(area, 0) === area.start + pageHeaderLength + elementLength * area.count;
}

function isLaidOut({ buffer, start, end, count, isLeaf }: PageArea): boolean {
  const table = start + pageHeaderLength;
  let expected = table + elementLength * count;
  if (isLeaf) {
    for (let at = table, last = expected; at < last; at += elementLength) {
      const keyLength = readUint32(buffer, at + 8);
      if (readUint32(buffer, at) > 1 || keyLength === 0 || at + readUint32(buffer, at + 4) !== expected) {
        return false;
      }
      expected += keyLength + readUint32(buffer, at + 12);
    }
  } else {
    for (let at = table, last = expected; at < last; at += elementLength) {
      const keyLength = readUint32(buffer, at + 4);
      if (keyLength === 0 || at + readUint32(buffer, at) !== expected) {
        return false;
      }
      expected += keyLength;
    }
  }
  return expected <= end;
}

/**
 * An element with a wrong position disagrees with both neighbours, one with a wrong length only with the next. So an element is
 * sound if the next one begins where it ends, or if it begins where the one before ends and the next is itself the wrong one.
 * Sound elements never share bytes, or a small page could hold any number of inline buckets.
 */
function soundElements(area: PageArea): Uint8Array {
  const { count, start, end } = area;
  const sound = new Uint8Array(count);
  const isLinked = (index: number): boolean =>
    index < 0
      ? hasSoundTable(area)
      : index + 1 >= count || elementEnd(area, index) === elementStart(area, index + 1);
  let unused = start + pageHeaderLength + elementLength * count;
  for (let index = 0; index < count; index++) {
    const fits =
      isElement(area, index) && elementStart(area, index) >= unused && elementEnd(area, index) <= end;
    const agrees =
      index + 1 === count
        ? isLinked(index - 1)
        : isLinked(index) || (isLinked(index - 1) && !isLinked(index + 1));
    if (fits && agrees) {
      sound[index] = 1;
      unused = elementEnd(area, index);
    }
  }
  return sound;
}

function elementAt({ start }: PageArea, index: number): number {
  return start + pageHeaderLength + elementLength * index;
}

function isElement(area: PageArea, index: number): boolean {
  const at = elementAt(area, index);
  return area.isLeaf
    ? readUint32(area.buffer, at) <= 1 && readUint32(area.buffer, at + 8) > 0
    : readUint32(area.buffer, at + 4) > 0;
}

function elementStart(area: PageArea, index: number): number {
  const at = elementAt(area, index);
  return at + readUint32(area.buffer, at + (area.isLeaf ? 4 : 0));
}

function elementEnd(area: PageArea, index: number): number {
  const at = elementAt(area, index);
  const { buffer } = area;
  const length = area.isLeaf
    ? readUint32(buffer, at + 8) + readUint32(buffer, at + 12)
    : readUint32(buffer, at + 4);
  return elementStart(area, index) + length;
}
