import type { Clock } from '../../src/store/clock';
import { systemClock } from '../../src/store/clock';
import type { CollectionStatistics } from '../../src/store/collector';
import type { ContentInfo, ContentStore } from '../../src/store/contentStore';
import type { Database } from '../../src/store/database';
import type { LabelChanges, Labels } from '../../src/store/labels';
import type { Applier } from '../../src/store/layers';
import type { LeaseInfo, LeaseManager, LeaseResource } from '../../src/store/leaseManager';
import type {
  IndexedText,
  MetadataStore,
  OtherValue,
  RecordChanges,
  RecordMetadata,
} from '../../src/store/metadataStore';
import type { SnapshotInfo, SnapshotKind, Snapshotter } from '../../src/store/snapshotter';
import { StoreError } from '../../src/store/storeError';
import type { CoreStore } from '../../src/core/core';

/**
 * A store that keeps everything in memory, for fast tests of the core. Snapshots have no files: their size is what was said to
 * be written. Operations that wait in a real store wait for a turn of the event loop here.
 */
export class MemoryStore implements CoreStore {
  readonly metadata = new MemoryMetadata();
  readonly leases: MemoryLeases;
  readonly content: MemoryContent;
  readonly snapshots: MemorySnapshots;
  readonly database: Database;
  readonly applier: Applier;
  commits = 0;
  writable = true;
  /** Bytes that a layer unpacks to, by digest of its blob. */
  readonly unpacked = new Map<string, number>();

  constructor(clock: Clock = systemClock) {
    this.leases = new MemoryLeases(clock);
    this.content = new MemoryContent(clock, this.leases);
    this.snapshots = new MemorySnapshots(clock, this.leases);
    const commit = async () => {
      this.commits++;
      await turn();
    };
    const state = () =>
      this.writable
        ? ({ writable: true } as const)
        : ({ writable: false, because: 'a test says so' } as const);
    this.database = {
      transaction: (work) => work(),
      commit,
      get state() {
        return state();
      },
      revision: 0,
      onChange: () => () => undefined,
    };
    this.applier = {
      apply: async (digest, key) => {
        await turn();
        this.content.info(digest);
        this.snapshots.write(key, this.unpacked.get(digest) ?? 0);
        return { diffId: '', size: this.unpacked.get(digest) ?? 0, dropped: [] };
      },
    };
  }

  async collect(): Promise<CollectionStatistics> {
    await turn();
    const live = this.live();
    const snapshots = this.snapshots.sweep(live.snapshots);
    const content = this.content.sweep(live.content);
    return {
      leases: 0,
      content,
      snapshots,
      ingests: 0,
      contentBytes: 0,
      snapshotBytes: 0,
      leftovers: [],
      durationMs: 0,
    };
  }

  /** Keys and digests that leases reach. */
  live(): { snapshots: Set<string>; content: Set<string> } {
    const snapshots = new Set<string>();
    const content = new Set<string>();
    for (const { id } of this.leases.list()) {
      for (const resource of this.leases.listResources(id)) {
        if (resource.type === 'content') content.add(resource.id);
        let key: string | undefined = resource.type.startsWith('snapshots/') ? resource.id : undefined;
        for (; key !== undefined; key = this.snapshots.find(key)?.parent) snapshots.add(key);
      }
    }
    return { snapshots, content };
  }
}

/** What waits in a real store waits a little here too, so that callers can meet. */
const turn = () => Promise.resolve();

function notFound(what: string, id: string): StoreError {
  return new StoreError('notFound', `no ${what} ${id}`, { id });
}

class MemoryMetadata implements MetadataStore {
  private readonly records = new Map<string, RecordMetadata>();
  private readonly index = new Map<string, Set<string>>();
  private readonly external = new Map<string, Map<string, Uint8Array>>();
  /** Calls that changed something. */
  writes = 0;

  get(id: string): RecordMetadata | undefined {
    const found = this.records.get(id);
    return found && structuredClone(found);
  }
  has(id: string): boolean {
    return this.records.has(id);
  }
  all(): RecordMetadata[] {
    return [...this.records.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((it) => structuredClone(it));
  }
  count(): number {
    return this.records.size;
  }
  put(id: string, changes: RecordChanges, options: { keepReplacedIndex?: boolean } = {}): void {
    this.writes++;
    const now: Record<string, unknown> = { ...(this.records.get(id) ?? { id }) };
    for (const [field, value] of Object.entries(changes as Record<string, unknown>)) {
      if (field === 'other' || value === undefined) continue;
      this.reindex(id, indexOf(field, now[field]), indexOf(field, value), options.keepReplacedIndex === true);
      if (value === null) Reflect.deleteProperty(now, field);
      else now[field] = value;
    }
    const other: Record<string, OtherValue | undefined> = { ...this.records.get(id)?.other };
    for (const [key, value] of Object.entries(changes.other ?? {})) {
      this.reindex(id, other[key]?.index, value?.index, options.keepReplacedIndex === true);
      if (value === null) Reflect.deleteProperty(other, key);
      else other[key] = value;
    }
    if (Object.keys(other).length > 0) now.other = other;
    else Reflect.deleteProperty(now, 'other');
    // The fields came from typed changes.
    this.records.set(id, structuredClone(now) as unknown as RecordMetadata);
  }
  private reindex(id: string, before: string | undefined, after: string | undefined, keep: boolean): void {
    if (before !== undefined && before !== after && !keep) this.index.get(before)?.delete(id);
    if (after !== undefined) this.putIndex(after, id);
  }
  clear(id: string): void {
    this.writes++;
    this.records.delete(id);
    this.external.delete(id);
    for (const ids of this.index.values()) ids.delete(id);
  }
  search(index: string): string[] {
    return [...(this.index.get(index) ?? [])].filter((id) => this.records.has(id)).sort();
  }
  searchPrefix(prefix: string): string[] {
    const keys = [...this.index.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => this.search(key));
  }
  indexEntries(): string[] {
    return [...this.index].flatMap(([key, ids]) => [...ids].map((id) => `${key}::${id}`)).sort();
  }
  putIndex(index: string, id: string): void {
    const ids = this.index.get(index) ?? new Set();
    this.index.set(index, ids.add(id));
  }
  clearIndex(id: string, prefix: string): void {
    for (const [key, ids] of this.index) if (key.startsWith(prefix)) ids.delete(id);
  }
  getExternal(id: string, key: string): Uint8Array | undefined {
    return this.external.get(id)?.get(key);
  }
  setExternal(id: string, key: string, value: Uint8Array): void {
    const values = this.external.get(id) ?? new Map<string, Uint8Array>();
    this.external.set(id, values.set(key, value));
  }
  listExternal(id: string): { key: string; length: number }[] {
    return [...(this.external.get(id) ?? [])].map(([key, value]) => ({ key, length: value.length }));
  }
}

function indexOf(field: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (field === 'chainId') return `chainid:${value as string}`;
  if (field === 'blobChainId') return `blobchainid:${value as string}`;
  // Only the indexed texts are objects with an index.
  return typeof value === 'object' ? (value as Partial<IndexedText>).index : undefined;
}

class MemoryLeases implements LeaseManager {
  private readonly leases = new Map<string, LeaseInfo & { resources: Map<string, LeaseResource> }>();

  constructor(private readonly clock: Clock) {}

  create(id: string, labels: Labels = {}): LeaseInfo {
    if (this.leases.has(id)) throw new StoreError('alreadyExists', `lease ${id} exists`, { id });
    const lease = { id, createdAt: this.clock.now(), labels, resources: new Map<string, LeaseResource>() };
    this.leases.set(id, lease);
    return lease;
  }
  find(id: string): LeaseInfo | undefined {
    return this.leases.get(id);
  }
  list(filters?: readonly string[]): LeaseInfo[] {
    const label = /^labels\."(.*)"$/.exec(filters?.[0] ?? '')?.[1];
    const all = [...this.leases.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return label === undefined ? all : all.filter((lease) => label in lease.labels);
  }
  delete(id: string): Promise<void> {
    this.remove(id);
    return Promise.resolve();
  }
  remove(id: string): void {
    if (!this.leases.delete(id)) throw notFound('lease', id);
  }
  addResource(id: string, resource: LeaseResource): void {
    this.at(id).resources.set(`${resource.type} ${resource.id}`, resource);
  }
  deleteResource(id: string, resource: LeaseResource): void {
    this.at(id).resources.delete(`${resource.type} ${resource.id}`);
  }
  listResources(id: string): LeaseResource[] {
    return [...this.at(id).resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
  }
  holders(resource: LeaseResource): string[] {
    const key = `${resource.type} ${resource.id}`;
    return this.list().flatMap(({ id }) => (this.at(id).resources.has(key) ? [id] : []));
  }
  private at(id: string) {
    const lease = this.leases.get(id);
    if (lease === undefined) throw notFound('lease', id);
    return lease;
  }
}

function changedLabels(labels: Labels, changes: LabelChanges): Labels {
  const entries = Object.entries({ ...labels, ...changes });
  return Object.fromEntries(entries.flatMap(([label, value]) => (value ? [[label, value]] : [])));
}

class MemoryContent implements ContentStore {
  private readonly blobs = new Map<string, ContentInfo>();

  constructor(
    private readonly clock: Clock,
    private readonly leases: MemoryLeases,
  ) {}

  info(digest: string): ContentInfo {
    const found = this.blobs.get(digest);
    if (found === undefined) throw notFound('blob', digest);
    return found;
  }
  find(digest: string): ContentInfo | undefined {
    return this.blobs.get(digest);
  }
  has(digest: string): boolean {
    return this.blobs.has(digest);
  }
  walk(): ContentInfo[] {
    return [...this.blobs.values()];
  }
  updateLabels(digest: string, changes: LabelChanges): ContentInfo {
    const info = this.info(digest);
    const changed = { ...info, labels: changedLabels(info.labels, changes) };
    this.blobs.set(digest, changed);
    return changed;
  }
  replaceLabels(digest: string, labels: Labels): ContentInfo {
    const changed = { ...this.info(digest), labels };
    this.blobs.set(digest, changed);
    return changed;
  }
  delete(digest: string): void {
    if (!this.blobs.delete(digest)) throw notFound('blob', digest);
  }
  trust(content: { digest: string; size: number; labels?: Labels; lease?: string }): ContentInfo {
    const { digest, size, labels = {}, lease } = content;
    if (lease !== undefined) this.leases.addResource(lease, { type: 'content', id: digest });
    if (this.blobs.has(digest))
      throw new StoreError('alreadyExists', `blob ${digest} exists`, { id: digest });
    const now = this.clock.now();
    const info = { digest, size, labels, createdAt: now, updatedAt: now };
    this.blobs.set(digest, info);
    return info;
  }
  sweep(live: ReadonlySet<string>): number {
    const before = this.blobs.size;
    for (const digest of this.blobs.keys()) if (!live.has(digest)) this.blobs.delete(digest);
    return before - this.blobs.size;
  }
  reader = withoutBytes;
  writer = withoutBytes;
  ingestStatus = withoutBytes;
  abortIngest = withoutBytes;
  verify = withoutBytes;
  listIngests(): Promise<never[]> {
    return Promise.resolve([]);
  }
}

function withoutBytes(): Promise<never> {
  return Promise.reject(new StoreError('notImplemented', 'a store in memory has no bytes'));
}

class MemorySnapshots implements Snapshotter {
  readonly name = 'memory';
  private readonly entries = new Map<string, SnapshotInfo>();
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly leases: MemoryLeases,
  ) {}

  async prepare(key: string, parent?: string, options?: { lease?: string }): Promise<void> {
    await this.add(key, 'active', parent, options);
  }
  async view(key: string, parent?: string, options?: { lease?: string }): Promise<void> {
    await this.add(key, 'view', parent, options);
  }
  async commit(name: string, key: string): Promise<void> {
    await turn();
    const active = this.stat(key);
    if (active.kind !== 'active') throw new StoreError('failedPrecondition', `${key} is not active`);
    if (this.entries.has(name)) throw new StoreError('alreadyExists', `snapshot ${name} exists`);
    this.entries.delete(key);
    this.entries.set(name, { ...active, key: name, kind: 'committed' });
    this.sizes.set(name, this.sizes.get(key) ?? 0);
    this.sizes.delete(key);
  }
  async remove(key: string): Promise<void> {
    await turn();
    if (this.children(key).length > 0) throw new StoreError('failedPrecondition', `${key} has children`);
    if (!this.entries.delete(key)) throw notFound('snapshot', key);
    this.sizes.delete(key);
  }
  stat(key: string): SnapshotInfo {
    const found = this.entries.get(key);
    if (found === undefined) throw notFound('snapshot', key);
    return found;
  }
  find(key: string): SnapshotInfo | undefined {
    return this.entries.get(key);
  }
  updateLabels(key: string, changes: LabelChanges): SnapshotInfo {
    const changed = { ...this.stat(key), labels: changedLabels(this.stat(key).labels, changes) };
    this.entries.set(key, changed);
    return changed;
  }
  walk(): SnapshotInfo[] {
    return [...this.entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
  children(key: string): string[] {
    return this.walk().flatMap((it) => (it.parent === key ? [it.key] : []));
  }
  async usage(key: string): Promise<{ size: number; inodes: number }> {
    await turn();
    return { size: this.stat(key).kind === 'view' ? 0 : (this.sizes.get(key) ?? 0), inodes: 1 };
  }
  async mounts(key: string): Promise<{ path: string; readOnly: boolean }> {
    await turn();
    return { path: `/memory/${key}`, readOnly: this.stat(key).kind !== 'active' };
  }
  async merge(name: string, diffs: readonly { lower?: string; upper?: string }[]): Promise<void> {
    await turn();
    for (const { lower, upper } of diffs) {
      if (lower !== undefined) this.stat(lower);
      if (upper !== undefined) this.stat(upper);
    }
    if (this.entries.has(name)) throw new StoreError('alreadyExists', `snapshot ${name} exists`);
    await this.add(name, 'committed', undefined);
    this.sizes.set(name, 100 * diffs.length);
  }
  diff(): Promise<never[]> {
    return Promise.resolve([]);
  }
  /** Says that so many bytes more lie in the snapshot. */
  write(key: string, size: number): void {
    this.stat(key);
    this.sizes.set(key, (this.sizes.get(key) ?? 0) + size);
  }
  sweep(live: ReadonlySet<string>): number {
    const before = this.entries.size;
    for (const key of this.entries.keys()) if (!live.has(key)) this.entries.delete(key);
    return before - this.entries.size;
  }
  private async add(
    key: string,
    kind: SnapshotKind,
    parent: string | undefined,
    options?: { lease?: string },
  ): Promise<void> {
    await turn();
    if (this.entries.has(key)) throw new StoreError('alreadyExists', `snapshot ${key} exists`);
    if (parent !== undefined && this.stat(parent).kind !== 'committed') {
      throw new StoreError('invalid', `snapshot ${parent} is not committed`);
    }
    const now = this.clock.now();
    this.entries.set(key, { key, kind, parent, createdAt: now, updatedAt: now, labels: {} });
    if (options?.lease !== undefined) {
      this.leases.addResource(options.lease, { type: `snapshots/${this.name}`, id: key });
    }
  }
}
