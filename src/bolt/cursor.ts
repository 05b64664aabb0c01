import type { BoltBucket } from './bucket';
import { elementLength, hasSoundTable, pageHeaderLength } from './layout';
import { readUint32, readUint64 } from './littleEndian';
import type { PageView } from './pageView';

/** Deeper trees of pages are taken for damage; a sound one of ten levels would fill any disk. */
const deepestTree = 64;
const noBytes = Buffer.alloc(0);

/** What was copied out of one branch page on the way down, and how many of its children were visited. */
interface BranchLevel {
  readonly children: number[];
  /** File positions of the elements that lead to the children. */
  readonly owners: number[];
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
  /** One for each branch page above the current leaf, from the root down; those from `depth` on wait to be used again. */
  private readonly levels: BranchLevel[] = [];
  private depth = 0;
  private isStarted = false;
  private index = -1;
  private count = 0;
  /** Where the current element of the page's table begins in `page`. */
  private element = 0;
  private sound: Uint8Array | undefined;

  /** @internal */
  constructor(private readonly owner: BoltBucket) {
    this.view = owner.pages.newView();
  }

  /**
   * Goes to the next entry; false after the last one.
   * @throws BoltError when it meets damage, unless damage is collected; then it goes on behind it.
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

  /**
   * The bucket of the current entry. It stays valid when the cursor goes on.
   * @throws TypeError if the entry is a value.
   */
  bucket(): BoltBucket {
    if (!this.isBucket) {
      throw new TypeError('The current entry is a value, not a bucket.');
    }
    const position = this.view.position + this.element - this.view.start;
    return this.owner.child(this.keyText(), this.view, this.valueStart, this.valueEnd, position);
  }

  private showEntry(): void {
    const { page, element } = this;
    this.isBucket = page[element] === 1;
    this.keyStart = element + readUint32(page, element + 4);
    this.keyEnd = this.valueStart = this.keyStart + readUint32(page, element + 8);
    this.valueEnd = this.valueStart + readUint32(page, element + 12);
  }

  /** Goes to the next leaf page and stands in front of its first element; false if there is none. */
  private nextLeaf(): boolean {
    const { view } = this;
    let isLoaded = !this.isStarted && this.owner.loadRoot(view);
    this.isStarted = true;
    while (!isLoaded || !view.isLeaf) {
      if (isLoaded) {
        this.enterBranch();
      }
      if (this.depth === 0) {
        this.finish();
        return false;
      }
      isLoaded = this.loadNextPage();
    }
    this.page = view.buffer;
    this.index = -1;
    this.count = view.count;
    this.element = view.start + pageHeaderLength - elementLength;
    this.sound = view.sound;
    return true;
  }

  /** Shows the next child of the deepest branch page; false if it has no more, or if the child cannot be used. */
  private loadNextPage(): boolean {
    const level = this.levels[this.depth - 1];
    const index = level.next++;
    if (index === level.children.length) {
      this.depth--;
      return false;
    }
    return this.owner.pages.load(this.view, level.children[index], level.owners[index], this.owner);
  }

  /** Notes the children of the branch page in view, to be visited next. */
  private enterBranch(): void {
    const { view } = this;
    if (this.depth === deepestTree) {
      const problem = `the tree of pages is over ${deepestTree} levels deep.`;
      this.owner.pages.damage.report('tooDeep', view.id, this.owner, problem);
      return;
    }
    const level = (this.levels[this.depth++] ??= { children: [], owners: [], next: 0 });
    level.children.length = 0;
    level.owners.length = 0;
    level.next = 0;
    // Each child page is checked by itself, so misplaced keys do no harm here if the table has the right length.
    const { sound } = view;
    const isTableSound = sound === undefined || hasSoundTable(view);
    for (let index = 0; index < view.count; index++) {
      if (isTableSound || sound[index] === 1) {
        const at = view.start + pageHeaderLength + elementLength * index;
        level.children.push(readUint64(view.buffer, at + 8));
        level.owners.push(view.position + at - view.start);
      }
    }
  }

  private finish(): void {
    this.view.release();
    this.page = noBytes;
    this.isBucket = false;
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = 0;
    this.index = -1;
    this.count = 0;
  }
}
