import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { metaPage, writeTree, type BucketInput, type PageSink } from './boltWriter';

/**
 * A writer by bbolt's rules: transaction T+1 writes only pages that are free in T, and then its meta page, number (T+1) mod 2.
 * It keeps no freelist in the file. The pages of T are overwritten from T+2 on.
 */
export class LiveBoltWriter implements PageSink {
  readonly pageSize = 4096;
  private readonly descriptor: number;
  private txid = 1n;
  private pageCount = 2;
  /** Pages of the newest transaction. */
  private used = new Set<number>();
  private writing = new Set<number>();

  /** Begins a file with an empty database of transaction 1. */
  constructor(path: string) {
    this.descriptor = openSync(path, 'w+');
    ftruncateSync(this.descriptor, 4 * this.pageSize);
    this.commit({ entries: [] });
  }

  /** Replaces the whole content in one transaction; returns its number. */
  commit(top: BucketInput): bigint {
    this.writing = new Set();
    const rootPage = writeTree(top, this);
    const meta = {
      pageSize: this.pageSize,
      rootPage,
      freelistPage: 2n ** 64n - 1n,
      highWater: this.pageCount,
      txid: this.txid,
    };
    this.write(Number(this.txid % 2n), metaPage(meta));
    this.used = this.writing;
    return this.txid++;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  allocate(count: number): number {
    let page = 2;
    for (let run = 0; run < count; page++) {
      run = this.used.has(page) || this.writing.has(page) ? 0 : run + 1;
    }
    page -= count;
    for (let next = page; next < page + count; next++) {
      this.writing.add(next);
    }
    if (page + count > this.pageCount) {
      this.pageCount = page + count;
      ftruncateSync(this.descriptor, this.pageCount * this.pageSize);
    }
    return page;
  }

  write(page: number, bytes: Buffer): void {
    writeSync(this.descriptor, bytes, 0, bytes.length, page * this.pageSize);
  }
}
