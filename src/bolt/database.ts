import { BoltError, type BoltErrorReason } from './boltError';
import type { BoltFile } from './boltFile';
import { BoltBucket } from './bucket';
import { elementLength, isLaidOut, pageHeaderLength, soundElements } from './layout';
import { readUint16, readUint32, readUint64 } from './littleEndian';
import type { Meta } from './meta';
import { PageOwners } from './pageOwners';
import { PageView } from './pageView';
import { PageWindows, type PageWindow } from './pageWindows';

const branchFlag = 1;
const leafFlag = 2;
const freelistFlag = 16;
/** A page longer than this is taken for damage; bbolt itself cannot hold values over 2 GiB. */
const longestPage = 256 * 1024 * 1024;
/** How many kinds of damage are told apart before further ones are only counted. */
const damageLimit = 1000;

/** One bbolt database as one transaction left it. Made by `readBolt`; usable only while its callback runs. */
export class BoltDatabase {
  readonly path: string;
  /** Bytes in a page. */
  readonly pageSize: number;
  /** Number of the transaction whose state is read. */
  readonly txid: bigint;
  /** Bytes in the file when it was opened. */
  readonly fileSize: number;
  /** The bucket that holds the top buckets. */
  readonly root: BoltBucket;

  private readonly windows: PageWindows;
  private readonly owners = new PageOwners();
  private readonly pageLimit: number;
  private readonly damagedPages = new Set<number>();

  constructor(
    file: BoltFile,
    fileSize: number,
    private readonly meta: Meta,
    resident: PageWindow | undefined,
    /** Where damage goes; without it damage is thrown. */
    private readonly onDamage: ((error: BoltError) => void) | undefined,
  ) {
    this.path = file.path;
    this.pageSize = meta.pageSize;
    this.txid = meta.txid;
    this.fileSize = fileSize;
    this.windows = new PageWindows(file, meta.pageSize, resident);
    this.pageLimit = Math.min(meta.highWater, Math.ceil(fileSize / meta.pageSize));
    this.root = BoltBucket.top(this, meta.rootPage, meta.rootPosition);
  }

  /**
   * How many pages are free, by the freelist in the file; `undefined` if the writer keeps none there, or it is unreadable.
   * Multiplied by `pageSize` these are the bytes that compaction would win.
   */
  freePageCount(): number | undefined {
    const page = this.meta.freelistPage;
    if (page === undefined || page < 2 || page >= this.pageLimit) {
      return undefined;
    }
    const view = this.newView();
    view.show(page, page * this.pageSize);
    const { buffer, start, end } = view;
    if (end - start < pageHeaderLength + 8 || readUint16(buffer, start + 8) !== freelistFlag) {
      view.release();
      return undefined;
    }
    const count = readUint16(buffer, start + 10);
    // A count that does not fit 16 bits stands in the first place of the list.
    const free = count === 0xffff ? readUint64(buffer, start + pageHeaderLength) : count;
    view.release();
    return free < this.meta.highWater ? free : undefined;
  }

  /** For the cursors and buckets of this database. */
  newView(): PageView {
    return new PageView(this.windows);
  }

  /**
   * Shows page `id` of `bucket` in `view`, checked: afterwards every element that `view.sound` allows lies inside the page.
   * `owner` is the file position of the entry that leads to the page.
   * @returns false if the page is damaged and damage is reported rather than thrown.
   */
  load(view: PageView, id: number, owner: number, bucket: BoltBucket): boolean {
    if (!(id >= 2 && id < this.pageLimit)) {
      const isCut = id < this.meta.highWater && id >= 2;
      return this.damage(
        isCut ? 'truncated' : 'badPage',
        id,
        bucket,
        isCut
          ? `the file ends at byte ${this.fileSize}, before this page.`
          : `there is no such page; pages of this file have the numbers 2 to ${this.pageLimit - 1}.`,
      );
    }
    if (!this.owners.claim(id, owner)) {
      return this.damage('cycle', id, bucket, 'this page is reached a second time, from another place.');
    }
    const position = id * this.pageSize;
    view.show(id, position);
    if (view.end - view.start < pageHeaderLength) {
      return this.damage('truncated', id, bucket, 'the file ends inside the header of this page.');
    }
    const { buffer, start } = view;
    const storedId = readUint64(buffer, start);
    if (storedId !== id) {
      return this.damage('badPage', id, bucket, `the page says that it is page ${storedId}.`);
    }
    const flags = readUint16(buffer, start + 8);
    if (flags !== branchFlag && flags !== leafFlag) {
      return this.damage('badPage', id, bucket, `its type is ${flags}, neither branch (1) nor leaf (2).`);
    }
    const overflow = readUint32(buffer, start + 12);
    if (overflow >= this.pageLimit - id) {
      return this.damage(
        'badPage',
        id,
        bucket,
        `it says that ${overflow} pages continue it, past the last page.`,
      );
    }
    const length = (overflow + 1) * this.pageSize;
    if (length > longestPage) {
      return this.damage('tooLarge', id, bucket, `it says that it is ${length} bytes long.`);
    }
    if (overflow > 0 && !this.owners.claimOverflow(id, overflow)) {
      return this.damage(
        'cycle',
        id,
        bucket,
        'one of the pages that continue this one is used elsewhere too.',
      );
    }
    view.setLength(length);
    view.isLeaf = flags === leafFlag;
    return this.checkElements(view, bucket);
  }

  /** Shows the inline page of a bucket in `view`, checked like `load`. */
  loadInline(view: PageView, bucket: BoltBucket, bytes: Buffer, start: number, end: number): boolean {
    view.release();
    view.buffer = bytes;
    view.start = start;
    view.end = end;
    view.isLeaf = true;
    view.id = bucket.page;
    view.position = bucket.page * this.pageSize;
    const flags = end - start < pageHeaderLength ? 0 : readUint16(bytes, start + 8);
    if (flags !== leafFlag) {
      return this.damage('badPage', view.id, bucket, 'the bytes of this inline bucket are no leaf page.');
    }
    return this.checkElements(view, bucket);
  }

  /** Throws the damage, or reports it once for each page and returns false. */
  damage(reason: BoltErrorReason, page: number, bucket: BoltBucket, problem: string): false {
    if (this.onDamage === undefined) {
      throw new BoltError(reason, { file: this.path, page, bucketPath: bucket.path }, problem);
    }
    if (this.damagedPages.size < damageLimit && !this.damagedPages.has(page)) {
      this.damagedPages.add(page);
      this.onDamage(new BoltError(reason, { file: this.path, page, bucketPath: bucket.path }, problem));
    }
    return false;
  }

  private checkElements(view: PageView, bucket: BoltBucket): boolean {
    const { buffer, start, end } = view;
    const count = readUint16(buffer, start + 10);
    if (start + pageHeaderLength + count * elementLength > end) {
      const cut = view.position + (end - start) >= this.fileSize;
      return this.damage(
        cut ? 'truncated' : 'badPage',
        view.id,
        bucket,
        `it says that it has ${count} elements, more than fit.`,
      );
    }
    view.count = count;
    if (!isLaidOut(view)) {
      view.sound = soundElements(view);
      const lost = count - view.sound.reduce((sum, flag) => sum + flag, 0);
      this.damage('badPage', view.id, bucket, `${lost} of its ${count} elements cannot be trusted.`);
    }
    return true;
  }
}
