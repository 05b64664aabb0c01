import { type Clock, type IdSource, systemClock } from '../store/clock';
import type { CollectionStatistics } from '../store/collector';
import { StoreError } from '../store/storeError';
import type { PrunePlan } from '../model/prune';
import type { PruneRule } from '../model/pruneRules';
import { adoptSnapshots } from './adopt';
import { type BlobOptions, holdBlob, searchRecords } from './blobs';
import { type CacheRecord, Hold } from './cacheRecord';
import { Core, type CoreStore } from './core';
import { createMutable } from './create';
import { diffRecords } from './diff';
import { freeze } from './freeze';
import { getRecord, holdImmutable, type LoadOptions } from './load';
import { mergeRecords } from './merge';
import { newRecordId } from './newRecordId';
import type { BlobDescriptor, CreateOptions, ExternalReferences } from './options';
import { planRule, type PruneOptions, pruneRecords, type PruneResult } from './prune';
import { buildkitQuirks, noQuirks, type Quirks } from './quirks';
import { type DroppedRecord, loadAll } from './recovery';
import { ImmutableRef, MutableRef } from './refs';
import { removeRecord } from './release';
import { Turnstile } from './singleFlight';
import { diskUsage, type UsageOptions, type UsageRow } from './usage';

export interface ManagerOptions {
  /** `buildkit`: behaves as BuildKit's manager does, unintended things included. */
  readonly compat?: 'buildkit';
  readonly clock?: Clock;
  readonly newId?: IdSource;
  /** Made afresh for each call that needs it. */
  readonly externalReferences?: () => ExternalReferences;
  /** Makes records of committed snapshots that no record names. */
  readonly adoptSnapshots?: boolean;
  /** Taking a free mutable by `get` makes it immutable for good, instead of committing a twin. */
  readonly freezeOnGet?: boolean;
}

/**
 * The cache: records on a store, handed out as refs that are counted. Safe for any number of callers at once. What changes
 * the cache resolves when the change is on disk, but for `create`, `release` and the stamps of use, which follow
 * with the next that does.
 */
export class CacheManager {
  private readonly pruning = new Turnstile();
  private stopFollowing: () => void = noop;

  private constructor(
    /** @internal */
    readonly core: Core,
    /** What the start dropped, and why. */
    readonly dropped: readonly DroppedRecord[],
  ) {}

  /** Loads the records of a store, and finishes what a stop cut short. */
  static async open(store: CoreStore, options: ManagerOptions = {}): Promise<CacheManager> {
    const core = new Core(
      store,
      options.compat === 'buildkit' ? buildkitQuirks : noQuirks,
      options.clock ?? systemClock,
      options.newId ?? newRecordId,
      options.externalReferences,
      options.freezeOnGet ?? false,
    );
    const dropped = loadAll(core);
    if (options.adoptSnapshots === true) adoptSnapshots(core);
    if (core.canWrite) await core.durable();
    const manager = new CacheManager(core, dropped);
    if (!core.canWrite) manager.follow();
    return manager;
  }

  /**
   * In a store that another process writes: loads the records again after each change. Refs given before are on records that are
   * no longer listed; what they say stays what it was.
   */
  private follow(): void {
    this.stopFollowing = this.core.store.database.onChange(() => {
      this.core.records.clear();
      loadAll(this.core);
    });
  }

  get quirks(): Quirks {
    return this.core.quirks;
  }

  /** An empty mutable record, or one on top of `parent`, which is finalized and extracted for it. */
  async create(parent: ImmutableRef | undefined, options: CreateOptions = {}): Promise<MutableRef> {
    this.core.assertWritable();
    const hold = await createMutable(this.core, parent && cloneOf(parent), options);
    return new MutableRef(this.core, hold);
  }

  /**
   * A handle on a record, read-only; of a mutable one on its committed form.
   * @throws `notFound`, `locked`, `needsRemoteProvider`
   */
  async get(id: string, options: LoadOptions = {}): Promise<ImmutableRef> {
    this.core.assertOpen();
    const { records } = this.core;
    for (let busy = records.get(id)?.busy; busy !== undefined; busy = records.get(id)?.busy) await busy;
    const record = records.get(id);
    if (record !== undefined && isPlain(record)) {
      const isUse = options.noUse !== true && this.core.canWrite;
      return new ImmutableRef(this.core, new Hold(record, isUse, options.providers));
    }
    if (this.core.freezeOnGet && record !== undefined && isFreeMutable(record))
      await freeze(this.core, record);
    const hold = this.core.write(() => holdImmutable(this.core, getRecord(this.core, id, options), options));
    return new ImmutableRef(this.core, hold);
  }

  /**
   * The handle on a mutable record. What was committed from it and is not in use or finalized is given up.
   * @throws `notFound`, `locked`, `invalid`
   */
  async getMutable(id: string, options: LoadOptions = {}): Promise<MutableRef> {
    const { records } = this.core;
    for (let busy = records.get(id)?.busy; busy !== undefined; busy = records.get(id)?.busy) await busy;
    const hold = this.core.write(() => takeMutable(this.core, id, options));
    await this.core.durable();
    return new MutableRef(this.core, hold);
  }

  /** The record of a layer blob on top of `parent`; the same blobs give the same record. */
  async getByBlob(
    descriptor: BlobDescriptor,
    parent: ImmutableRef | undefined,
    options: BlobOptions = {},
  ): Promise<ImmutableRef> {
    this.core.assertWritable();
    const hold = await holdBlob(this.core, descriptor, parent?.id, options);
    await this.core.durable();
    return new ImmutableRef(this.core, hold);
  }

  /** The merge of several records, lowest first; undefined of none. Holes are passed over. */
  async merge(
    parents: readonly (ImmutableRef | undefined)[],
    options: CreateOptions = {},
  ): Promise<ImmutableRef | undefined> {
    this.core.assertWritable();
    const inputs = parents.flatMap((parent) => (parent === undefined ? [] : [parent.hold]));
    const hold = await mergeRecords(this.core, inputs, options);
    await this.core.durable();
    return hold && new ImmutableRef(this.core, hold);
  }

  /** What turns `lower` into `upper`; without an upper everything is deleted. @throws `invalid` without a lower */
  async diff(
    lower: ImmutableRef | undefined,
    upper: ImmutableRef | undefined,
    options: CreateOptions = {},
  ): Promise<ImmutableRef> {
    this.core.assertWritable();
    if (lower === undefined) throw new StoreError('invalid', 'a diff needs a lower side');
    const hold = await diffRecords(this.core, lower.hold, upper?.hold, options);
    await this.core.durable();
    return new ImmutableRef(this.core, hold);
  }

  /** What the cache holds; see `diskUsage`. @throws FilterError */
  diskUsage(options: UsageOptions = {}): Promise<UsageRow[]> {
    this.core.assertOpen();
    return diskUsage(this.core, options);
  }

  /** What a rule would remove now, and why the rest stays. Changes nothing. @throws FilterError */
  async plan(rule: PruneRule, options: Pick<PruneOptions, 'freeSpace'> = {}): Promise<PrunePlan> {
    this.core.assertOpen();
    const rows = this.core.quirks.diskUsageWrites ? [] : await diskUsage(this.core);
    const totalSize = rows.reduce((sum, row) => sum + (row.shared ? 0 : (row.size ?? 0)), 0);
    const freeSpace = rule.minFreeSpace ? await options.freeSpace?.() : undefined;
    return planRule(this.core, rule, { totalSize, freeSpace, explainTies: true });
  }

  /** Removes what the rules say, one prune at a time, then collects. @throws FilterError, `cancelled` */
  async prune(rules: readonly PruneRule[], options: PruneOptions = {}): Promise<PruneResult> {
    this.core.assertWritable();
    return this.pruning.run(() => pruneRecords(this.core, rules, options));
  }

  /** Collects what no record holds. */
  collect(): Promise<CollectionStatistics> {
    this.core.assertWritable();
    return this.core.store.collect();
  }

  /** Ids of the records under an index key, in order. */
  search(index: string): string[] {
    this.core.assertOpen();
    return searchRecords(this.core, index);
  }

  /** Makes everything durable and refuses further calls. The store stays open. */
  async close(): Promise<void> {
    if (this.core.closed) return;
    await this.pruning.run(async () => {
      this.core.closed = true;
      this.stopFollowing();
      if (this.core.canWrite) await this.core.durable();
    });
  }
}

function noop(): void {
  // Nobody is followed.
}

function cloneOf(ref: ImmutableRef): Hold {
  return new Hold(ref.hold.record, false, ref.hold.providers);
}

/** A record that can be handed out without a look at anything else. */
function isPlain(record: CacheRecord): boolean {
  return !record.mutable && !record.mayBeLazy && !record.isDead;
}

function isFreeMutable(record: CacheRecord): boolean {
  return record.mutable && record.refs === 0 && record.equalImmutable === undefined && !record.isDead;
}

function takeMutable(core: Core, id: string, options: LoadOptions): Hold {
  const record = getRecord(core, id, options);
  if (!record.mutable) throw new StoreError('invalid', `record ${id} is not mutable`, { id });
  const twin = record.equalImmutable;
  if (record.refs > 0 || (twin?.refs ?? 0) > 0) {
    throw new StoreError('locked', `record ${id} is in use`, { id });
  }
  if (twin !== undefined) {
    removeRecord(core, twin, { leases: false });
    record.equalImmutable = undefined;
  }
  record.measuredSize = undefined;
  return new Hold(record, true, options.providers);
}
