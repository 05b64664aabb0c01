import type { BoltFile } from './boltFile';
import type { DamageLog, DamagedBucket } from './damageLog';
import { checkLayout, elementLength, pageHeaderLength } from './layout';
import { readUint16, readUint32, readUint64 } from './littleEndian';
import type { Meta } from './meta';
import { PageOwners } from './pageOwners';
import { PageView } from './pageView';
import { PageWindows, type PageWindow } from './pageWindows';

const branchFlag = 1;
const leafFlag = 2;
/** A longer page is taken for damage: its longest value would be far above anything that BuildKit keeps. */
const longestPage = 256 * 1024 * 1024;

/** Shows pages of one database, each of them checked, so that whoever reads elements needs no further checks. */
export class PageReader {
  private readonly windows: PageWindows;
  private readonly owners = new PageOwners();
  /** Pages from this number on are not in the file, or not in use. */
  private readonly pageEnd: number;

  constructor(
    file: BoltFile,
    private readonly fileSize: number,
    private readonly meta: Meta,
    resident: PageWindow | undefined,
    readonly damage: DamageLog,
  ) {
    this.windows = new PageWindows(file, meta.pageSize, resident);
    this.pageEnd = Math.min(meta.highWater, Math.ceil(fileSize / meta.pageSize));
  }

  newView(): PageView {
    return new PageView(this.windows);
  }

  /** Whether the file has a page of this number beside its two meta pages. */
  hasPage(id: number): boolean {
    return id >= 2 && id < this.pageEnd;
  }

  /** Shows the beginning of a page unchecked. */
  show(view: PageView, id: number): void {
    view.show(id, id * this.meta.pageSize);
  }

  /**
   * Shows branch or leaf page `id` of `bucket`.
   * @param owner file position of the entry that leads to the page.
   * @returns false if the page cannot be used and damage is collected.
   * @throws BoltError if it cannot be used and damage is not collected.
   */
  load(view: PageView, id: number, owner: number, bucket: DamagedBucket): boolean {
    if (!this.hasPage(id)) {
      return this.reportMissing(id, bucket);
    }
    const claim = this.owners.claim(id, owner);
    if (claim === 'taken') {
      return this.damage.report(
        'cycle',
        id,
        bucket,
        'this page is reached a second time, from another place.',
      );
    }
    this.show(view, id);
    const { buffer, start } = view;
    if (view.end - start < pageHeaderLength) {
      return this.damage.report('truncated', id, bucket, 'the file ends inside the header of this page.');
    }
    const storedId = readUint64(buffer, start);
    if (storedId !== id) {
      return this.damage.report('badPage', id, bucket, `it says that it is page ${storedId}.`);
    }
    const flags = readUint16(buffer, start + 8);
    if (flags !== branchFlag && flags !== leafFlag) {
      return this.damage.report(
        'badPage',
        id,
        bucket,
        `its type is ${flags}, neither branch (1) nor leaf (2).`,
      );
    }
    view.isLeaf = flags === leafFlag;
    const overflow = readUint32(buffer, start + 12);
    if (overflow > 0 && !this.canContinue(id, overflow, bucket)) {
      return false;
    }
    if (overflow > 0 && claim === 'new' && !this.owners.claimOverflow(id, overflow)) {
      return this.damage.report('cycle', id, bucket, 'a page that continues this one is used elsewhere too.');
    }
    view.setLength((overflow + 1) * this.meta.pageSize);
    return this.checkElements(view, bucket);
  }

  /** Shows the inline page of `bucket`, which lies in `bytes` from `start` on, on page `id`; otherwise like `load`. */
  loadInline(view: PageView, id: number, bytes: Buffer, start: number, bucket: DamagedBucket): boolean {
    view.showInline(id, id * this.meta.pageSize, bytes, start);
    if (view.end - start < pageHeaderLength || readUint16(bytes, start + 8) !== leafFlag) {
      return this.damage.report('badPage', id, bucket, 'the bytes of this inline bucket are no leaf page.');
    }
    view.isLeaf = true;
    return this.checkElements(view, bucket);
  }

  private reportMissing(id: number, bucket: DamagedBucket): false {
    if (id >= 2 && id < this.meta.highWater) {
      const problem = `the file ends at byte ${this.fileSize}, before this page.`;
      return this.damage.report('truncated', id, bucket, problem);
    }
    const problem = `the database has no such page; it can use pages 2 to ${this.meta.highWater - 1}.`;
    return this.damage.report('badPage', id, bucket, problem);
  }

  private canContinue(id: number, overflow: number, bucket: DamagedBucket): boolean {
    if (!this.hasPage(id + overflow)) {
      const isCut = id + overflow < this.meta.highWater;
      const problem = `it says that ${overflow} more pages continue it, past the last page.`;
      return this.damage.report(isCut ? 'truncated' : 'badPage', id, bucket, problem);
    }
    const length = (overflow + 1) * this.meta.pageSize;
    if (length > longestPage) {
      return this.damage.report('tooLarge', id, bucket, `it says that it is ${length} bytes long.`);
    }
    return true;
  }

  private checkElements(view: PageView, bucket: DamagedBucket): boolean {
    const { buffer, start, end, isLeaf } = view;
    const count = readUint16(buffer, start + 10);
    if (start + pageHeaderLength + count * elementLength > end) {
      const problem = `it says that it has ${count} elements; so many do not fit.`;
      return this.damage.report(view.isCut ? 'truncated' : 'badPage', view.id, bucket, problem);
    }
    if (count === 0 && !isLeaf) {
      return this.damage.report('badPage', view.id, bucket, 'a branch page without any element.');
    }
    view.count = count;
    view.sound = checkLayout(view);
    if (view.sound !== undefined) {
      const lost = view.sound.reduce((sum, isSound) => sum - isSound, count);
      const problem = `${lost} of its ${count} elements are not where they should be.`;
      this.damage.report(view.isCut ? 'truncated' : 'badPage', view.id, bucket, problem);
    }
    return true;
  }
}
