import { BoltBucket } from './bucket';
import { elementLength, pageHeaderLength } from './layout';
import { readUint32, readUint64 } from './littleEndian';
import type { PageView } from './pageView';

/** Deeper trees of branch pages are taken for damage; a real one of 10 levels would fill any disk. */
const deepestTree = 64;
const noBytes = Buffer.alloc(0);

/** The children of one branch page, copied out of it, and how many of them were visited. */
interface BranchLevel {
  children: number[];
  /** File positions of the entries that lead to the children. */
  owners: number[];
  next: number;
}

/**
 * Walks once over the entries of a bucket, in the order of their keys.
 *
 * The fast way to read an entry is by the public fields: they point at its bytes without copying anything, and are valid until the
 * next call of `next`. What the methods return is copied and stays valid.
 */
export class BoltCursor {
  /** Holds the bytes of the current entry, among others. */
  page: Buffer = noBytes;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Whether the current entry is a bucket rather than a value. */
  isBucket = false;

  private readonly view: PageView;
  private readonly levels: BranchLevel[] = [];
  private depth = 0;
  private isStarted = false;
  private index = -1;
  private count = 0;
  /** Where the current element of the table begins in `page`. */
  private element = 0;
  private sound: Uint8Array | undefined;

  /** @internal */
  constructor(private readonly owner: BoltBucket) {
    this.view = owner.database.newView();
  }

  /**
   * Goes to the next entry; false after the last one.
   * @throws BoltError when a damaged page is met, unless damage is being reported; then goes on behind it.
   */
  next(): boolean {
    for (;;) {
      if (++this.index >= this.count) {
        if (!this.nextLeaf()) {
          return false;
        }
        continue;
      }
      this.element += elementLength;
      if (this.sound === undefined || this.sound[this.index] === 1) {
        this.showEntry();
        if (!this.isBucket || this.owner.canHold(this.view, this.valueEnd - this.valueStart)) {
          return true;
        }
      }
    }
  }

  /** The key as text; bytes that are not UTF-8 are replaced. */
  keyText(): string {
    return this.page.toString('utf8', this.keyStart, this.keyEnd);
  }

  key(): Buffer {
    return Buffer.from(this.page.subarray(this.keyStart, this.keyEnd));
  }

  value(): Buffer {
    return Buffer.from(this.page.subarray(this.valueStart, this.valueEnd));
  }

  /** The bucket of the current entry; only where `isBucket` is true. */
  bucket(): BoltBucket {
    if (!this.isBucket) {
      throw new TypeError('The current entry is a value, not a bucket.');
    }
    const place = this.view.position + this.element - this.view.start;
    return BoltBucket.child(this.owner, this.keyText(), this.view, this.valueStart, this.valueEnd, place);
  }

  private showEntry(): void {
    const { page, element } = this;
    this.isBucket = page[element] === 1;
    this.keyStart = element + readUint32(page, element + 4);
    this.keyEnd = this.valueStart = this.keyStart + readUint32(page, element + 8);
    this.valueEnd = this.valueStart + readUint32(page, element + 12);
  }

  /** Goes to the next leaf page and stands in front of its first element. */
  private nextLeaf(): boolean {
    const { view } = this;
    let isLoaded = !this.isStarted && this.owner.loadRoot(view);
    this.isStarted = true;
    for (;;) {
      if (isLoaded && view.isLeaf) {
        this.page = view.buffer;
        this.index = -1;
        this.count = view.count;
        this.element = view.start + pageHeaderLength - elementLength;
        this.sound = view.sound;
        return true;
      }
      if (isLoaded) {
        this.enterBranch();
      }
      if (this.depth === 0) {
        this.finish();
        return false;
      }
      isLoaded = this.loadNextPage();
    }
  }

  /** Shows the next child of the deepest branch page; false if that has no more, or if the child is damaged. */
  private loadNextPage(): boolean {
    const level = this.levels[this.depth - 1];
    const index = level.next++;
    if (index === level.children.length) {
      this.depth--;
      return false;
    }
    return this.owner.database.load(this.view, level.children[index], level.owners[index], this.owner);
  }

  private enterBranch(): void {
    const { view } = this;
    if (this.depth === deepestTree) {
      this.owner.database.damage('tooDeep', view.id, this.owner, `more than ${deepestTree} levels of pages.`);
      return;
    }
    const level = (this.levels[this.depth] ??= { children: [], owners: [], next: 0 });
    this.depth++;
    level.children.length = 0;
    level.owners.length = 0;
    level.next = 0;
    for (let index = 0; index < view.count; index++) {
      if (view.sound === undefined || view.sound[index] === 1) {
        const at = view.start + pageHeaderLength + elementLength * index;
        level.children.push(readUint64(view.buffer, at + 8));
        level.owners.push(view.position + at - view.start);
      }
    }
  }

  private finish(): void {
    this.view.release();
    this.page = noBytes;
    this.index = -1;
    this.count = 0;
  }
}
