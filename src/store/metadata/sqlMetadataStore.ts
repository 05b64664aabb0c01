import type { SqlDatabase } from '../database/sqlDatabase';
import { numberOf, textOf, type SqlRow } from '../database/sqlValue';
import type { MetadataStore, OtherValue, RecordChanges, RecordMetadata } from '../metadataStore';
import {
  columnChanges,
  derivedFields,
  firstIndexedColumn,
  indexedFields,
  listFields,
  readRecord,
  recordColumns,
  type RecordDraft,
} from './recordColumns';

/** Records in the tables `record` and `record_*`. */
export class SqlMetadataStore implements MetadataStore {
  constructor(private readonly database: SqlDatabase) {}

  get(id: string): RecordMetadata | undefined {
    const row = this.database.get(`SELECT ${recordColumns} FROM record WHERE id = ?`, id);
    if (row === undefined) return undefined;
    const record = readRecord(row);
    const own = new Map([[id, record]]);
    for (const [field, { table, column }] of listFields) {
      const sql = `SELECT record, ${column} FROM ${table} WHERE record = ? ORDER BY position`;
      addLists(own, field, this.database.all(sql, id));
    }
    const others = this.database.all(
      'SELECT record, key, json FROM record_other WHERE record = ? ORDER BY key',
      id,
    );
    if (needsIndexes(row) || others.length > 0) {
      const sql = 'SELECT key, record, field FROM record_index WHERE record = ? ORDER BY key';
      addIndexed(record, row, indexesByField(this.database.all(sql, id)));
      addOthers(own, others, indexesByRecord(this.database.all(sql, id)));
    }
    return record;
  }

  has(id: string): boolean {
    return this.database.get('SELECT 1 FROM record WHERE id = ?', id) !== undefined;
  }

  all(): RecordMetadata[] {
    const rows = this.database.all(`SELECT ${recordColumns} FROM record ORDER BY id`);
    const byId = new Map<string, RecordDraft>();
    const indexed: SqlRow[] = [];
    for (const row of rows) {
      const record = readRecord(row);
      byId.set(record.id, record);
      if (needsIndexes(row)) indexed.push(row);
    }
    for (const [field, { table, column }] of listFields) {
      const sql = `SELECT record, ${column} FROM ${table} ORDER BY record, position`;
      addLists(byId, field, this.database.all(sql));
    }
    const others = this.database.all('SELECT record, key, json FROM record_other ORDER BY record, key');
    if (indexed.length > 0 || others.length > 0) {
      const entries = this.database.all('SELECT key, record, field FROM record_index ORDER BY key');
      const indexes = indexesByRecord(entries);
      for (const row of indexed) {
        const record = byId.get(textOf(row[0]));
        if (record !== undefined) addIndexed(record, row, indexes.get(record.id));
      }
      addOthers(byId, others, indexes);
    }
    return [...byId.values()];
  }

  count(): number {
    return numberOf(this.database.get('SELECT count(*) FROM record')?.[0] ?? 0);
  }

  put(id: string, changes: RecordChanges, options: { keepReplacedIndex?: boolean } = {}): void {
    const { columns, values } = columnChanges(changes);
    if (isPlain(changes)) {
      this.putColumns(id, columns, values);
      return;
    }
    this.database.transaction(() => {
      this.putColumns(id, columns, values);
      this.putLists(id, changes);
      this.putIndexes(id, changes, options.keepReplacedIndex === true);
      this.putOthers(id, changes.other ?? {}, options.keepReplacedIndex === true);
    });
  }

  clear(id: string): void {
    // The tables that refer to the record follow it.
    this.database.run('DELETE FROM record WHERE id = ?', id);
  }

  search(index: string): string[] {
    const sql = 'SELECT DISTINCT record FROM record_index WHERE key = ? ORDER BY record';
    return this.database.all(sql, index).map(([record]) => textOf(record));
  }

  searchPrefix(prefix: string): string[] {
    const sql =
      'SELECT record FROM record_index WHERE key >= ?1 AND key < ?1 || char(1114111) ORDER BY key, record';
    return [...new Set(this.database.all(sql, prefix).map(([record]) => textOf(record)))];
  }

  indexEntries(): string[] {
    const rows = this.database.all('SELECT DISTINCT key, record FROM record_index');
    return rows.map(([key, record]) => `${textOf(key)}::${textOf(record)}`).sort();
  }

  putIndex(index: string, id: string): void {
    this.addIndex(index, id, '');
  }

  clearIndex(id: string, prefix: string): void {
    const sql = 'DELETE FROM record_index WHERE record = ?2 AND substr(key, 1, length(?1)) = ?1';
    this.database.run(sql, prefix, id);
  }

  getExternal(id: string, key: string): Uint8Array | undefined {
    const row = this.database.get('SELECT value FROM record_external WHERE record = ? AND key = ?', id, key);
    const value = row?.[0];
    return value instanceof Uint8Array ? value : undefined;
  }

  setExternal(id: string, key: string, value: Uint8Array): void {
    this.database.run('INSERT OR REPLACE INTO record_external VALUES (?, ?, ?)', id, key, value);
  }

  listExternal(id: string): { key: string; length: number }[] {
    const sql = 'SELECT key, length(value) FROM record_external WHERE record = ? ORDER BY key';
    return this.database
      .all(sql, id)
      .map(([key, length]) => ({ key: textOf(key), length: numberOf(length) }));
  }

  private putColumns(
    id: string,
    columns: readonly string[],
    values: Parameters<SqlDatabase['run']>[1][],
  ): void {
    if (columns.length === 0) {
      this.database.run('INSERT OR IGNORE INTO record (id) VALUES (?)', id);
      return;
    }
    const updates = columns.map((column) => `${column} = excluded.${column}`).join(', ');
    const sql =
      `INSERT INTO record (id, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)}) ` +
      `ON CONFLICT (id) DO UPDATE SET ${updates}`;
    this.database.run(sql, id, ...values);
  }

  private putLists(id: string, changes: RecordChanges): void {
    for (const [field, { table }] of listFields) {
      const values = changes[field];
      if (values === undefined) continue;
      this.database.run(`DELETE FROM ${table} WHERE record = ?`, id);
      for (const [position, value] of (values ?? []).entries()) {
        this.database.run(`INSERT INTO ${table} VALUES (?, ?, ?)`, id, position, value);
      }
    }
  }

  private putIndexes(id: string, changes: RecordChanges, keepReplaced: boolean): void {
    for (const [field, prefix] of derivedFields) {
      const value = changes[field];
      if (value === undefined) continue;
      const index = value === null ? undefined : prefix + value;
      this.replaceIndex(id, field, index, keepReplaced && value !== null);
    }
    for (const [field] of indexedFields) {
      const value = changes[field];
      if (value !== undefined) this.replaceIndex(id, field, value?.index, keepReplaced && value !== null);
    }
  }

  private putOthers(
    id: string,
    others: Readonly<Record<string, OtherValue | null>>,
    keepReplaced: boolean,
  ): void {
    for (const [key, value] of Object.entries(others)) {
      if (value === null) {
        this.database.run('DELETE FROM record_other WHERE record = ? AND key = ?', id, key);
      } else {
        this.database.run('INSERT OR REPLACE INTO record_other VALUES (?, ?, ?)', id, key, value.json);
      }
      this.replaceIndex(id, otherField(key), value?.index, keepReplaced && value !== null);
    }
  }

  private replaceIndex(id: string, field: string, index: string | undefined, keepReplaced: boolean): void {
    if (!keepReplaced) {
      this.database.run('DELETE FROM record_index WHERE record = ? AND field = ?', id, field);
    } else if (index !== undefined) {
      // What stays behind no longer belongs to the field.
      this.database.run(
        "UPDATE OR REPLACE record_index SET field = '' WHERE record = ? AND field = ?",
        id,
        field,
      );
    }
    if (index !== undefined) this.addIndex(index, id, field);
  }

  private addIndex(index: string, id: string, field: string): void {
    this.database.run('INSERT OR IGNORE INTO record_index VALUES (?, ?, ?)', index, id, field);
  }
}

const structured = new Set<string>([
  ...listFields.map(([field]) => field),
  ...derivedFields.map(([field]) => field),
  ...indexedFields.map(([field]) => field),
  'other',
]);

/** Whether the changes touch the record's own columns alone. */
function isPlain(changes: RecordChanges): boolean {
  for (const field in changes) if (structured.has(field)) return false;
  return true;
}

/** Keys of `other` cannot meet the names of fields in the index table. */
function otherField(key: string): string {
  return `other:${key}`;
}

function needsIndexes(row: SqlRow): boolean {
  for (let at = firstIndexedColumn; at < row.length; at++) if (row[at] !== null) return true;
  return false;
}

function addLists(
  records: ReadonlyMap<string, RecordDraft>,
  field: 'mergeParents' | 'imageRefs' | 'urls',
  rows: readonly SqlRow[],
): void {
  const lists = new Map<string, string[]>();
  for (const [id, value] of rows) {
    const list = lists.get(textOf(id));
    if (list === undefined) lists.set(textOf(id), [textOf(value)]);
    else list.push(textOf(value));
  }
  for (const [id, list] of lists) {
    const record = records.get(id);
    if (record !== undefined) record[field] = list;
  }
}

type FieldIndexes = ReadonlyMap<string, string>;

function indexesByField(rows: readonly SqlRow[]): FieldIndexes {
  return new Map(rows.map(([key, , field]) => [textOf(field), textOf(key)]));
}

function indexesByRecord(rows: readonly SqlRow[]): ReadonlyMap<string, FieldIndexes> {
  const records = new Map<string, Map<string, string>>();
  for (const [key, record, field] of rows) {
    const fields = records.get(textOf(record)) ?? new Map<string, string>();
    fields.set(textOf(field), textOf(key));
    records.set(textOf(record), fields);
  }
  return records;
}

function addIndexed(record: RecordDraft, row: SqlRow, indexes: FieldIndexes | undefined): void {
  for (const [at, [field]] of indexedFields.entries()) {
    const value = row[firstIndexedColumn + at];
    if (typeof value !== 'string') continue;
    const index = indexes?.get(field);
    record[field] = index === undefined ? { value } : { value, index };
  }
}

function addOthers(
  records: ReadonlyMap<string, RecordDraft>,
  rows: readonly SqlRow[],
  indexes: ReadonlyMap<string, FieldIndexes>,
): void {
  for (const [id, key, json] of rows) {
    const record = records.get(textOf(id));
    if (record === undefined) continue;
    const index = indexes.get(record.id)?.get(otherField(textOf(key)));
    const value = index === undefined ? { json: textOf(json) } : { json: textOf(json), index };
    record.other = { ...record.other, [textOf(key)]: value };
  }
}
