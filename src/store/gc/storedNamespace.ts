import type { SqlDatabase } from '../database/sqlDatabase';
import { numberOf, optionalNumber, optionalText, textOf, type SqlRow } from '../database/sqlValue';
import { gcPrefix } from './gcLabels';
import type { GcIngest, GcLease, GcNamespace, GcObject, GcSnapshot } from './mark';

/** One namespace of the database as the collector sees it, with the numbers of its rows. */
export interface StoredNamespace {
  readonly number: number;
  readonly objects: GcNamespace;
  readonly leaseNumbers: ReadonlyMap<string, number>;
  /** Bytes by digest. */
  readonly contentSizes: ReadonlyMap<string, number>;
  readonly snapshotRows: ReadonlyMap<string, SnapshotRow>;
}

export interface SnapshotRow {
  readonly number: number;
  readonly parent?: number;
  /** Bytes; unknown of active ones. */
  readonly size?: number;
}

type LabelTable = ReadonlyMap<number | string, Record<string, string>>;

const noLabels = {};
/** The labels that matter are a range of the primary key's last column. */
const gcLabels = `key >= '${gcPrefix}' AND key < '${gcPrefix.slice(0, -1)}/'`;

/** Reads all that the collector needs of every namespace. */
export function readNamespaces(database: SqlDatabase, snapshotter: string): StoredNamespace[] {
  const leaseLabels = labelsBy(database.all(`SELECT lease, key, value FROM lease_label WHERE ${gcLabels}`));
  const snapshotLabels = labelsBy(
    database.all(`SELECT snapshot, key, value FROM snapshot_label WHERE ${gcLabels}`),
  );
  return database
    .all('SELECT number FROM namespace ORDER BY number')
    .map(([number]) => readNamespace(database, numberOf(number), snapshotter, leaseLabels, snapshotLabels));
}

function readNamespace(
  database: SqlDatabase,
  namespace: number,
  snapshotter: string,
  leaseLabels: LabelTable,
  snapshotLabels: LabelTable,
): StoredNamespace {
  const { leases, leaseNumbers } = readLeases(database, namespace, leaseLabels);
  const { content, contentSizes } = readContent(database, namespace);
  const { snapshots, snapshotRows } = readSnapshots(database, namespace, snapshotter, snapshotLabels);
  const ingests = database
    .all('SELECT ref, expected, expires_at FROM ingest WHERE namespace = ?', namespace)
    .map(readIngest);
  return {
    number: namespace,
    objects: { leases, content, snapshots, ingests },
    leaseNumbers,
    contentSizes,
    snapshotRows,
  };
}

function readLeases(
  database: SqlDatabase,
  namespace: number,
  labels: LabelTable,
): { leases: GcLease[]; leaseNumbers: Map<string, number> } {
  const resources = new Map<number, { type: string; id: string }[]>();
  const sql =
    'SELECT lease, type, lease_resource.id FROM lease_resource JOIN lease ON number = lease WHERE namespace = ?';
  for (const [lease, type, id] of database.all(sql, namespace)) {
    const resource = { type: textOf(type), id: textOf(id) };
    const own = resources.get(numberOf(lease));
    if (own === undefined) resources.set(numberOf(lease), [resource]);
    else own.push(resource);
  }
  const leaseNumbers = new Map<string, number>();
  const leases = database
    .all('SELECT number, id FROM lease WHERE namespace = ?', namespace)
    .map(([number, id]) => {
      leaseNumbers.set(textOf(id), numberOf(number));
      return {
        key: textOf(id),
        labels: labels.get(numberOf(number)) ?? noLabels,
        resources: resources.get(numberOf(number)) ?? [],
      };
    });
  return { leases, leaseNumbers };
}

function readContent(
  database: SqlDatabase,
  namespace: number,
): { content: GcObject[]; contentSizes: Map<string, number> } {
  const sql = `SELECT digest, key, value FROM content_label WHERE namespace = ? AND ${gcLabels}`;
  const labels = labelsBy(database.all(sql, namespace));
  const contentSizes = new Map<string, number>();
  const content = database
    .all('SELECT digest, size FROM content WHERE namespace = ?', namespace)
    .map(([digest, size]) => {
      contentSizes.set(textOf(digest), numberOf(size));
      return { key: textOf(digest), labels: labels.get(textOf(digest)) ?? noLabels };
    });
  return { content, contentSizes };
}

function readSnapshots(
  database: SqlDatabase,
  namespace: number,
  snapshotter: string,
  labels: LabelTable,
): { snapshots: GcSnapshot[]; snapshotRows: Map<string, SnapshotRow> } {
  const rows = database.all('SELECT number, key, parent, size FROM snapshot WHERE namespace = ?', namespace);
  const keys = new Map(rows.map(([number, key]) => [numberOf(number), `${snapshotter}/${textOf(key)}`]));
  const snapshotRows = new Map<string, SnapshotRow>();
  const snapshots = rows.map(([number, key, parent, size]) => {
    const node = `${snapshotter}/${textOf(key)}`;
    const below = optionalNumber(parent);
    const bytes = optionalNumber(size);
    snapshotRows.set(node, {
      number: numberOf(number),
      ...(below === undefined ? {} : { parent: below }),
      ...(bytes === undefined ? {} : { size: bytes }),
    });
    const parentKey = below === undefined ? undefined : keys.get(below);
    return {
      key: node,
      labels: labels.get(numberOf(number)) ?? noLabels,
      ...(parentKey === undefined ? {} : { parent: parentKey }),
    };
  });
  return { snapshots, snapshotRows };
}

function readIngest([ref, expected, expires]: SqlRow): GcIngest {
  const known = { expected: optionalText(expected), expiresAt: optionalNumber(expires) };
  return {
    key: textOf(ref),
    ...(known.expected === undefined ? {} : { expected: known.expected }),
    ...(known.expiresAt === undefined ? {} : { expiresAt: known.expiresAt }),
  };
}

function labelsBy(rows: readonly SqlRow[]): LabelTable {
  const table = new Map<number | string, Record<string, string>>();
  for (const [bearer, key, value] of rows) {
    const id = typeof bearer === 'string' ? bearer : numberOf(bearer);
    const labels = table.get(id);
    if (labels === undefined) table.set(id, { [textOf(key)]: textOf(value) });
    else labels[textOf(key)] = textOf(value);
  }
  return table;
}
