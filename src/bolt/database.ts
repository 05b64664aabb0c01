import type { BoltFile } from './boltFile';
import { BoltBucket } from './bucket';
import type { DamageLog } from './damageLog';
import { pageHeaderLength } from './layout';
import { readUint16, readUint64 } from './littleEndian';
import type { Meta } from './meta';
import { PageReader } from './pageReader';
import type { PageWindow } from './pageWindows';

const freelistFlag = 16;

/** One bbolt database as one transaction left it. Made by `readBolt`, and usable only until its callback is through. */
export class BoltDatabase {
  readonly path: string;
  /** Bytes in a page. */
  readonly pageSize: number;
  /** Number of the transaction whose state is read. */
  readonly txid: bigint;
  /** The bucket that holds the top buckets. */
  readonly root: BoltBucket;
  private readonly pages: PageReader;

  /**
   * @param fileSize bytes in the file when it was opened.
   * @internal
   */
  constructor(
    file: BoltFile,
    readonly fileSize: number,
    private readonly meta: Meta,
    resident: PageWindow | undefined,
    damage: DamageLog,
  ) {
    this.path = file.path;
    this.pageSize = meta.pageSize;
    this.txid = meta.txid;
    this.pages = new PageReader(file, fileSize, meta, resident, damage);
    this.root = BoltBucket.top(this.pages, meta.rootPage, meta.rootPosition);
  }

  /**
   * How many pages are free, by the freelist in the file; `undefined` if the writer keeps none there, or it is unreadable.
   * Multiplied by `pageSize` these are the bytes inside the file that hold nothing.
   */
  freePageCount(): number | undefined {
    const id = this.meta.freelistPage;
    if (id === undefined || !this.pages.hasPage(id)) {
      return undefined;
    }
    const view = this.pages.newView();
    this.pages.show(view, id);
    const { buffer, start, end } = view;
    const isFreelist =
      end - start >= pageHeaderLength + 8 &&
      readUint64(buffer, start) === id &&
      readUint16(buffer, start + 8) === freelistFlag;
    const shortCount = readUint16(buffer, start + 10);
    // A count that does not fit 16 bits stands in the first place of the list instead.
    const count = shortCount === 0xffff ? readUint64(buffer, start + pageHeaderLength) : shortCount;
    view.release();
    return isFreelist && count < this.meta.highWater ? count : undefined;
  }
}
