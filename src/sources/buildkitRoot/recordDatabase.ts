import type { BoltCursor } from '../../bolt/cursor';
import type { BoltDatabase } from '../../bolt/database';
import { KeyTable } from './keyTable';
import type { NoteList } from './noteList';
import type { ReadContext } from './readContext';
import {
  InvalidValueError,
  readAnyAsText,
  readFlag,
  readInteger,
  readText,
  readTextList,
  readTime,
} from './storedValue';
import { StoredRecord } from './storedRecord';

/** Longest value that is kept of a key without a field of its own, in characters. */
const longestAttribute = 4096;

/** Most keys without a field of their own that are kept of one record. */
const mostAttributes = 100;

const recordKeys = new KeyTable([
  'snapshot.size',
  'snapshot.committed',
  'cache.equalMutable',
  'cache.cachePolicy',
  'cache.description',
  'cache.createdAt',
  'cache.lastUsedAt',
  'cache.usageCount',
  'cache.recordType',
  'cache.parent',
  'cache.mergeParents',
  'cache.lowerDiffParent',
  'cache.upperDiffParent',
  'cache.diffID',
  'cache.chainID',
  'cache.blobChainID',
  'cache.blob',
  'cache.snapshot',
  'cache.blobonly',
  'cache.mediatype',
  'cache.blobsize',
  'cache.imageRefs',
  'cache.deleted',
]);

/**
 * Reads the records of a metadata database, `metadata_v2.db` or the older `metadata.db`: bucket `_main`, one bucket for each record
 * in it, one key for each fact. `_index` and `_external` tell nothing more and are not read.
 */
export async function readRecords(
  database: BoltDatabase,
  context: ReadContext,
  notes: NoteList,
): Promise<StoredRecord[]> {
  const file = context.relative(database.path);
  const records: StoredRecord[] = [];
  const reader = new RecordReader(notes, file);
  const cursor = database.root.bucket('_main')?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      records.push(reader.read(cursor));
    } else {
      notes.addOneOfMany('entries that are no records', {
        severity: 'warning',
        file,
        message: `${JSON.stringify(cursor.keyText())} stands among the records but is none; it is left out.`,
      });
    }
    if (context.pacer.due) {
      context.progressWithin(idShare(records.at(-1)?.id ?? ''));
      await context.pacer.pause();
    }
  }
  return records;
}

/** Where an id stands among all ids, 0 to 1: record ids are random, so this tells how far a walk in their order is. */
export function idShare(id: string): number {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
  const first = Math.max(0, digits.indexOf(id.charAt(0)));
  const second = Math.max(0, digits.indexOf(id.charAt(1)));
  return (first * 36 + second) / (36 * 36);
}

class RecordReader {
  private readonly interned = new Map<string, string>();

  constructor(
    private readonly notes: NoteList,
    private readonly file: string,
  ) {}

  read(entry: BoltCursor): StoredRecord {
    const record = new StoredRecord(entry.keyText());
    const cursor = entry.bucket().cursor();
    while (cursor.next()) {
      // A cleared key keeps a value of no bytes.
      if (cursor.isBucket || cursor.valueStart === cursor.valueEnd) {
        continue;
      }
      try {
        this.readKey(record, cursor);
      } catch (error) {
        if (!(error instanceof InvalidValueError)) {
          throw error;
        }
        this.notes.addOneOfMany('values that cannot be read', {
          severity: 'warning',
          file: this.file,
          record: record.id,
          message:
            `The value of ${JSON.stringify(cursor.keyText())} of record ${record.id} is ${error.message}; it is left out. ` +
            'BuildKit does not start on such a database.',
        });
      }
    }
    if (record.usageCount === undefined) {
      // BuildKit stores both at once, and ignores the time without the count.
      record.lastUsedAt = undefined;
    }
    return record;
  }

  private readKey(record: StoredRecord, cursor: BoltCursor): void {
    const { page, valueStart: start, valueEnd: end } = cursor;
    switch (recordKeys.find(page, cursor.keyStart, cursor.keyEnd)) {
      case 'snapshot.size':
        record.size = notNegative(readInteger(page, start, end));
        break;
      case 'snapshot.committed':
        record.committed = readFlag(page, start, end);
        break;
      case 'cache.equalMutable':
        record.equalMutable = readText(page, start, end);
        break;
      case 'cache.cachePolicy':
        record.retained = readInteger(page, start, end) === 1;
        break;
      case 'cache.description':
        record.description = readText(page, start, end) ?? '';
        break;
      case 'cache.createdAt': {
        const time = readTime(page, start, end);
        record.createdAt = time?.ms;
        record.createdAtNanos = time?.nanos ?? 0;
        break;
      }
      case 'cache.lastUsedAt': {
        const time = readTime(page, start, end);
        record.lastUsedAt = time?.ms;
        record.lastUsedAtNanos = time?.nanos ?? 0;
        break;
      }
      case 'cache.usageCount':
        record.usageCount = this.count(record, readInteger(page, start, end));
        break;
      case 'cache.recordType':
        record.type = this.intern(readText(page, start, end)) ?? '';
        break;
      case 'cache.parent':
        record.parent = readText(page, start, end);
        break;
      case 'cache.mergeParents':
        record.mergeParents = readTextList(page, start, end);
        break;
      case 'cache.lowerDiffParent':
        record.lowerParent = readText(page, start, end);
        break;
      case 'cache.upperDiffParent':
        record.upperParent = readText(page, start, end);
        break;
      case 'cache.diffID':
        record.diffId = readText(page, start, end);
        break;
      case 'cache.chainID':
        record.chainId = readText(page, start, end);
        break;
      case 'cache.blobChainID':
        record.blobChainId = readText(page, start, end);
        break;
      case 'cache.blob':
        record.blob = readText(page, start, end);
        break;
      case 'cache.snapshot':
        record.snapshotId = readText(page, start, end) ?? record.id;
        break;
      case 'cache.blobonly':
        record.blobOnly = readFlag(page, start, end);
        break;
      case 'cache.mediatype':
        record.mediaType = this.intern(readText(page, start, end));
        break;
      case 'cache.blobsize':
        record.blobSize = notNegative(readInteger(page, start, end));
        break;
      case 'cache.imageRefs':
        record.imageRefs = readTextList(page, start, end);
        break;
      case 'cache.deleted':
        record.deleted = readFlag(page, start, end);
        break;
      case undefined:
        addAttribute(record, cursor.keyText(), readAnyAsText(page, start, end));
        break;
    }
  }

  private count(record: StoredRecord, count: number | undefined): number | undefined {
    if (count !== undefined && !Number.isSafeInteger(count)) {
      this.notes.addOneOfMany('usage counts that are too large', {
        severity: 'warning',
        file: this.file,
        record: record.id,
        message: `The usage count of record ${record.id} is larger than can be shown exactly; it is rounded to ${count}.`,
      });
    }
    return count;
  }

  /** The one string of this text, so that a few words are not kept a hundred thousand times. */
  private intern(text: string | undefined): string | undefined {
    if (text === undefined) {
      return undefined;
    }
    const known = this.interned.get(text);
    if (known === undefined) {
      this.interned.set(text, text);
    }
    return known ?? text;
  }
}

function notNegative(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

function addAttribute(record: StoredRecord, key: string, value: string | undefined): void {
  if (value === undefined) {
    return;
  }
  // Without a prototype: a key may be called `__proto__`.
  record.attributes ??= Object.create(null) as Record<string, string>;
  if (Object.keys(record.attributes).length < mostAttributes) {
    const cut = value.length > longestAttribute;
    record.attributes[key] = cut ? `${value.slice(0, longestAttribute)}…` : value;
  }
}
