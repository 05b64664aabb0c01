import { fieldsOf, parseFilter } from '../model/filter';
import type { Timestamp } from '../store/clock';
import { type CacheRecord, storedSize, usageOf } from './cacheRecord';
import type { Core } from './core';
import { layerDigests } from './layers';
import { getRecord, holdImmutable } from './load';
import { releaseImmutable } from './release';
import { sizeOf } from './size';

/** One row of disk usage. A pair is one row: its immutable half while that is in use, else its mutable half. */
export interface UsageRow {
  readonly id: string;
  readonly mutable: boolean;
  /** Has a ref that is not just the hold of an unused child. */
  readonly inUse: boolean;
  /** Bytes; 0 for a mutable in use, which is still changing; undefined where it cannot be told. */
  readonly size: number | undefined;
  readonly createdAt: Timestamp | undefined;
  readonly lastUsedAt: Timestamp | undefined;
  readonly usageCount: number;
  /** A layer's one, a merge's inputs, a diff's lower and upper. */
  readonly parents: readonly string[];
  readonly description: string;
  readonly recordType: string;
  /** An image uses the same content, or that of a record that stands on it. */
  readonly shared: boolean;
}

type Row = { -readonly [Field in keyof UsageRow]: UsageRow[Field] };

export interface UsageOptions {
  /** In the language of `parseFilter`. */
  readonly filters?: readonly string[];
  /** Leaves out what was used less than so many milliseconds ago. */
  readonly ageLimit?: number;
}

/**
 * What the cache holds and which of it is in use, by BuildKit's rules. Nothing is written, and sizes that are not known are
 * measured for this answer only; with the quirks of BuildKit they are stored, and idle mutables are committed for it.
 * @throws FilterError
 */
export async function diskUsage(core: Core, options: UsageOptions = {}): Promise<UsageRow[]> {
  const filter = parseFilter(options.filters ?? []);
  const records = visibleRecords(core);
  const refs = refsWithoutUnusedChildren(records);
  const shared = sharedRecords(core, records);
  const now = core.clock.now().ms;
  const rows: Row[] = [];
  const unmeasured: { row: Row; record: CacheRecord }[] = [];
  records.forEach((record, index) => {
    const row = rowOf(record, refs[index] > 0, shared?.has(record) ?? false);
    // Upstream does not ask the twin, and so goes on to take it.
    if (core.quirks.diskUsageWrites && !(row.mutable && record.refs > 0))
      row.size = storedSize(record.fields);
    if (options.filters !== undefined && !filter.matches(fieldsOf({ ...row, type: row.recordType }))) return;
    if (options.ageLimit && row.lastUsedAt && row.lastUsedAt.ms > now - options.ageLimit) return;
    rows.push(row);
    if (row.size === undefined) unmeasured.push({ row, record });
  });
  for (const { row, record } of unmeasured) row.size = await measure(core, record);
  return rows;
}

/** The row of one record. */
export function rowOf(record: CacheRecord, inUse: boolean, shared: boolean): Row {
  const { fields } = record;
  const usage = usageOf(fields);
  const changing = record.mutable && record.refs > 0;
  return {
    id: record.id,
    mutable: record.mutable,
    inUse,
    size: changing ? 0 : record.knownSize,
    createdAt: fields.createdAt,
    lastUsedAt: usage.at,
    usageCount: usage.count,
    parents: parentIds(record),
    description: fields.description ?? '',
    recordType: fields.recordType === undefined || fields.recordType === '' ? 'regular' : fields.recordType,
    shared,
  };
}

export function parentIds(record: CacheRecord): readonly string[] {
  return record.holds.map((hold) => hold.record.id);
}

/** One record of each pair and every other record; in order of id where a daemon is replayed. */
export function visibleRecords(core: Core): CacheRecord[] {
  const records: CacheRecord[] = [];
  for (const record of core.records.values()) if (!record.isHiddenTwin) records.push(record);
  if (core.quirks.diskUsageWrites) records.sort((a, b) => (a.id < b.id ? -1 : 1));
  return records;
}

/**
 * Per record its refs, less those that unused children hold, theirs being unused in turn. The hidden half of a pair holds the
 * same parents once more.
 */
export function refsWithoutUnusedChildren(records: readonly CacheRecord[]): Int32Array {
  records.forEach((record, place) => (record.place = place));
  const refs = Int32Array.from(records, (record) => record.refs);
  const pending = records.map((_, place) => place);
  const waiting = new Uint8Array(records.length).fill(1);
  // The list grows while it is gone through.
  for (const place of pending) {
    waiting[place] = 0;
    if (refs[place] !== 0) continue;
    const record = records[place];
    for (const hold of record.holds) {
      const parent = hold.record.place;
      // Whoever is not in the list may still bear a place of another one.
      if (records.at(parent) !== hold.record) continue;
      refs[parent] -= record.equalImmutable === undefined ? 1 : 2;
      if (waiting[parent] === 1) continue;
      waiting[parent] = 1;
      pending.push(parent);
    }
  }
  return refs;
}

/** Records that an image uses too, with everything below them; undefined when nobody can tell. */
export function sharedRecords(core: Core, records: readonly CacheRecord[]): Set<CacheRecord> | undefined {
  const references = core.externalReferences?.();
  if (references === undefined) return undefined;
  const shared = new Set<CacheRecord>();
  for (const record of records) {
    if (shared.has(record) || !references.isReferenced(record.id, () => layerDigests(record))) continue;
    const pending = [record];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (shared.has(next)) continue;
      shared.add(next);
      pending.push(...next.holds.map((hold) => hold.record));
    }
  }
  return shared;
}

/** Measures one record for an answer. */
async function measure(core: Core, record: CacheRecord): Promise<number> {
  if (!core.quirks.diskUsageWrites) return sizeOf(core, record, false);
  const options = { noUse: true };
  let hold;
  try {
    hold = core.write(() => holdImmutable(core, getRecord(core, record.id, options), options));
  } catch {
    return 0;
  }
  const { record: immutable } = hold;
  try {
    return await sizeOf(core, immutable);
  } finally {
    core.write(() => releaseImmutable(core, hold));
  }
}
