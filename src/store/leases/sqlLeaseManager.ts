import { parseFilter } from '../../model/filter';
import type { Clock } from '../clock';
import type { SqlDatabase } from '../database/sqlDatabase';
import { timeOf } from '../database/sqlTime';
import { textOf, type SqlRow } from '../database/sqlValue';
import { readLabel, storableLabels, type Labels } from '../labels';
import type { LeaseInfo, LeaseManager, LeaseResource } from '../leaseManager';
import { StoreError } from '../storeError';
import { checkResource } from './resourceType';

const columns = 'number, id, created_at, created_at_nanos';
const ofLease = '(SELECT number FROM lease WHERE namespace = ? AND id = ?)';

/** Leases of one namespace, in the tables `lease` and `lease_*`. */
export class SqlLeaseManager implements LeaseManager {
  /** @param collect runs the collection that a synchronous delete waits for */
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: number,
    private readonly clock: Clock,
    private readonly collect: () => Promise<unknown>,
  ) {}

  create(id: string, labels: Labels = {}): LeaseInfo {
    if (id === '') throw new StoreError('invalid', 'A lease needs an id');
    const stored = storableLabels(labels);
    const createdAt = this.clock.now();
    this.database.transaction(() => {
      const sql =
        'INSERT OR IGNORE INTO lease (namespace, id, created_at, created_at_nanos) VALUES (?, ?, ?, ?)';
      if (this.database.run(sql, this.namespace, id, createdAt.ms, createdAt.nanos) === 0) {
        throw new StoreError('alreadyExists', `There is a lease ${id} already`, { id });
      }
      for (const [key, value] of stored) {
        this.database.run(
          `INSERT INTO lease_label VALUES (${ofLease}, ?, ?)`,
          this.namespace,
          id,
          key,
          value,
        );
      }
    });
    return { id, createdAt, labels: Object.fromEntries(stored) };
  }

  find(id: string): LeaseInfo | undefined {
    const sql = `SELECT ${columns} FROM lease WHERE namespace = ? AND id = ?`;
    const row = this.database.get(sql, this.namespace, id);
    if (row === undefined) return undefined;
    const labels = this.database.all(
      'SELECT lease, key, value FROM lease_label WHERE lease = ? ORDER BY key',
      row[0],
    );
    return toLease(row, labels);
  }

  list(filters: readonly string[] = []): LeaseInfo[] {
    const filter = parseFilter(filters);
    const sql = `SELECT ${columns} FROM lease WHERE namespace = ? ORDER BY id`;
    const labels = new Map<SqlRow[0], SqlRow[]>();
    for (const row of this.database.all('SELECT lease, key, value FROM lease_label ORDER BY lease, key')) {
      const own = labels.get(row[0]);
      if (own === undefined) labels.set(row[0], [row]);
      else own.push(row);
    }
    return this.database
      .all(sql, this.namespace)
      .map((row) => toLease(row, labels.get(row[0]) ?? []))
      .filter((lease) =>
        filter.matches((path) => {
          if (path[0] === 'id') return lease.id;
          return path[0] === 'labels' ? readLabel(lease.labels, path) : undefined;
        }),
      );
  }

  async delete(id: string, options: { synchronous?: boolean } = {}): Promise<void> {
    this.remove(id);
    if (options.synchronous === true) await this.collect();
  }

  remove(id: string): void {
    const sql = 'DELETE FROM lease WHERE namespace = ? AND id = ?';
    if (this.database.run(sql, this.namespace, id) === 0) throw notFound(id);
  }

  addResource(id: string, resource: LeaseResource): void {
    checkResource(resource);
    const sql =
      'INSERT OR IGNORE INTO lease_resource SELECT number, ?, ? FROM lease WHERE namespace = ? AND id = ?';
    const added = this.database.run(sql, resource.type, resource.id, this.namespace, id);
    if (added === 0) this.requireLease(id);
  }

  deleteResource(id: string, resource: LeaseResource): void {
    checkResource(resource);
    this.requireLease(id);
    const sql = `DELETE FROM lease_resource WHERE lease = ${ofLease} AND type = ? AND id = ?`;
    this.database.run(sql, this.namespace, id, resource.type, resource.id);
  }

  listResources(id: string): LeaseResource[] {
    this.requireLease(id);
    // The types are in the wanted order by name.
    const sql = `SELECT type, id FROM lease_resource WHERE lease = ${ofLease} ORDER BY type, id`;
    return this.database
      .all(sql, this.namespace, id)
      .map(([type, resource]) => ({ type: textOf(type), id: textOf(resource) }));
  }

  holders({ type, id }: LeaseResource): string[] {
    const sql =
      'SELECT lease.id FROM lease_resource JOIN lease ON lease.number = lease_resource.lease ' +
      'WHERE lease_resource.id = ? AND type = ? AND namespace = ? ORDER BY lease.id';
    return this.database.all(sql, id, type, this.namespace).map(([lease]) => textOf(lease));
  }

  /** @throws StoreError `notFound` */
  requireLease(id: string): void {
    const sql = 'SELECT 1 FROM lease WHERE namespace = ? AND id = ?';
    if (this.database.get(sql, this.namespace, id) === undefined) throw notFound(id);
  }
}

function notFound(id: string): StoreError {
  return new StoreError('notFound', `There is no lease ${id}`, { id });
}

function toLease([, id, ms, nanos]: SqlRow, labels: readonly SqlRow[]): LeaseInfo {
  return {
    id: textOf(id),
    createdAt: timeOf(ms, nanos),
    labels: Object.fromEntries(labels.map(([, key, value]) => [textOf(key), textOf(value)])),
  };
}
