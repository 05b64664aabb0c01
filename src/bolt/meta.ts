import { fnv1a64 } from './fnv1a';
import { readUint32, readUint64 } from './littleEndian';

/** What one valid meta page says about the database. Page numbers are not checked against the file. */
export interface Meta {
  readonly pageSize: number;
  readonly rootPage: number;
  /** Page of the list of free pages; `undefined` when the writer does not keep it in the file. */
  readonly freelistPage: number | undefined;
  /** The first page number that is not in use. */
  readonly highWater: number;
  readonly txid: bigint;
  readonly checksum: bigint;
  /** Where in the file the page number of the top bucket stands. */
  readonly rootPosition: number;
}

/** Why a meta page cannot be used. */
export type MetaFault = 'notBolt' | 'version' | 'checksum';

/** Bytes of a meta page that carry meaning, its page header included. */
export const metaLength = 80;
const magic = 0xed0cdaed;
const fileVersion = 2;
const notPersisted = 0xffff_ffff_ffff_ffffn;
const smallestPageSize = 512;
/** The largest page size at which bbolt looks for a second meta page. */
export const largestPageSize = 1024 << 14;

/** Reads the meta page that begins `bytes`, taken from `position` in the file. */
export function readMeta(bytes: Buffer, position: number): Meta | MetaFault {
  if (bytes.length < metaLength || readUint32(bytes, 16) !== magic) {
    return 'notBolt';
  }
  if (readUint32(bytes, 20) !== fileVersion) {
    return 'version';
  }
  const checksum = bytes.readBigUInt64LE(72);
  const pageSize = readUint32(bytes, 24);
  if (fnv1a64(bytes.subarray(16, 72)) !== checksum || !isPageSize(pageSize)) {
    return 'checksum';
  }
  const freelist = bytes.readBigUInt64LE(48);
  return {
    pageSize,
    rootPage: readUint64(bytes, 32),
    freelistPage: freelist === notPersisted ? undefined : Number(freelist),
    highWater: readUint64(bytes, 56),
    txid: bytes.readBigUInt64LE(64),
    checksum,
    rootPosition: position + 32,
  };
}

function isPageSize(size: number): boolean {
  return size >= smallestPageSize && size <= largestPageSize && (size & (size - 1)) === 0;
}
