import type { BoltCursor } from './cursor';
import { elementLength, pageHeaderLength } from './layout';
import { readUint16, readUint32 } from './littleEndian';

const bucketHeaderLength = 16;
const leafFlag = 2;
const noBytes = Buffer.alloc(0);

/**
 * Walks over the values of an inline bucket where it lies in the page, one bucket after the other, without making anything: most
 * buckets of a database are small and inline, and there can be a hundred thousand of them.
 *
 * It only enters buckets that are laid out exactly as bbolt writes them. Any other is for `BoltCursor.bucket`, which tells what is wrong.
 */
export class InlineEntries {
  /** Holds the bytes of the current entry, among others; valid until the cursor that stands on the bucket goes on. */
  page: Buffer = noBytes;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  /** Where the current element of the page's table begins. */
  private element = 0;
  private left = 0;

  /** Stands in front of the first entry of the bucket that the cursor is on; false if it cannot be entered. */
  enter({ page, isBucket, valueStart, valueEnd }: BoltCursor): boolean {
    const header = valueStart + bucketHeaderLength;
    const table = header + pageHeaderLength;
    if (
      !isBucket ||
      table > valueEnd ||
      readUint32(page, valueStart) !== 0 ||
      readUint32(page, valueStart + 4) !== 0
    ) {
      return false;
    }
    const count = readUint16(page, header + 10);
    let expected = table + count * elementLength;
    if (readUint16(page, header + 8) !== leafFlag || expected > valueEnd) {
      return false;
    }
    for (let element = table, end = expected; element < end; element += elementLength) {
      const keyLength = readUint32(page, element + 8);
      if (
        readUint32(page, element) !== 0 ||
        keyLength === 0 ||
        element + readUint32(page, element + 4) !== expected
      ) {
        return false;
      }
      expected += keyLength + readUint32(page, element + 12);
    }
    this.page = page;
    this.element = table - elementLength;
    this.left = count;
    this.valueEnd = table + count * elementLength;
    return expected <= valueEnd;
  }

  /** Goes to the next entry; false after the last one. */
  next(): boolean {
    if (this.left === 0) {
      return false;
    }
    this.left--;
    this.element += elementLength;
    // One entry begins where the one before it ends.
    this.keyStart = this.valueEnd;
    this.keyEnd = this.valueStart = this.keyStart + readUint32(this.page, this.element + 8);
    this.valueEnd = this.valueStart + readUint32(this.page, this.element + 12);
    return true;
  }

  /** The key as text; bytes that are not UTF-8 are replaced. */
  keyText(): string {
    return this.page.toString('utf8', this.keyStart, this.keyEnd);
  }
}
