import { crc32c } from './crc32c';
import { decodeFrame, type Frame } from './frame';
import { StoreError } from '../storeError';

/*
 * A journal file: a header, then frames.
 *
 *   8 bytes magic | u32 format | u32 CRC-32C of what follows in the header | u64 generation | u64 first sequence
 *
 * The generation is that of the checkpoint that the journal continues. It may begin with sequences that the checkpoint
 * already has (a crash between the two renames of a checkpoint leaves it so); those are skipped.
 */
export const journalHeaderBytes = 32;
const magic = Buffer.from('BCIjrnl\n', 'latin1');
const format = 1;

export interface JournalHeader {
  readonly generation: number;
  readonly firstSequence: number;
}

export function encodeJournalHeader({ generation, firstSequence }: JournalHeader): Buffer {
  const bytes = Buffer.alloc(journalHeaderBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(format, 8);
  bytes.writeBigUInt64LE(BigInt(generation), 16);
  bytes.writeBigUInt64LE(BigInt(firstSequence), 24);
  bytes.writeUInt32LE(crc32c(bytes, 16), 12);
  return bytes;
}

/** @throws StoreError `corrupt`, `newerVersion` */
export function decodeJournalHeader(bytes: Buffer, path: string): JournalHeader {
  if (bytes.length < journalHeaderBytes || !bytes.subarray(0, 8).equals(magic)) {
    throw new StoreError('corrupt', `${path} is not a journal`);
  }
  if (bytes.readUInt32LE(8) > format) {
    throw new StoreError('newerVersion', `${path} was written by a newer version`);
  }
  if (bytes.readUInt32LE(12) !== crc32c(bytes, 16, journalHeaderBytes)) {
    throw new StoreError('corrupt', `The header of ${path} is damaged`);
  }
  return {
    generation: Number(bytes.readBigUInt64LE(16)),
    firstSequence: Number(bytes.readBigUInt64LE(24)),
  };
}

/**
 * Frames from `start` to the first that is torn, damaged or out of turn.
 * @param texts the statements defined before `start`
 * @param next the sequence that the first one must have; undefined takes any
 */
export function* readFrames(
  bytes: Buffer,
  start: number,
  texts: string[],
  next?: number,
): Generator<Frame, void, void> {
  let expected = next;
  for (let at = start; ;) {
    const frame = decodeFrame(bytes, at, texts);
    if (frame === undefined) return;
    if (expected !== undefined && frame.sequence !== expected) return;
    yield frame;
    // A frame that only defines statements repeats the sequence before the first.
    expected = frame.sequence + 1;
    at = frame.end;
  }
}
