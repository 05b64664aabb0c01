import { BoltCursor } from './cursor';
import type { BoltDatabase } from './database';
import { elementLength, pageHeaderLength } from './layout';
import { readUint32, readUint64 } from './littleEndian';
import type { PageView } from './pageView';

/** Bytes in front of an inline page: page number of the root (0 for inline) and sequence. */
export const bucketHeaderLength = 16;
/** Deeper nesting is taken for damage; BuildKit and containerd need 8 levels. */
const deepestBucket = 256;

/** A bucket: named values and further buckets, in the order of the bytes of their names. */
export class BoltBucket {
  private pathMemo: readonly string[] | undefined;

  private constructor(
    /** @internal */
    readonly database: BoltDatabase,
    private readonly parent: BoltBucket | undefined,
    private readonly name: string,
    private readonly depth: number,
    /** Number of the root page; for an inline bucket, of the page it stands in. */
    readonly page: number,
    /** File position of the entry that leads to the root page. */
    private readonly owner: number,
    /** Header and inline page, if the bucket has no page of its own. */
    private readonly inline: Buffer | undefined,
    private readonly sequenceLow: number,
    private readonly sequenceHigh: number,
  ) {}

  /** @internal */
  static top(database: BoltDatabase, page: number, owner: number): BoltBucket {
    return new BoltBucket(database, undefined, '', 0, page, owner, undefined, 0, 0);
  }

  /**
   * The bucket whose header stands at `start` in a leaf page of `parent`, which `canHold` has allowed.
   * @internal
   */
  static child(
    parent: BoltBucket,
    name: string,
    view: PageView,
    start: number,
    end: number,
    owner: number,
  ): BoltBucket {
    const { buffer } = view;
    const root = readUint64(buffer, start);
    return new BoltBucket(
      parent.database,
      parent,
      name,
      parent.depth + 1,
      root === 0 ? view.id : root,
      owner,
      root === 0 ? Buffer.from(buffer.subarray(start, end)) : undefined,
      readUint32(buffer, start + 8),
      readUint32(buffer, start + 12),
    );
  }

  /**
   * Whether a bucket entry of `length` bytes on the page in `view` can be one of this bucket; if not, that is thrown or reported.
   * @internal
   */
  canHold(view: PageView, length: number): boolean {
    const { database } = this;
    if (length < bucketHeaderLength) {
      return database.damage('badPage', view.id, this, 'the header of a bucket in this page is cut.');
    }
    if (this.inline !== undefined) {
      return database.damage('badPage', view.id, this, 'an inline bucket holds another bucket.');
    }
    if (this.depth >= deepestBucket) {
      return database.damage(
        'tooDeep',
        view.id,
        this,
        `buckets are nested over ${deepestBucket} levels deep.`,
      );
    }
    return true;
  }

  /** Names of the buckets from the top down to this one; empty for the top itself. Bytes that are not UTF-8 are replaced. */
  get path(): readonly string[] {
    this.pathMemo ??= this.parent === undefined ? [] : [...this.parent.path, this.name];
    return this.pathMemo;
  }

  /** The counter that bbolt keeps for each bucket. */
  get sequence(): bigint {
    return (BigInt(this.sequenceHigh) << 32n) | BigInt(this.sequenceLow);
  }

  /** The bucket of that name in this one, or `undefined` if there is none. */
  bucket(name: string | Uint8Array): BoltBucket | undefined {
    const view = this.database.newView();
    try {
      const found = this.find(name, view);
      if (!found?.isBucket || !this.canHold(view, found.end - found.start)) {
        return undefined;
      }
      const text = typeof name === 'string' ? name : Buffer.from(name).toString();
      return BoltBucket.child(this, text, view, found.start, found.end, found.owner);
    } finally {
      view.release();
    }
  }

  /** A copy of the value of that key, or `undefined` if there is none. An empty value is an empty buffer. */
  get(key: string | Uint8Array): Buffer | undefined {
    const view = this.database.newView();
    try {
      const found = this.find(key, view);
      return found === undefined || found.isBucket
        ? undefined
        : Buffer.from(view.buffer.subarray(found.start, found.end));
    } finally {
      view.release();
    }
  }

  /** Walks over all entries, in the order of their keys. */
  cursor(): BoltCursor {
    return new BoltCursor(this);
  }

  /**
   * Shows the root page of this bucket.
   * @internal
   */
  loadRoot(view: PageView): boolean {
    return this.inline === undefined
      ? this.database.load(view, this.page, this.owner, this)
      : this.database.loadInline(view, this, this.inline, bucketHeaderLength, this.inline.length);
  }

  private find(
    key: string | Uint8Array,
    view: PageView,
  ): { isBucket: boolean; start: number; end: number; owner: number } | undefined {
    const wanted = typeof key === 'string' ? Buffer.from(key) : key;
    let isLoaded = this.loadRoot(view);
    while (isLoaded && !view.isLeaf) {
      const index = lastNotAbove(view, wanted);
      const at = view.start + pageHeaderLength + elementLength * Math.max(index, 0);
      const child = readUint64(view.buffer, at + 8);
      isLoaded = view.count > 0 && this.database.load(view, child, view.position + at - view.start, this);
    }
    const index = isLoaded ? lastNotAbove(view, wanted) : -1;
    if (index < 0 || compareKey(view, index, wanted) !== 0) {
      return undefined;
    }
    const at = view.start + pageHeaderLength + elementLength * index;
    const start = at + readUint32(view.buffer, at + 4) + readUint32(view.buffer, at + 8);
    return {
      isBucket: (readUint32(view.buffer, at) & 1) !== 0,
      start,
      end: start + readUint32(view.buffer, at + 12),
      owner: view.position + at - view.start,
    };
  }
}

/** Index of the last element whose key is not above `key`; -1 if there is none. */
function lastNotAbove(view: PageView, key: Uint8Array): number {
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

function compareKey({ buffer, start, isLeaf }: PageView, index: number, key: Uint8Array): number {
  const at = start + pageHeaderLength + elementLength * index;
  const keyStart = at + readUint32(buffer, at + (isLeaf ? 4 : 0));
  const keyEnd = keyStart + readUint32(buffer, at + (isLeaf ? 8 : 4));
  return buffer.compare(key, 0, key.length, keyStart, keyEnd);
}
