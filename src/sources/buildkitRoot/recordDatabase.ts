import type { BoltCursor } from '../../bolt/cursor';
import type { BoltDatabase } from '../../bolt/database';
import { InlineEntries } from '../../bolt/inlineEntries';
import type { ParentLink, ParentRole } from '../../model/record';
import { IdTable } from './idTable';
import { KeyTable } from './keyTable';
import type { NoteList } from './noteList';
import type { ReadContext } from './readContext';
import { recordDraft, type RecordDraft, type StoredRecords } from './recordDraft';
import {
  InvalidValueError,
  plainTextEnd,
  readAnyAsText,
  readFlag,
  readInteger,
  readText,
  readTextList,
  readTime,
  textOffset,
} from './storedValue';

/** Longest value that is kept of a key without a field of its own, in characters. */
const longestAttribute = 4096;

/** Most keys without a field of their own that are kept of one record. */
const mostAttributes = 100;

/**
 * Reads the records of a metadata database, `metadata_v2.db` or the older `metadata.db`: bucket `_main`, one bucket for each record
 * in it, one key for each fact. `_index` and `_external` tell nothing more and are not read.
 */
export async function readRecords(
  database: BoltDatabase,
  context: ReadContext,
  notes: NoteList,
): Promise<StoredRecords> {
  const file = context.relative(database.path);
  const reader = new RecordReader(notes, file);
  const cursor = database.root.bucket('_main')?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      reader.read(cursor);
    } else {
      notes.addOneOfMany('entries that are no records', {
        severity: 'warning',
        file,
        message: `${JSON.stringify(cursor.keyText())} stands among the records but is none; it is left out.`,
      });
    }
    if (context.pacer.due) {
      context.progressWithin(idShare(cursor.keyText()));
      await context.pacer.pause();
    }
  }
  return reader;
}

/** Where an id stands among all ids, 0 to 1: record ids are random, so this tells how far a walk in their order is. */
export function idShare(id: string): number {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
  const first = Math.max(0, digits.indexOf(id.charAt(0)));
  const second = Math.max(0, digits.indexOf(id.charAt(1)));
  return (first * 36 + second) / (36 * 36);
}

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

/** Where one stored value lies. */
interface Entry {
  readonly page: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  keyText(): string;
}

/** Stands for an id that is not stored. */
const none = -1;

class RecordReader implements StoredRecords {
  readonly records: RecordDraft[] = [];
  readonly ids = new IdTable();
  readonly numbers: number[] = [];
  readonly holders: number[] = [];
  readonly parentEnds: number[] = [];
  readonly parents: number[] = [];
  readonly blobOnly = new Set<RecordDraft>();

  private readonly entries = new InlineEntries();
  private readonly interned = new Map<string, string>();
  /** Keys of the current record that have no field of their own: they decide about its kind, its parents, its time of last use. */
  private holder = none;
  private parent = none;
  private lowerParent = none;
  private upperParent = none;
  private mergeParents: readonly string[] | undefined;
  private isCommitted = false;
  private isUsed = false;

  constructor(
    private readonly notes: NoteList,
    private readonly file: string,
  ) {}

  read(entry: BoltCursor): void {
    const number = this.ids.numberAt(entry.page, entry.keyStart, entry.keyEnd);
    const record = recordDraft(this.ids.text(number));
    this.forgetKeys();
    if (this.entries.enter(entry)) {
      while (this.entries.next()) {
        this.readEntry(record, this.entries);
      }
    } else {
      const cursor = entry.bucket().cursor();
      while (cursor.next()) {
        if (!cursor.isBucket) {
          this.readEntry(record, cursor);
        }
      }
    }
    this.finish(record);
    this.records.push(record);
    this.numbers.push(number);
    this.holders.push(this.holder);
    this.parentEnds.push(this.parents.length);
  }

  private forgetKeys(): void {
    this.holder = this.parent = this.lowerParent = this.upperParent = none;
    this.mergeParents = undefined;
    this.isCommitted = this.isUsed = false;
  }

  private readEntry(record: RecordDraft, entry: Entry): void {
    // A cleared key keeps a value of no bytes.
    if (entry.valueStart === entry.valueEnd) {
      return;
    }
    try {
      this.readKey(record, entry);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) {
        throw error;
      }
      this.notes.addOneOfMany('values that cannot be read', {
        severity: 'warning',
        file: this.file,
        record: record.id,
        message:
          `The value of ${JSON.stringify(entry.keyText())} of record ${record.id} is ${error.message}; it is left out. ` +
          'BuildKit does not start on such a database.',
      });
    }
  }

  private readKey(record: RecordDraft, entry: Entry): void {
    const { page, valueStart: start, valueEnd: end } = entry;
    switch (recordKeys.find(page, entry.keyStart, entry.keyEnd)) {
      case 'cache.cachePolicy':
        record.retained = readInteger(page, start, end) === 1;
        break;
      case 'cache.createdAt': {
        const time = readTime(page, start, end);
        record.createdAt = time?.ms;
        record.createdAtNanos = time?.nanos;
        break;
      }
      case 'cache.description':
        record.description = readText(page, start, end) ?? '';
        break;
      case 'cache.lastUsedAt': {
        const time = readTime(page, start, end);
        record.lastUsedAt = time?.ms;
        record.lastUsedAtNanos = time?.nanos;
        break;
      }
      case 'cache.usageCount':
        this.setUsageCount(record, readInteger(page, start, end));
        break;
      case 'cache.parent':
        this.parent = this.readId(page, start, end);
        break;
      case 'cache.snapshot':
        this.setSnapshot(record, readText(page, start, end));
        break;
      case 'snapshot.committed':
        this.isCommitted = readFlag(page, start, end);
        break;
      case 'snapshot.size':
        record.size = notNegative(readInteger(page, start, end));
        break;
      case 'cache.equalMutable':
        this.holder = this.readId(page, start, end);
        break;
      case 'cache.recordType':
        record.type = this.intern(readText(page, start, end)) ?? record.type;
        break;
      case 'cache.mergeParents':
        this.mergeParents = readTextList(page, start, end);
        break;
      case 'cache.lowerDiffParent':
        this.lowerParent = this.readId(page, start, end);
        break;
      case 'cache.upperDiffParent':
        this.upperParent = this.readId(page, start, end);
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
      case 'cache.blobonly':
        if (readFlag(page, start, end)) {
          this.blobOnly.add(record);
          record.lazy = undefined;
        }
        break;
      case 'cache.mediatype':
        record.mediaType = this.intern(readText(page, start, end));
        break;
      case 'cache.blobsize':
        record.blobSize = notNegative(readInteger(page, start, end));
        break;
      case 'cache.imageRefs':
        record.imageRefs = readTextList(page, start, end) ?? record.imageRefs;
        break;
      case 'cache.deleted':
        record.deleted = readFlag(page, start, end);
        break;
      case undefined:
        addAttribute(record, entry.keyText(), readAnyAsText(page, start, end));
        break;
    }
  }

  /** Mostly the record's own id, which is then kept once. */
  private setSnapshot(record: RecordDraft, id: string | undefined): void {
    if (id !== undefined && id !== record.id) {
      record.snapshotId = id;
    }
  }

  private setUsageCount(record: RecordDraft, count: number | undefined): void {
    this.isUsed = count !== undefined;
    record.usageCount = count ?? 0;
    if (!Number.isSafeInteger(record.usageCount)) {
      this.notes.addOneOfMany('usage counts that are too large', {
        severity: 'warning',
        file: this.file,
        record: record.id,
        message: `The usage count of record ${record.id} is larger than can be shown exactly; it is rounded to ${record.usageCount}.`,
      });
    }
  }

  private finish(record: RecordDraft): void {
    if (!this.isUsed) {
      // BuildKit stores both at once, and ignores the time without the count.
      record.lastUsedAt = record.lastUsedAtNanos = undefined;
    }
    record.mutable = !this.isCommitted;
    const { parent, mergeParents, lowerParent, upperParent } = this;
    if (mergeParents !== undefined) {
      record.kind = 'merge';
      record.parents = mergeParents.map((id, position): ParentLink => ({
        ...this.link(this.ids.numberOf(id), 'merge'),
        position,
      }));
    } else if (lowerParent !== none || upperParent !== none) {
      record.kind = 'diff';
      const lower = lowerParent === none ? [] : [this.link(lowerParent, 'lower')];
      record.parents = upperParent === none ? lower : [...lower, this.link(upperParent, 'upper')];
    } else if (parent !== none) {
      record.kind = 'layer';
      record.parents = [this.link(parent, 'layer')];
    }
    if (record.kind === 'merge' || record.kind === 'diff') {
      // These count as immutable even where an old BuildKit forgot to mark them.
      record.mutable = false;
    }
  }

  /** Notes the parent by its number; its id is the one string that all use. */
  private link(parent: number, role: ParentRole): ParentLink {
    this.parents.push(parent);
    return { id: this.ids.text(parent), role };
  }

  /** The number of an id in a string value. */
  private readId(page: Buffer, start: number, end: number): number {
    const close = plainTextEnd(page, start, end);
    if (close > start + textOffset) {
      return this.ids.numberAt(page, start + textOffset, close);
    }
    const id = readText(page, start, end);
    return id === undefined ? none : this.ids.numberOf(id);
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

function addAttribute(record: RecordDraft, key: string, value: string | undefined): void {
  if (value === undefined) {
    return;
  }
  const kept = Object.entries(record.attributes ?? {});
  if (kept.length < mostAttributes) {
    const text = value.length > longestAttribute ? `${value.slice(0, longestAttribute)}…` : value;
    // Not by assignment: a key may be called `__proto__`.
    record.attributes = Object.fromEntries([...kept, [key, text]]);
  }
}
