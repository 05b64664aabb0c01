import type { Timestamp } from '../clock';
import type { SqlDatabase } from '../database/sqlDatabase';
import { timeOf } from '../database/sqlTime';
import { numberOf, optionalNumber, optionalText, textOf, type SqlRow } from '../database/sqlValue';
import type { SnapshotInfo, SnapshotKind, SnapshotUsage } from '../snapshotter';

/** A snapshot with the number that names its directory. */
export interface StoredSnapshot extends SnapshotInfo {
  readonly number: number;
  /** Committed ones only. */
  readonly usage?: SnapshotUsage;
}

export interface BriefSnapshot {
  readonly number: number;
  readonly kind: SnapshotKind;
  readonly hasParent: boolean;
}

const select =
  'SELECT s.number, s.key, s.kind, s.created_at, s.created_at_nanos, s.updated_at, s.updated_at_nanos, ' +
  's.size, s.inodes, p.key FROM snapshot s LEFT JOIN snapshot p ON p.number = s.parent';

/** The rows of one namespace's snapshots. */
export class SnapshotTable {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: number,
  ) {}

  find(key: string): StoredSnapshot | undefined {
    const row = this.database.get(`${select} WHERE s.namespace = ? AND s.key = ?`, this.namespace, key);
    if (row === undefined) return undefined;
    const sql = 'SELECT snapshot, key, value FROM snapshot_label WHERE snapshot = ? ORDER BY key';
    return toSnapshot(row, this.database.all(sql, row[0]));
  }

  has(key: string): boolean {
    return this.brief(key) !== undefined;
  }

  /** What most operations need, for a third of the cost of `find`. */
  brief(key: string): BriefSnapshot | undefined {
    const sql = 'SELECT number, kind, parent FROM snapshot WHERE namespace = ? AND key = ?';
    const row = this.database.get(sql, this.namespace, key);
    if (row === undefined) return undefined;
    return { number: numberOf(row[0]), kind: kindOf(textOf(row[1])), hasParent: row[2] !== null };
  }

  all(): StoredSnapshot[] {
    const labels = new Map<number, SqlRow[]>();
    for (const row of this.database.all(
      'SELECT snapshot, key, value FROM snapshot_label ORDER BY snapshot, key',
    )) {
      const own = labels.get(numberOf(row[0]));
      if (own === undefined) labels.set(numberOf(row[0]), [row]);
      else own.push(row);
    }
    return this.database
      .all(`${select} WHERE s.namespace = ? ORDER BY s.key`, this.namespace)
      .map((row) => toSnapshot(row, labels.get(numberOf(row[0])) ?? []));
  }

  children(number: number): string[] {
    const sql = 'SELECT key FROM snapshot WHERE parent = ? ORDER BY key';
    return this.database.all(sql, number).map(([key]) => textOf(key));
  }

  hasChildren(number: number): boolean {
    return this.database.get('SELECT 1 FROM snapshot WHERE parent = ? LIMIT 1', number) !== undefined;
  }

  /** Numbers from the lowest ancestor to the snapshot itself. */
  stack({ number, hasParent }: BriefSnapshot): number[] {
    if (!hasParent) return [number];
    const sql =
      'WITH RECURSIVE below (number, parent, depth) AS (' +
      'SELECT number, parent, 0 FROM snapshot WHERE number = ? UNION ALL ' +
      'SELECT s.number, s.parent, depth + 1 FROM below JOIN snapshot s ON s.number = below.parent) ' +
      'SELECT number FROM below ORDER BY depth DESC';
    return this.database.all(sql, number).map(([one]) => numberOf(one));
  }

  insert(snapshot: {
    number: number;
    key: string;
    kind: SnapshotKind;
    parent: number | undefined;
    now: Timestamp;
    usage?: SnapshotUsage;
  }): void {
    const { number, key, kind, parent, now, usage } = snapshot;
    this.database.run(
      'INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      number,
      this.namespace,
      key,
      parent ?? null,
      kind,
      now.ms,
      now.nanos,
      now.ms,
      now.nanos,
      usage?.size ?? null,
      usage?.inodes ?? null,
    );
  }

  commit(number: number, name: string, now: Timestamp, usage: SnapshotUsage): void {
    this.database.run(
      "UPDATE snapshot SET key = ?, kind = 'committed', created_at = ?, created_at_nanos = ?, updated_at = ?, " +
        'updated_at_nanos = ?, size = ?, inodes = ? WHERE number = ?',
      name,
      now.ms,
      now.nanos,
      now.ms,
      now.nanos,
      usage.size,
      usage.inodes,
      number,
    );
  }

  setLabels(number: number, labels: readonly (readonly [key: string, value: string])[]): void {
    this.database.run('DELETE FROM snapshot_label WHERE snapshot = ?', number);
    for (const [key, value] of labels) {
      this.database.run('INSERT INTO snapshot_label VALUES (?, ?, ?)', number, key, value);
    }
  }

  touch(number: number, now: Timestamp): void {
    const sql = 'UPDATE snapshot SET updated_at = ?, updated_at_nanos = ? WHERE number = ?';
    this.database.run(sql, now.ms, now.nanos, number);
  }

  delete(number: number): void {
    this.database.run('DELETE FROM snapshot WHERE number = ?', number);
  }
}

function toSnapshot(row: SqlRow, labels: readonly SqlRow[]): StoredSnapshot {
  const [number, key, kind, created, createdNanos, updated, updatedNanos, size, inodes, parent] = row;
  const below = optionalText(parent);
  const bytes = optionalNumber(size);
  return {
    number: numberOf(number),
    key: textOf(key),
    kind: kindOf(textOf(kind)),
    createdAt: timeOf(created, createdNanos),
    updatedAt: timeOf(updated, updatedNanos),
    labels: Object.fromEntries(labels.map(([, label, value]) => [textOf(label), textOf(value)])),
    ...(below === undefined ? {} : { parent: below }),
    ...(bytes === undefined ? {} : { usage: { size: bytes, inodes: optionalNumber(inodes) ?? 0 } }),
  };
}

function kindOf(text: string): SnapshotKind {
  if (text === 'view' || text === 'active' || text === 'committed') return text;
  throw new TypeError(`${text} is not a kind of snapshot`);
}
