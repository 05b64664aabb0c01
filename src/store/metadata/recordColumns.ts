import {
  numberOf,
  optionalNumber,
  optionalText,
  textOf,
  type SqlRow,
  type SqlValue,
} from '../database/sqlValue';
import type { Timestamp } from '../clock';
import type { RecordChanges, RecordFields } from '../metadataStore';

type Field = keyof RecordFields;

/** Fields held in one column each, as they are. */
const plainColumns = {
  size: 'size',
  equalMutable: 'equal_mutable',
  cachePolicy: 'cache_policy',
  description: 'description',
  usageCount: 'usage_count',
  layerType: 'layer_type',
  recordType: 'record_type',
  parent: 'parent',
  lowerDiffParent: 'lower_diff_parent',
  upperDiffParent: 'upper_diff_parent',
  diffId: 'diff_id',
  chainId: 'chain_id',
  blobChainId: 'blob_chain_id',
  blob: 'blob',
  snapshotId: 'snapshot',
  mediaType: 'media_type',
  blobSize: 'blob_size',
  etag: 'etag',
  httpModified: 'http_modified',
} as const satisfies Partial<Record<Field, string>>;

const booleanColumns = {
  committed: 'committed',
  blobOnly: 'blob_only',
  deleted: 'deleted',
} as const satisfies Partial<Record<Field, string>>;

const timeColumns = {
  createdAt: ['created_at', 'created_at_nanos'],
  lastUsedAt: ['last_used_at', 'last_used_at_nanos'],
} as const satisfies Partial<Record<Field, readonly string[]>>;

/** The value in its column; its index in the index table, under the field's name. */
const indexedColumns = {
  sharedKey: 'shared_key',
  cacheDir: 'cache_dir',
  gitRemote: 'git_remote',
  gitSnapshot: 'git_snapshot',
  httpChecksum: 'http_checksum',
} as const satisfies Partial<Record<Field, string>>;

/** Fields whose index follows from the value. */
const derivedIndexes = {
  chainId: 'chainid:',
  blobChainId: 'blobchainid:',
} as const satisfies Partial<Record<Field, string>>;

/** Fields that are lists, each in a table of its own. */
const listTables = {
  mergeParents: { table: 'record_merge_parent', column: 'parent' },
  imageRefs: { table: 'record_image_ref', column: 'name' },
  urls: { table: 'record_url', column: 'url' },
} as const satisfies Partial<Record<Field, { table: string; column: string }>>;

function entries<Table extends object>(table: Table): [keyof Table, Table[keyof Table]][] {
  // Object.entries forgets that the keys of a literal are known.
  return Object.entries(table) as [keyof Table, Table[keyof Table]][];
}

const plainFields = entries(plainColumns);
const booleanFields = entries(booleanColumns);
const timeFields = entries(timeColumns);
export const indexedFields = entries(indexedColumns);
export const derivedFields = entries(derivedIndexes);
export const listFields = entries(listTables);

/** The columns of a record in the order in which `readRecord` takes them. */
export const recordColumns = [
  'id',
  ...plainFields.map(([, column]) => column),
  ...booleanFields.map(([, column]) => column),
  ...timeFields.flatMap(([, columns]) => columns),
  'blob_mapping_sum',
  'blob_mapping_diff_id',
  ...indexedFields.map(([, column]) => column),
].join(', ');

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
export type RecordDraft = Writable<RecordFields> & { id: string };

const firstBoolean = 1 + plainFields.length;
const firstTime = firstBoolean + booleanFields.length;
const mappingColumn = firstTime + timeFields.length * 2;
export const firstIndexedColumn = mappingColumn + 2;

/** The fields of a row that need no other table. */
export function readRecord(row: SqlRow): RecordDraft {
  const draft: Record<string, unknown> & { id: string } = { id: textOf(row[0]) };
  for (let at = 1; at < firstBoolean; at++) {
    const value = row[at];
    if (value !== null) draft[plainFields[at - 1][0]] = value;
  }
  for (let at = firstBoolean; at < firstTime; at++) {
    const value = row[at];
    if (value !== null) draft[booleanFields[at - firstBoolean][0]] = value === 1;
  }
  for (let time = 0; time < timeFields.length; time++) {
    const value = readTime(row, firstTime + time * 2);
    if (value !== undefined) draft[timeFields[time][0]] = value;
  }
  const blobsum = optionalText(row[mappingColumn]);
  if (blobsum !== undefined) {
    draft.blobMapping = { blobsum, diffId: optionalText(row[mappingColumn + 1]) ?? '' };
  }
  // The tables above name fields of RecordFields only, and the schema gives each column its type.
  return draft;
}

function readTime(row: SqlRow, at: number): Timestamp | undefined {
  const ms = optionalNumber(row[at]);
  return ms === undefined ? undefined : { ms, nanos: numberOf(row[at + 1]) };
}

/** Columns to set, and the values for them, so that the changes hold. */
export function columnChanges(changes: RecordChanges): { columns: string[]; values: SqlValue[] } {
  const columns: string[] = [];
  const values: SqlValue[] = [];
  const set = (column: string, value: SqlValue) => {
    columns.push(column);
    values.push(value);
  };
  for (const [field, column] of plainFields) {
    const value = changes[field];
    if (value !== undefined) set(column, value);
  }
  for (const [field, column] of booleanFields) {
    const value = changes[field];
    if (value !== undefined) set(column, value === null ? null : Number(value));
  }
  for (const [field, [ms, nanos]] of timeFields) {
    const value = changes[field];
    if (value === undefined) continue;
    set(ms, value?.ms ?? null);
    set(nanos, value?.nanos ?? null);
  }
  if (changes.blobMapping !== undefined) {
    set('blob_mapping_sum', changes.blobMapping?.blobsum ?? null);
    set('blob_mapping_diff_id', changes.blobMapping?.diffId ?? null);
  }
  for (const [field, column] of indexedFields) {
    const value = changes[field];
    if (value !== undefined) set(column, value?.value ?? null);
  }
  return { columns, values };
}
