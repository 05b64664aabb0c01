import { elementLength, pageHeaderLength } from './layout';
import { readUint32 } from './littleEndian';
import type { PageView } from './pageView';

/**
 * Index of the last element whose key is not above `key`; -1 if there is none.
 * Elements that cannot be trusted are passed over.
 */
export function lastNotAbove(view: PageView, key: Uint8Array): number {
  if (view.sound !== undefined) {
    return lastSoundNotAbove(view, view.sound, key);
  }
  let low = 0;
  let high = view.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKey(view, middle, key) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** Negative, zero or positive as the key of element `index` stands before, at or behind `key` in byte order. */
export function compareKey({ buffer, start, isLeaf }: PageView, index: number, key: Uint8Array): number {
  const at = start + pageHeaderLength + elementLength * index;
  const keyStart = at + readUint32(buffer, at + (isLeaf ? 4 : 0));
  const keyEnd = keyStart + readUint32(buffer, at + (isLeaf ? 8 : 4));
  return buffer.compare(key, 0, key.length, keyStart, keyEnd);
}

function lastSoundNotAbove(view: PageView, sound: Uint8Array, key: Uint8Array): number {
  for (let index = view.count - 1; index >= 0; index--) {
    if (sound[index] === 1 && compareKey(view, index, key) <= 0) {
      return index;
    }
  }
  return -1;
}
