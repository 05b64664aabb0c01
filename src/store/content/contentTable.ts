import type { Timestamp } from '../clock';
import type { ContentInfo } from '../contentStore';
import type { SqlDatabase } from '../database/sqlDatabase';
import { timeOf } from '../database/sqlTime';
import { numberOf, optionalNumber, optionalText, textOf, type SqlRow } from '../database/sqlValue';
import type { Labels } from '../labels';

const columns = 'digest, size, created_at, created_at_nanos, updated_at, updated_at_nanos';

export interface IngestRow {
  readonly ref: string;
  readonly expected?: string;
  readonly expiresAt?: number;
}

/** The rows of one namespace's content and uploads. */
export class ContentTable {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: number,
  ) {}

  find(digest: string): ContentInfo | undefined {
    const sql = `SELECT ${columns} FROM content WHERE namespace = ? AND digest = ?`;
    const row = this.database.get(sql, this.namespace, digest);
    if (row === undefined) return undefined;
    const labels = this.database.all(
      'SELECT digest, key, value FROM content_label WHERE namespace = ? AND digest = ? ORDER BY key',
      this.namespace,
      digest,
    );
    return toInfo(row, labels);
  }

  has(digest: string): boolean {
    const sql = 'SELECT 1 FROM content WHERE namespace = ? AND digest = ?';
    return this.database.get(sql, this.namespace, digest) !== undefined;
  }

  /** Bytes of this content as any namespace has it; undefined when none has, or none has the bytes. */
  sharedSize(digest: string): number | undefined {
    const row = this.database.get('SELECT size FROM content WHERE digest = ? AND trusted = 0', digest);
    return row === undefined ? undefined : numberOf(row[0]);
  }

  isTrusted(digest: string): boolean {
    const sql = 'SELECT trusted FROM content WHERE namespace = ? AND digest = ?';
    return this.database.get(sql, this.namespace, digest)?.[0] === 1;
  }

  all(): ContentInfo[] {
    const sql = `SELECT ${columns} FROM content WHERE namespace = ? ORDER BY digest`;
    const labelSql = 'SELECT digest, key, value FROM content_label WHERE namespace = ? ORDER BY digest, key';
    const labels = new Map<string, SqlRow[]>();
    for (const row of this.database.all(labelSql, this.namespace)) {
      const own = labels.get(textOf(row[0]));
      if (own === undefined) labels.set(textOf(row[0]), [row]);
      else own.push(row);
    }
    return this.database.all(sql, this.namespace).map((row) => toInfo(row, labels.get(textOf(row[0])) ?? []));
  }

  insert(digest: string, size: number, now: Timestamp, trusted: boolean): void {
    this.database.run(
      'INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      this.namespace,
      digest,
      size,
      now.ms,
      now.nanos,
      now.ms,
      now.nanos,
      trusted ? 1 : 0,
    );
  }

  /** Whether it was there. */
  delete(digest: string): boolean {
    const sql = 'DELETE FROM content WHERE namespace = ? AND digest = ?';
    return this.database.run(sql, this.namespace, digest) > 0;
  }

  setLabels(digest: string, labels: readonly (readonly [key: string, value: string])[]): void {
    const sql = 'DELETE FROM content_label WHERE namespace = ? AND digest = ?';
    this.database.run(sql, this.namespace, digest);
    for (const [key, value] of labels) {
      this.database.run('INSERT INTO content_label VALUES (?, ?, ?, ?)', this.namespace, digest, key, value);
    }
  }

  touch(digest: string, now: Timestamp): void {
    const sql = 'UPDATE content SET updated_at = ?, updated_at_nanos = ? WHERE namespace = ? AND digest = ?';
    this.database.run(sql, now.ms, now.nanos, this.namespace, digest);
  }

  ingest(ref: string): IngestRow | undefined {
    const sql = 'SELECT ref, expected, expires_at FROM ingest WHERE namespace = ? AND ref = ?';
    const row = this.database.get(sql, this.namespace, ref);
    return row === undefined ? undefined : toIngest(row);
  }

  ingests(): IngestRow[] {
    const sql = 'SELECT ref, expected, expires_at FROM ingest WHERE namespace = ? ORDER BY ref';
    return this.database.all(sql, this.namespace).map(toIngest);
  }

  putIngest({ ref, expected, expiresAt }: IngestRow): void {
    const sql = 'INSERT OR REPLACE INTO ingest VALUES (?, ?, ?, ?)';
    this.database.run(sql, this.namespace, ref, expected ?? null, expiresAt ?? null);
  }

  deleteIngest(ref: string): void {
    this.database.run('DELETE FROM ingest WHERE namespace = ? AND ref = ?', this.namespace, ref);
  }
}

function toInfo(row: SqlRow, labels: readonly SqlRow[]): ContentInfo {
  const [digest, size, created, createdNanos, updated, updatedNanos] = row;
  const entries: Labels = Object.fromEntries(labels.map(([, key, value]) => [textOf(key), textOf(value)]));
  return {
    digest: textOf(digest),
    size: numberOf(size),
    createdAt: timeOf(created, createdNanos),
    updatedAt: timeOf(updated, updatedNanos),
    labels: entries,
  };
}

function toIngest([ref, expected, expiresAt]: SqlRow): IngestRow {
  const known = { expected: optionalText(expected), expiresAt: optionalNumber(expiresAt) };
  return {
    ref: textOf(ref),
    ...(known.expected === undefined ? {} : { expected: known.expected }),
    ...(known.expiresAt === undefined ? {} : { expiresAt: known.expiresAt }),
  };
}
