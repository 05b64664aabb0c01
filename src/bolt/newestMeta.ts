import { BoltError } from './boltError';
import type { BoltFile } from './boltFile';
import { largestPageSize, metaLength, readMeta, type Meta, type MetaFault } from './meta';

/** The smallest page size at which bbolt looks for a second meta page. */
const firstStep = 1024;

const faultWords: Record<MetaFault, string> = {
  notBolt: 'this is not a bbolt database: it does not have the mark of one.',
  version: 'the database is of another version of the bbolt file format than 2.',
  checksum: 'both meta pages fail their checksum, so that there is no way into the database.',
};

/**
 * The meta page to use: of the two valid ones that with the higher transaction number, else the valid one.
 * The page size is that of the first meta page; if that is damaged, the second one is looked for at each possible page size, as bbolt does.
 * @throws BoltError `empty`, `notBolt`, `version` or `checksum`.
 */
export function readNewestMeta(file: BoltFile, fileSize: number): Meta {
  const place = { file: file.path };
  if (fileSize === 0) {
    throw new BoltError('empty', place, 'the file is empty (0 bytes).');
  }
  const first = readMetaAt(file, 0);
  if (typeof first !== 'string') {
    const second = readMetaAt(file, first.pageSize);
    const isNewer =
      typeof second !== 'string' && second.pageSize === first.pageSize && second.txid > first.txid;
    return isNewer ? second : first;
  }
  let fault = first;
  for (let pageSize = firstStep; pageSize <= largestPageSize && pageSize < fileSize; pageSize *= 2) {
    const second = readMetaAt(file, pageSize);
    if (typeof second === 'string') {
      fault = fault === 'notBolt' ? second : fault;
    } else if (second.pageSize === pageSize) {
      return second;
    }
  }
  throw new BoltError(fault, place, faultWords[fault]);
}

function readMetaAt(file: BoltFile, position: number): Meta | MetaFault {
  const bytes = Buffer.alloc(metaLength);
  const length = file.read(bytes, position);
  return readMeta(bytes.subarray(0, length), position);
}
