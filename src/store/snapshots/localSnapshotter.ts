import { parseFilter } from '../../model/filter';
import type { Clock } from '../clock';
import type { SqlDatabase } from '../database/sqlDatabase';
import { fileError } from '../fileError';
import { changeLabels, readLabel, storableLabels, type LabelChanges, type Labels } from '../labels';
import type { SqlLeaseManager } from '../leases/sqlLeaseManager';
import {
  mergeUsageInodesLabel,
  mergeUsageSizeLabel,
  type CreateOptions,
  type PathChange,
  type SnapshotDiff,
  type SnapshotInfo,
  type SnapshotMount,
  type Snapshotter,
  type SnapshotUsage,
} from '../snapshotter';
import { StoreError } from '../storeError';
import type { LayerStack, SnapshotBackend } from './snapshotBackend';
import { SnapshotTable, type BriefSnapshot, type StoredSnapshot } from './snapshotTable';

/** Numbers of snapshots, across namespaces; never given twice while the store is open. */
export interface SnapshotNumbers {
  next(): number;
  /** Numbers whose files are being made and that no row names yet. */
  readonly pending: Set<number>;
}

export interface SnapshotterParts {
  readonly database: SqlDatabase;
  readonly backend: SnapshotBackend;
  readonly numbers: SnapshotNumbers;
  readonly clock: Clock;
  /** The snapshotter's name. */
  readonly name: string;
}

/** Snapshots of one namespace: rows and rules here, files in the backend. */
export class LocalSnapshotter implements Snapshotter {
  private readonly table: SnapshotTable;
  private readonly parts: SnapshotterParts;
  private readonly leases: SqlLeaseManager;
  /** Keys that a call is about to give, so that two calls cannot both find them free. */
  private readonly claimed = new Set<string>();

  constructor(parts: SnapshotterParts, namespace: number, leases: SqlLeaseManager) {
    this.parts = parts;
    this.leases = leases;
    this.table = new SnapshotTable(parts.database, namespace);
  }

  get name(): string {
    return this.parts.name;
  }

  prepare(key: string, parent?: string, options: CreateOptions = {}): Promise<void> {
    return this.create(key, 'active', parent, options);
  }

  view(key: string, parent?: string, options: CreateOptions = {}): Promise<void> {
    return this.create(key, 'view', parent, options);
  }

  async commit(name: string, key: string, options: CreateOptions = {}): Promise<void> {
    const active = this.brief(key);
    if (active.kind !== 'active') {
      throw new StoreError('failedPrecondition', `The snapshot ${key} is ${active.kind}, not active`, {
        id: key,
      });
    }
    const labels = storableLabels(options.labels ?? {});
    await this.claiming(name, async () => {
      const usage = await this.parts.backend.seal(active.number, () => this.table.stack(active));
      this.parts.database.transaction(() => {
        // The snapshot may have gone while its files were looked at.
        if (this.brief(key).number !== active.number) throw notFound(key);
        this.table.commit(active.number, name, this.parts.clock.now(), usage);
        this.table.setLabels(active.number, labels);
        if (options.lease === undefined) return;
        this.leases.deleteResource(options.lease, this.resource(key));
        this.leases.addResource(options.lease, this.resource(name));
      });
    });
  }

  async remove(key: string): Promise<void> {
    const { number } = this.brief(key);
    if (this.table.hasChildren(number)) {
      throw new StoreError('failedPrecondition', `The snapshot ${key} has children`, { id: key });
    }
    this.parts.database.transaction(() => this.table.delete(number));
    // Files whose row is gone are garbage, files that a row still names are not.
    await this.parts.database.commit();
    await this.parts.backend.remove(number);
  }

  stat(key: string): SnapshotInfo {
    return toInfo(this.require(key));
  }

  find(key: string): SnapshotInfo | undefined {
    const found = this.table.find(key);
    return found === undefined ? undefined : toInfo(found);
  }

  updateLabels(key: string, changes: LabelChanges): SnapshotInfo {
    return this.parts.database.transaction(() => {
      const { number, labels } = this.require(key);
      this.table.setLabels(number, storableLabels(changeLabels(labels, changes)));
      this.table.touch(number, this.parts.clock.now());
      return this.stat(key);
    });
  }

  walk(filters: readonly string[] = []): SnapshotInfo[] {
    const filter = parseFilter(filters);
    return this.table
      .all()
      .map(toInfo)
      .filter((info) => filter.matches((path) => field(info, path)));
  }

  children(key: string): string[] {
    return this.table.children(this.brief(key).number);
  }

  async usage(key: string): Promise<SnapshotUsage> {
    const brief = this.brief(key);
    if (brief.kind === 'view') return { size: 0, inodes: 0 };
    if (brief.kind === 'active') return this.parts.backend.usage(brief.number, () => this.table.stack(brief));
    const { labels, usage } = this.require(key);
    return mergeUsage(labels) ?? usage ?? { size: 0, inodes: 0 };
  }

  async mounts(key: string): Promise<SnapshotMount> {
    const brief = this.brief(key);
    const { kind } = brief;
    if (kind === 'committed') {
      throw new StoreError('failedPrecondition', `The snapshot ${key} is committed; view it instead`, {
        id: key,
      });
    }
    try {
      return {
        path: await this.parts.backend.mount(this.table.stack(brief), kind),
        readOnly: kind === 'view',
      };
    } catch (error) {
      throw fileError(`Mounting the snapshot ${key}`, error);
    }
  }

  async merge(name: string, diffs: readonly SnapshotDiff[], options: CreateOptions = {}): Promise<void> {
    storableLabels(options.labels ?? {});
    const stacks = diffs.map(({ lower, upper }) => ({
      lower: this.committedStack(lower),
      upper: this.committedStack(upper),
    }));
    const base = this.parts.backend.mergesOnChains ? plainPrefix(stacks) : { count: 0, stack: [] };
    await this.claiming(name, () =>
      this.filling(async (number) => {
        const usage = await this.parts.backend.merge(
          number,
          base.stack,
          stacks.slice(base.count),
          stacks.length,
        );
        const labels = storableLabels({
          [mergeUsageSizeLabel]: String(usage.size),
          [mergeUsageInodesLabel]: String(usage.inodes),
          ...options.labels,
        });
        this.insert(
          { number, key: name, kind: 'committed', parent: base.stack.at(-1), usage },
          labels,
          options.lease,
        );
      }),
    );
  }

  async diff(lower: string | undefined, upper: string | undefined): Promise<PathChange[]> {
    const stacks = [this.anyStack(lower), this.anyStack(upper)] as const;
    return this.parts.backend.compare(...stacks);
  }

  /** @throws StoreError `readOnly` */
  requireWritable(): void {
    this.parts.database.requireWritable();
  }

  /** Layer numbers of a snapshot, lowest first. @throws StoreError `notFound` */
  stack(key: string): LayerStack {
    return this.table.stack(this.brief(key));
  }

  private async create(
    key: string,
    kind: 'active' | 'view',
    parent: string | undefined,
    options: CreateOptions,
  ): Promise<void> {
    const labels = storableLabels(options.labels ?? {});
    // An empty parent is none, as in containerd.
    const below = parent === undefined || parent === '' ? undefined : this.committed(parent).number;
    await this.claiming(key, () => {
      // Directories are made when somebody mounts or fills the snapshot.
      this.insert({ number: this.parts.numbers.next(), key, kind, parent: below }, labels, options.lease);
      return Promise.resolve();
    });
  }

  private insert(
    row: {
      number: number;
      key: string;
      kind: SnapshotInfo['kind'];
      parent: number | undefined;
      usage?: SnapshotUsage;
    },
    labels: readonly (readonly [key: string, value: string])[],
    lease: string | undefined,
  ): void {
    this.parts.database.transaction(() => {
      this.table.insert({ ...row, now: this.parts.clock.now() });
      if (labels.length > 0) this.table.setLabels(row.number, labels);
      if (lease !== undefined) this.leases.addResource(lease, this.resource(row.key));
    });
  }

  /** Keeps `key` for the caller while it works. @throws StoreError `alreadyExists` */
  private async claiming(key: string, work: () => Promise<void>): Promise<void> {
    this.parts.database.requireWritable();
    if (this.claimed.has(key) || this.table.has(key)) {
      throw new StoreError('alreadyExists', `There is a snapshot ${key} already`, { id: key });
    }
    this.claimed.add(key);
    try {
      await work();
    } catch (error) {
      throw fileError(`Making the snapshot ${key}`, error);
    } finally {
      this.claimed.delete(key);
    }
  }

  /** Gives `work` a number for files that no row names yet; they go again if it fails. */
  private async filling(work: (number: number) => Promise<void>): Promise<void> {
    const number = this.parts.numbers.next();
    this.parts.numbers.pending.add(number);
    try {
      await work(number);
    } catch (error) {
      await this.parts.backend.remove(number).catch(() => undefined);
      throw error;
    } finally {
      this.parts.numbers.pending.delete(number);
    }
  }

  private require(key: string): StoredSnapshot {
    const found = this.table.find(key);
    if (found === undefined) throw notFound(key);
    return found;
  }

  private brief(key: string): BriefSnapshot {
    const found = this.table.brief(key);
    if (found === undefined) throw notFound(key);
    return found;
  }

  private committed(key: string): BriefSnapshot {
    const found = this.brief(key);
    if (found.kind === 'committed') return found;
    throw new StoreError('invalid', `The snapshot ${key} is ${found.kind}, not committed`, { id: key });
  }

  private committedStack(key: string | undefined): LayerStack {
    return key === undefined || key === '' ? [] : this.table.stack(this.committed(key));
  }

  private anyStack(key: string | undefined): LayerStack {
    return key === undefined || key === '' ? [] : this.stack(key);
  }

  private resource(key: string): { type: string; id: string } {
    return { type: `snapshots/${this.name}`, id: key };
  }
}

/**
 * How many of the first diffs are the layers of one chain from scratch, each on the one before: their top can be the parent of the
 * merge, and nothing of them has to be applied again.
 */
function plainPrefix(diffs: readonly { lower: LayerStack; upper: LayerStack }[]): {
  count: number;
  stack: LayerStack;
} {
  let stack: LayerStack = [];
  let count = 0;
  for (const { lower, upper } of diffs) {
    if (upper.length === 0 || lower.length !== stack.length || lower.at(-1) !== stack.at(-1)) break;
    // The upper side has to stand on the lower one, not merely to be compared with it.
    if (lower.length > 0 && upper[lower.length - 1] !== lower.at(-1)) break;
    stack = upper;
    count++;
  }
  return { count, stack };
}

function mergeUsage(labels: Labels): SnapshotUsage | undefined {
  const size = Number(labels[mergeUsageSizeLabel] ?? NaN);
  const inodes = Number(labels[mergeUsageInodesLabel] ?? NaN);
  return Number.isSafeInteger(size) && Number.isSafeInteger(inodes) ? { size, inodes } : undefined;
}

function toInfo(stored: StoredSnapshot): SnapshotInfo {
  const { key, kind, parent, createdAt, updatedAt, labels } = stored;
  return { key, kind, ...(parent === undefined ? {} : { parent }), createdAt, updatedAt, labels };
}

function field(info: SnapshotInfo, path: readonly string[]): string | undefined {
  switch (path[0]) {
    case 'name':
      return info.key;
    case 'kind':
      return info.kind;
    case 'parent':
      return info.parent;
    case 'labels':
      return readLabel(info.labels, path);
    default:
      return undefined;
  }
}

function notFound(key: string): StoreError {
  return new StoreError('notFound', `There is no snapshot ${key}`, { id: key });
}
