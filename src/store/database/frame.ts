import { ByteReader, ByteWriter } from './byteWriter';
import { crc32c } from './crc32c';
import type { SqlOperation, SqlValue } from './sqlValue';

/*
 * A frame of the journal is one transaction:
 *
 *   u32 length of the payload | u32 CRC-32C of all that follows | u64 sequence | payload
 *
 * all little-endian. The payload is a run of entries. A `define` entry gives a statement's text a number, which
 * holds for the rest of the file; a `run` entry has such a number and the values bound to it. Sequences rise by one from
 * frame to frame.
 */
export const frameHeaderBytes = 16;

const entry = { define: 0, run: 1 } as const;
const tag = { null: 0, positive: 1, negative: 2, double: 3, text: 4, blob: 5 } as const;

/** Numbers of the statements that a journal file has defined so far. */
export class StatementNumbers {
  private readonly numbers: Map<string, number>;

  /** @param texts statements by number, as read from the file */
  constructor(texts: readonly string[] = []) {
    this.numbers = new Map(texts.map((text, number) => [text, number]));
  }

  get texts(): Iterable<string> {
    return this.numbers.keys();
  }

  /** The number of a statement, and whether it is new and has yet to be defined in the file. */
  number(sql: string): { number: number; isNew: boolean } {
    const known = this.numbers.get(sql);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.numbers.size;
    this.numbers.set(sql, number);
    return { number, isNew: true };
  }
}

/** A whole frame; statements that `numbers` did not know are defined in it. */
export function encodeFrame(
  sequence: number,
  operations: readonly SqlOperation[],
  numbers: StatementNumbers,
): Buffer {
  const writer = new ByteWriter();
  writer.skip(frameHeaderBytes);
  for (const { sql, values } of operations) {
    const { number, isNew } = numbers.number(sql);
    if (isNew) writeDefinition(writer, number, sql);
    writer.byte(entry.run);
    writer.varint(number);
    writer.varint(values.length);
    for (const value of values) writeValue(writer, value);
  }
  return seal(writer, sequence);
}

/** A frame that changes nothing and defines all that `numbers` knows, to begin a file with. */
export function encodeDefinitions(sequence: number, numbers: StatementNumbers): Buffer {
  const writer = new ByteWriter();
  writer.skip(frameHeaderBytes);
  for (const sql of numbers.texts) writeDefinition(writer, numbers.number(sql).number, sql);
  return seal(writer, sequence);
}

export interface Frame {
  readonly sequence: number;
  readonly operations: readonly SqlOperation[];
  /** Offset behind the frame. */
  readonly end: number;
}

/**
 * The frame at `start`, or undefined where there is no whole and sound one.
 * @param texts statements by number; grows by what the frame defines
 */
export function decodeFrame(bytes: Buffer, start: number, texts: string[]): Frame | undefined {
  if (start + frameHeaderBytes > bytes.length) return undefined;
  const length = bytes.readUInt32LE(start);
  const end = start + frameHeaderBytes + length;
  if (end > bytes.length) return undefined;
  if (bytes.readUInt32LE(start + 4) !== crc32c(bytes, start + 8, end)) return undefined;
  const sequence = Number(bytes.readBigUInt64LE(start + 8));
  const reader = new ByteReader(bytes, start + frameHeaderBytes, end);
  const operations: SqlOperation[] = [];
  while (!reader.done) {
    const kind = reader.byte();
    const number = reader.varint();
    if (kind === entry.define) {
      texts[number] = reader.text();
      continue;
    }
    const values: SqlValue[] = [];
    for (let count = reader.varint(); count > 0; count--) values.push(readValue(reader));
    if (kind !== entry.run || !(number in texts)) throw new RangeError('An entry of unknown kind');
    operations.push({ sql: texts[number], values });
  }
  return { sequence, operations, end };
}

function writeDefinition(writer: ByteWriter, number: number, sql: string): void {
  writer.byte(entry.define);
  writer.varint(number);
  writer.text(sql);
}

function seal(writer: ByteWriter, sequence: number): Buffer {
  const bytes = writer.finish();
  bytes.writeUInt32LE(bytes.length - frameHeaderBytes, 0);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  bytes.writeUInt32LE(crc32c(bytes, 8), 4);
  return bytes;
}

function writeValue(writer: ByteWriter, value: SqlValue): void {
  if (value === null) writer.byte(tag.null);
  else if (typeof value === 'string') {
    writer.byte(tag.text);
    writer.text(value);
  } else if (typeof value !== 'number') {
    writer.byte(tag.blob);
    writer.blob(value);
  } else if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    writer.byte(tag.double);
    writer.double(value);
  } else {
    writer.byte(value < 0 ? tag.negative : tag.positive);
    writer.varint(Math.abs(value));
  }
}

function readValue(reader: ByteReader): SqlValue {
  switch (reader.byte()) {
    case tag.null:
      return null;
    case tag.positive:
      return reader.varint();
    case tag.negative:
      return -reader.varint();
    case tag.double:
      return reader.double();
    case tag.text:
      return reader.text();
    case tag.blob:
      return reader.blob();
    default:
      throw new RangeError('A value of unknown type');
  }
}
