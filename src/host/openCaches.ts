import { basename } from 'node:path';
import * as vscode from 'vscode';
import { CacheError, isCacheError } from '../model/cacheError';
import type { Inventory } from '../model/inventory';
import { indexInventory, type InventoryIndex } from '../model/inventoryIndex';
import type { CacheSource, ReadProgress } from '../sources/source';
import { CacheWatches } from './cacheWatches';

/** What a cache is doing. An inventory that was read before stays beside every status. */
export type CacheStatus =
  /** Known but not read: remembered from before, or the person cancelled the reading. */
  | { readonly kind: 'unread'; readonly cancelled: boolean }
  | { readonly kind: 'reading'; readonly progress: ReadProgress }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: CacheError };

/** An inventory with its look-ups. `revision` grows by one each time a cache's inventory is replaced. */
export interface LoadedInventory {
  readonly inventory: Inventory;
  readonly index: InventoryIndex;
  readonly revision: number;
}

/** One open cache as it is now; a change makes a new object. */
export interface OpenCache {
  /** Stable over window reloads: the absolute path that was opened, or `sample`. */
  readonly id: string;
  readonly label: string;
  readonly location: string;
  readonly status: CacheStatus;
  readonly loaded?: LoadedInventory;
}

export interface CacheChange {
  readonly cache: OpenCache;
  readonly what: 'opened' | 'closed' | 'started' | 'progress' | 'status' | 'inventory';
}

export interface OpenCachesOptions {
  /** Where the ids of the open caches are kept for this workspace. */
  readonly memory: vscode.Memento;
  readonly openSource: (location: string) => Promise<CacheSource>;
  /** The path on this machine of the cache with this id. */
  readonly locate: (id: string) => string;
  readonly log: vscode.LogOutputChannel;
}

interface Reading {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

const memoryKey = 'openCaches';

/** Milliseconds; more often than this nobody can read it. */
const progressInterval = 100;

/** The caches that are open in this window. Each has at most one reading under way. */
export class OpenCaches implements vscode.Disposable {
  private readonly caches = new Map<string, OpenCache>();
  private readonly readings = new Map<string, Reading>();
  private readonly watches = new CacheWatches((id) => this.readChanged(id));
  private readonly changed = new vscode.EventEmitter<CacheChange>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly options: OpenCachesOptions) {
    for (const id of rememberedIds(options.memory)) this.add(id);
  }

  /** In the order in which they were opened. */
  all(): readonly OpenCache[] {
    return [...this.caches.values()];
  }

  get(id: string): OpenCache | undefined {
    return this.caches.get(id);
  }

  /** Opens and reads a cache, or reads it again when it failed before. Resolves when reading ended in any way. */
  async open(id: string): Promise<void> {
    const known = this.caches.get(id);
    if (known?.status.kind === 'ready') return;
    const work = [];
    if (known === undefined) {
      this.changed.fire({ cache: this.add(id), what: 'opened' });
      work.push(this.remember());
    }
    await Promise.all([...work, this.refresh(id)]);
  }

  /** Reads the remembered caches that have not been read in this window. */
  async wake(): Promise<void> {
    const sleeping = this.all().filter(({ status }) => status.kind === 'unread' && !status.cancelled);
    await Promise.all(sleeping.map(({ id }) => this.refresh(id)));
  }

  /** Reads a cache again; the inventory it has stays in place until the new one is complete. */
  async refresh(id: string): Promise<void> {
    const cancelled = this.readings.get(id);
    if (cancelled?.abort.signal.aborted === true) await cancelled.finished;
    if (!this.caches.has(id)) return;
    await (this.readings.get(id) ?? this.startReading(id, false)).finished;
  }

  /** Stops the reading under way, if any; what was read so far stays. */
  cancel(id: string): void {
    const reading = this.readings.get(id);
    if (reading === undefined || reading.abort.signal.aborted) return;
    reading.abort.abort();
    this.update(id, 'status', { status: statusAfterCancel(this.caches.get(id)) });
  }

  async close(id: string): Promise<void> {
    const cache = this.caches.get(id);
    if (cache === undefined) return;
    this.readings.get(id)?.abort.abort();
    this.readings.delete(id);
    this.watches.stop(id);
    this.caches.delete(id);
    this.changed.fire({ cache, what: 'closed' });
    await this.remember();
  }

  dispose(): void {
    for (const { abort } of this.readings.values()) abort.abort();
    this.watches.dispose();
    this.changed.dispose();
  }

  private add(id: string): OpenCache {
    const location = this.options.locate(id);
    const cache: OpenCache = {
      id,
      label: basename(location),
      location,
      status: { kind: 'unread', cancelled: false },
    };
    this.caches.set(id, cache);
    return cache;
  }

  /** Reads a cache that has changed by itself. A reading under way may have missed the change, so another one follows it. */
  private async readChanged(id: string): Promise<void> {
    await this.readings.get(id)?.finished;
    const isReady = this.caches.get(id)?.status.kind === 'ready';
    if (this.caches.has(id)) await (this.readings.get(id) ?? this.startReading(id, isReady)).finished;
  }

  /** @param quietly the cache keeps its status and shows no progress: nobody asked for this */
  private startReading(id: string, quietly: boolean): Reading {
    const abort = new AbortController();
    if (!quietly) {
      this.update(id, 'started', { status: { kind: 'reading', progress: { stage: 'files', done: 0 } } });
    }
    const finished = this.read(id, abort.signal, quietly).finally(() => {
      if (this.readings.get(id)?.abort === abort) this.readings.delete(id);
    });
    const reading = { abort, finished };
    this.readings.set(id, reading);
    return reading;
  }

  /** Never rejects. Once `signal` is aborted the cache may be closed, or open again and read by another. */
  private async read(id: string, signal: AbortSignal, quietly: boolean): Promise<void> {
    const { log, locate, openSource } = this.options;
    const location = locate(id);
    const started = performance.now();
    log.info(quietly ? `Reading ${location}, which has changed` : `Reading ${location}`);
    try {
      const source = await openSource(location);
      signal.throwIfAborted();
      this.watches.follow(id, source);
      if (!quietly) this.update(id, 'status', { label: source.info.label });
      const inventory = await source.read({
        signal,
        log: (line) => log.info(line),
        onProgress: atMostEvery(progressInterval, (progress: ReadProgress) => {
          if (!signal.aborted && !quietly)
            this.update(id, 'progress', { status: { kind: 'reading', progress } });
        }),
        onRecords: (partial) => {
          const cache = this.caches.get(id);
          if (signal.aborted || cache === undefined || cache.loaded !== undefined) return;
          this.show(id, partial, cache.status);
        },
      });
      signal.throwIfAborted();
      this.show(id, inventory, { kind: 'ready' });
      logOutcome(log, inventory, performance.now() - started);
    } catch (error) {
      if (signal.aborted) {
        log.info(`Reading ${location} was cancelled.`);
      } else {
        const told = asCacheError(error, location);
        log.error(told.message, ...(told.cause === undefined ? [] : [told.cause]));
        this.update(id, 'status', { status: { kind: 'failed', error: told } });
      }
    }
  }

  private show(id: string, inventory: Inventory, status: CacheStatus): void {
    const revision = (this.caches.get(id)?.loaded?.revision ?? 0) + 1;
    this.update(id, 'inventory', {
      status,
      loaded: { inventory, index: indexInventory(inventory), revision },
    });
  }

  private update(id: string, what: CacheChange['what'], change: Partial<OpenCache>): void {
    const before = this.caches.get(id);
    if (before === undefined) return;
    const cache = { ...before, ...change };
    this.caches.set(id, cache);
    this.changed.fire({ cache, what });
  }

  private async remember(): Promise<void> {
    await this.options.memory.update(memoryKey, [...this.caches.keys()]);
  }
}

function rememberedIds(memory: vscode.Memento): string[] {
  const kept = memory.get<unknown>(memoryKey);
  return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
}

/** `tell`, but deaf for `interval` milliseconds after each call that came through. */
function atMostEvery<T>(interval: number, tell: (value: T) => void): (value: T) => void {
  let next = 0;
  return (value) => {
    const now = performance.now();
    if (now < next) return;
    next = now + interval;
    tell(value);
  };
}

/** A complete inventory from before is as good as it was; a partial one, or none, can be read again. */
function statusAfterCancel(cache: OpenCache | undefined): CacheStatus {
  return cache?.loaded?.inventory.complete === true ? { kind: 'ready' } : { kind: 'unread', cancelled: true };
}

function asCacheError(error: unknown, location: string): CacheError {
  if (isCacheError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CacheError('io', `Cannot read ${location}: ${message}`, { cause: error });
}

function logOutcome(log: vscode.LogOutputChannel, inventory: Inventory, milliseconds: number): void {
  const { source, records, leases, blobs, snapshots, notes } = inventory;
  log.info(
    `Read ${source.label} (${source.layout}) in ${Math.round(milliseconds)} ms: ${records.length} records, ` +
      `${leases.length} leases, ${blobs.length} blobs, ${snapshots.length} snapshots, ${notes.length} notes`,
  );
  for (const note of notes)
    log.warn(note.file === undefined ? note.message : `${note.file}: ${note.message}`);
}
