import { BoltCursor } from './cursor';
import { elementLength, pageHeaderLength } from './layout';
import { readUint32, readUint64 } from './littleEndian';
import type { PageReader } from './pageReader';
import type { PageView } from './pageView';
import { compareKey, lastNotAbove } from './search';

/** Bytes of a bucket's value before its inline page: number of the root page (0 for inline), and the sequence. */
const bucketHeaderLength = 16;
/** Deeper nesting is taken for damage; BuildKit and containerd need 8 levels. */
const deepestBucket = 256;

/** An element of a leaf page: where its value is in the view, and where the element itself is in the file. */
interface FoundElement {
  readonly isBucket: boolean;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly position: number;
}

/** A bucket: values and further buckets by name, in the order of the bytes of their names. */
export class BoltBucket {
  private knownPath: readonly string[] | undefined;

  private constructor(
    /** @internal */
    readonly pages: PageReader,
    private readonly parent: BoltBucket | undefined,
    private readonly name: string,
    private readonly depth: number,
    /** Number of the root page; for an inline bucket, of the page it stands in. */
    private readonly page: number,
    /** File position of the entry that leads to the root page. */
    private readonly owner: number,
    /** Copy of header and inline page, if the bucket has no page of its own. */
    private readonly inline: Buffer | undefined,
    private readonly sequenceLow: number,
    private readonly sequenceHigh: number,
  ) {}

  /** @internal */
  static top(pages: PageReader, page: number, owner: number): BoltBucket {
    return new BoltBucket(pages, undefined, '', 0, page, owner, undefined, 0, 0);
  }

  /** Names of the buckets from the top down to this one; empty for the top itself. Bytes that are not UTF-8 are replaced. */
  get path(): readonly string[] {
    this.knownPath ??= this.parent === undefined ? [] : [...this.parent.path, this.name];
    return this.knownPath;
  }

  /** The counter that bbolt keeps for each bucket. */
  get sequence(): bigint {
    return (BigInt(this.sequenceHigh) << 32n) | BigInt(this.sequenceLow);
  }

  /** The bucket of that name in this one, or `undefined` if there is none. */
  bucket(name: string | Uint8Array): BoltBucket | undefined {
    const view = this.pages.newView();
    try {
      const found = this.find(view, name);
      if (!found?.isBucket || !this.canHold(view, found.valueEnd - found.valueStart)) {
        return undefined;
      }
      const text = typeof name === 'string' ? name : Buffer.from(name).toString();
      return this.child(text, view, found.valueStart, found.valueEnd, found.position);
    } finally {
      view.release();
    }
  }

  /** A copy of the value of that key, or `undefined` if there is none. An empty value is an empty buffer. */
  get(key: string | Uint8Array): Buffer | undefined {
    const view = this.pages.newView();
    try {
      const found = this.find(view, key);
      return found === undefined || found.isBucket
        ? undefined
        : copyBytes(view.buffer, found.valueStart, found.valueEnd);
    } finally {
      view.release();
    }
  }

  /** A walk over all entries, in the order of their keys. */
  cursor(): BoltCursor {
    return new BoltCursor(this);
  }

  /**
   * Shows the root page of this bucket; false if it cannot be used.
   * @internal
   */
  loadRoot(view: PageView): boolean {
    return this.inline === undefined
      ? this.pages.load(view, this.page, this.owner, this)
      : this.pages.loadInline(view, this.page, this.inline, bucketHeaderLength, this);
  }

  /**
   * Whether a bucket whose value has `length` bytes, on the leaf page in `view`, can be one of this bucket.
   * @internal
   */
  canHold(view: PageView, length: number): boolean {
    const { damage } = this.pages;
    if (length < bucketHeaderLength) {
      return damage.report('badPage', view.id, this, 'the header of a bucket in this page is cut.');
    }
    if (this.inline !== undefined) {
      return damage.report('badPage', view.id, this, 'an inline bucket holds another bucket.');
    }
    if (this.depth >= deepestBucket) {
      return damage.report('tooDeep', view.id, this, `buckets are nested over ${deepestBucket} levels deep.`);
    }
    return true;
  }

  /**
   * The bucket whose value is given, on the leaf page in `view`; only after `canHold`.
   * @internal
   */
  child(name: string, view: PageView, valueStart: number, valueEnd: number, position: number): BoltBucket {
    const { buffer } = view;
    const root = readUint64(buffer, valueStart);
    return new BoltBucket(
      this.pages,
      this,
      name,
      this.depth + 1,
      root === 0 ? view.id : root,
      position,
      root === 0 ? copyBytes(buffer, valueStart, valueEnd) : undefined,
      readUint32(buffer, valueStart + 8),
      readUint32(buffer, valueStart + 12),
    );
  }

  private find(view: PageView, key: string | Uint8Array): FoundElement | undefined {
    const wanted = typeof key === 'string' ? Buffer.from(key) : key;
    let isLoaded = this.loadRoot(view);
    while (isLoaded && !view.isLeaf) {
      const at = elementAt(view, Math.max(0, lastNotAbove(view, wanted)));
      const child = readUint64(view.buffer, at + 8);
      isLoaded = this.pages.load(view, child, view.position + at - view.start, this);
    }
    const index = isLoaded ? lastNotAbove(view, wanted) : -1;
    if (index < 0 || compareKey(view, index, wanted) !== 0) {
      return undefined;
    }
    const at = elementAt(view, index);
    const valueStart = at + readUint32(view.buffer, at + 4) + readUint32(view.buffer, at + 8);
    return {
      isBucket: readUint32(view.buffer, at) === 1,
      valueStart,
      valueEnd: valueStart + readUint32(view.buffer, at + 12),
      position: view.position + at - view.start,
    };
  }
}

function elementAt(view: PageView, index: number): number {
  return view.start + pageHeaderLength + elementLength * index;
}

function copyBytes(source: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  source.copy(copy, 0, start, end);
  return copy;
}
