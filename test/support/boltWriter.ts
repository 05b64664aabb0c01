import { fnv1a64 } from '../../src/bolt/fnv1a';

/** What a bucket is to hold, in any order: values, and buckets of its own. */
export interface BucketInput {
  readonly sequence?: bigint;
  readonly entries: Iterable<readonly [key: string | Uint8Array, value: string | Uint8Array | BucketInput]>;
}

export interface BoltShape {
  /** 4096 unless told. */
  readonly pageSize?: number;
  /** Share of a page to fill before the next one is begun, above 0 up to 1; 1 unless told. */
  readonly fill?: number;
  /** Most children of a branch page, at least 2; as many as fit unless told. */
  readonly fanOut?: number;
  /** Buckets without buckets of their own are written inline up to this size; a quarter of a page unless told, as bbolt does. */
  readonly inlineBytes?: number;
  /** Transaction number of the newer meta page; 2 unless told. */
  readonly txid?: number;
  /** Whether the list of free pages is kept in the file; true unless told. */
  readonly hasFreelist?: boolean;
}

/** Where pages go. The pages of a database in memory lie one behind the other; a live one gives out pages that are free. */
export interface PageSink {
  readonly pageSize: number;
  /** The first of `count` consecutive pages that may be written. */
  allocate(count: number): number;
  write(page: number, bytes: Buffer): void;
}

const pageHeaderLength = 16;
const elementLength = 16;
const bucketHeaderLength = 16;

/** A whole bbolt database of that content: for tests and benchmarks, which need shapes that the real library does not give at will. */
export function buildBolt(top: BucketInput, shape: BoltShape = {}): Buffer {
  const { pageSize = 4096, txid = 2, hasFreelist = true } = shape;
  const file = new GrowingFile(pageSize);
  const rootPage = writeTree(top, file, shape);
  let freelistPage = 0xffff_ffff_ffff_ffffn;
  if (hasFreelist) {
    const page = file.allocate(1);
    file.write(page, pageBytes(pageSize, page, 'freelist', []));
    freelistPage = BigInt(page);
  }
  for (const number of [txid - 1, txid]) {
    const meta = { pageSize, rootPage, freelistPage, highWater: file.pageCount, txid: BigInt(number) };
    file.write(number % 2, metaPage(meta));
  }
  return file.bytes();
}

/** Writes all pages of the content into `sink`, the lowest first; returns the page of the top bucket. */
export function writeTree(top: BucketInput, sink: PageSink, shape: BoltShape = {}): number {
  return new TreeWriter(sink, shape).writeBucket(top);
}

/** A meta page with the right checksum. */
export function metaPage(meta: {
  readonly pageSize: number;
  readonly rootPage: number;
  readonly freelistPage: bigint;
  readonly highWater: number;
  readonly txid: bigint;
}): Buffer {
  const bytes = Buffer.alloc(meta.pageSize);
  bytes.writeBigUInt64LE(meta.txid % 2n, 0);
  bytes.writeUInt16LE(4, 8);
  bytes.writeUInt32LE(0xed0cdaed, 16);
  bytes.writeUInt32LE(2, 20);
  bytes.writeUInt32LE(meta.pageSize, 24);
  bytes.writeBigUInt64LE(BigInt(meta.rootPage), 32);
  bytes.writeBigUInt64LE(meta.freelistPage, 48);
  bytes.writeBigUInt64LE(BigInt(meta.highWater), 56);
  bytes.writeBigUInt64LE(meta.txid, 64);
  bytes.writeBigUInt64LE(fnv1a64(bytes.subarray(16, 72)), 72);
  return bytes;
}

export interface LeafElement {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket: boolean;
}

export interface BranchElement {
  readonly key: Buffer;
  readonly page: number;
}

class TreeWriter {
  private readonly fillBytes: number;
  private readonly fanOut: number;
  private readonly inlineBytes: number;

  constructor(
    private readonly sink: PageSink,
    shape: BoltShape,
  ) {
    this.fillBytes = sink.pageSize * (shape.fill ?? 1);
    this.fanOut = shape.fanOut ?? Number.POSITIVE_INFINITY;
    this.inlineBytes = shape.inlineBytes ?? sink.pageSize / 4;
  }

  /** Writes a bucket into pages of its own; returns its root page. */
  writeBucket(bucket: BucketInput): number {
    return this.writeElements(this.toElements(bucket));
  }

  private toElements(bucket: BucketInput): LeafElement[] {
    const elements: LeafElement[] = [];
    for (const [key, value] of bucket.entries) {
      const isBucket = typeof value === 'object' && 'entries' in value && !(value instanceof Uint8Array);
      elements.push({
        key: toBuffer(key),
        value: isBucket ? this.bucketValue(value) : toBuffer(value),
        isBucket,
      });
    }
    return elements.sort((left, right) => Buffer.compare(left.key, right.key));
  }

  private bucketValue(bucket: BucketInput): Buffer {
    const elements = this.toElements(bucket);
    const length = elements.reduce(
      (sum, { key, value }) => sum + elementLength + key.length + value.length,
      0,
    );
    const isInline =
      bucketHeaderLength + pageHeaderLength + length <= this.inlineBytes &&
      elements.every((element) => !element.isBucket);
    const header = Buffer.alloc(bucketHeaderLength);
    header.writeBigUInt64LE(bucket.sequence ?? 0n, 8);
    if (isInline) {
      return Buffer.concat([header, pageBytes(pageHeaderLength + length, 0, 'leaf', elements)]);
    }
    header.writeBigUInt64LE(BigInt(this.writeElements(elements)), 0);
    return header;
  }

  private writeElements(elements: readonly LeafElement[]): number {
    let children = this.writeLevel(elements, 'leaf', Number.POSITIVE_INFINITY);
    while (children.length > 1) {
      children = this.writeLevel(children, 'branch', this.fanOut);
    }
    return children[0].page;
  }

  /** Spreads elements over pages; an empty list makes one empty page. */
  private writeLevel(
    elements: readonly (LeafElement | BranchElement)[],
    kind: 'leaf' | 'branch',
    mostElements: number,
  ): BranchElement[] {
    const children: BranchElement[] = [];
    let first = 0;
    do {
      let length = pageHeaderLength;
      let end = first;
      // At least two children in each branch page, or the tree would never come to a root.
      const least = first + (kind === 'branch' ? 2 : 1);
      while (end < elements.length && end - first < mostElements) {
        const next = length + elementSize(elements[end]);
        if (next > this.fillBytes && end >= least) {
          break;
        }
        length = next;
        end++;
      }
      const count = Math.ceil(length / this.sink.pageSize);
      const page = this.sink.allocate(count);
      const bytes = pageBytes(count * this.sink.pageSize, page, kind, elements.slice(first, end), count - 1);
      this.sink.write(page, bytes);
      children.push({ key: elements.length === 0 ? Buffer.alloc(0) : elements[first].key, page });
      first = end;
    } while (first < elements.length);
    return children;
  }
}

/** A page image: header, table of elements, then keys and values one behind the other. */
export function pageBytes(
  length: number,
  page: number,
  kind: 'branch' | 'leaf' | 'freelist',
  elements: readonly (LeafElement | BranchElement)[],
  overflow = 0,
): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeBigUInt64LE(BigInt(page), 0);
  bytes.writeUInt16LE({ branch: 1, leaf: 2, freelist: 16 }[kind], 8);
  bytes.writeUInt16LE(elements.length, 10);
  bytes.writeUInt32LE(overflow, 12);
  let at = pageHeaderLength;
  let data = at + elementLength * elements.length;
  for (const element of elements) {
    if ('value' in element) {
      bytes.writeUInt32LE(element.isBucket ? 1 : 0, at);
      bytes.writeUInt32LE(data - at, at + 4);
      bytes.writeUInt32LE(element.key.length, at + 8);
      bytes.writeUInt32LE(element.value.length, at + 12);
    } else {
      bytes.writeUInt32LE(data - at, at);
      bytes.writeUInt32LE(element.key.length, at + 4);
      bytes.writeBigUInt64LE(BigInt(element.page), at + 8);
    }
    data += element.key.copy(bytes, data);
    data += 'value' in element ? element.value.copy(bytes, data) : 0;
    at += elementLength;
  }
  return bytes;
}

function elementSize(element: LeafElement | BranchElement): number {
  return elementLength + element.key.length + ('value' in element ? element.value.length : 0);
}

function toBuffer(bytes: string | Uint8Array): Buffer {
  return typeof bytes === 'string'
    ? Buffer.from(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A file in memory that grows as pages are allocated, behind its two meta pages. */
class GrowingFile implements PageSink {
  pageCount = 2;
  private memory: Buffer;

  constructor(readonly pageSize: number) {
    this.memory = Buffer.alloc(64 * pageSize);
  }

  allocate(count: number): number {
    const page = this.pageCount;
    this.pageCount += count;
    if (this.pageCount * this.pageSize > this.memory.length) {
      const larger = Buffer.alloc(2 * this.pageCount * this.pageSize);
      this.memory.copy(larger);
      this.memory = larger;
    }
    return page;
  }

  write(page: number, bytes: Buffer): void {
    bytes.copy(this.memory, page * this.pageSize);
  }

  bytes(): Buffer {
    return this.memory.subarray(0, this.pageCount * this.pageSize);
  }
}
