import type { Clock, IdSource } from '../store/clock';
import type { LocalStore } from '../store/localStore';
import type { RecordChanges, RecordFields } from '../store/metadataStore';
import { StoreError } from '../store/storeError';
import type { CacheRecord, Hold, MemoryFields } from './cacheRecord';
import type { ExternalReferences } from './options';
import type { Quirks } from './quirks';
import { SingleFlight } from './singleFlight';

/** The parts of a local store that the core stands on. */
export type CoreStore = Pick<
  LocalStore,
  'database' | 'metadata' | 'content' | 'snapshots' | 'leases' | 'applier' | 'collect'
>;

/** What the parts of the core share: the records in memory, and the store they are written through to. */
export class Core {
  readonly records = new Map<string, CacheRecord>();
  /** Work that must not run twice at once, by what it works on. */
  readonly flights = new SingleFlight();
  /** Holds on parents about to be given back; see `releaseParents`. */
  readonly releasing: Hold[] = [];
  /** True while the manager opens: records are loaded that nobody has asked for. */
  loading = false;
  /** While opening: all stored records, read in one go. */
  private stored: Map<string, MemoryFields> | undefined;
  closed = false;

  constructor(
    readonly store: CoreStore,
    readonly quirks: Quirks,
    readonly clock: Clock,
    readonly newId: IdSource,
    readonly externalReferences: (() => ExternalReferences) | undefined,
    /** Taking a free mutable by `get` makes it immutable for good, instead of a twin. */
    readonly freezeOnGet: boolean,
  ) {}

  /** Runs a change of memory and store as one. Refused before anything changes if the store cannot be written. */
  write<T>(work: () => T): T {
    this.assertWritable();
    return this.store.database.transaction(work);
  }

  assertWritable(): void {
    this.assertOpen();
    const { state } = this.store.database;
    if (!state.writable) throw new StoreError('readOnly', `the store is read-only: ${state.because}`);
  }

  assertOpen(): void {
    if (this.closed) throw new StoreError('closed', 'the cache manager is closed');
  }

  get canWrite(): boolean {
    return this.store.database.state.writable;
  }

  /** Resolves when everything done so far is on disk. */
  durable(): Promise<void> {
    return this.store.database.commit();
  }

  /**
   * Changes stored fields of a record, in memory and in the store.
   * @param dropIndex the index entries of the values that go, go too
   */
  put(record: CacheRecord, changes: RecordChanges, dropIndex = !this.quirks.replacedIndexStays): void {
    // Each change has the type of its field, or is null for a field to clear.
    const fields = record.fields as Record<string, unknown>;
    for (const [field, value] of Object.entries(changes as Record<string, unknown>)) {
      if (field === 'other') continue;
      if (value === null) Reflect.deleteProperty(fields, field);
      else if (value !== undefined) fields[field] = value;
    }
    if (changes.size !== undefined) record.measuredSize = undefined;
    if (changes.other !== undefined) record.fields.other = changedOther(record.fields.other, changes.other);
    this.store.metadata.put(record.id, changes, { keepReplacedIndex: !dropIndex });
  }

  /** The stored fields of a record that is not in memory, for the caller to keep. */
  storedFields(id: string): MemoryFields | undefined {
    if (this.stored !== undefined) return this.stored.get(id);
    return this.store.metadata.get(id);
  }

  /** Runs `work` for each stored record, in order of id, with all of them read in one go. */
  loadEach(work: (id: string) => void): void {
    const all = this.store.metadata.all();
    this.stored = new Map(all.map((fields) => [fields.id, fields]));
    this.loading = true;
    try {
      for (const { id } of all) work(id);
    } finally {
      this.loading = false;
      this.stored = undefined;
    }
  }

  /** Takes a record out of the store. */
  clear(id: string): void {
    this.stored?.delete(id);
    this.store.metadata.clear(id);
  }

  /**
   * Gives the records to one operation until the returned function is called. Others wait for `busy`, and look again after
   * each wait, with nothing in between: somebody else may have been quicker.
   */
  occupy(...records: readonly CacheRecord[]): () => void {
    const { promise: busy, resolve: done } = promiseWithResolver();
    for (const record of records) record.busy = busy;
    return () => {
      for (const record of records) if (record.busy === busy) record.busy = undefined;
      done();
    };
  }
}

function changedOther(
  now: RecordFields['other'],
  changes: NonNullable<RecordChanges['other']>,
): NonNullable<RecordFields['other']> {
  const merged = Object.entries({ ...now, ...changes });
  return Object.fromEntries(merged.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve?.() };
}
