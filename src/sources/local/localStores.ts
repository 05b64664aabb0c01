import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { importInventory, type ImportOptions, type ImportResult } from '../../core/importInventory';
import { CacheManager } from '../../core/manager';
import type { LocalStore } from '../../store/localStore';
import { openLocalStore } from '../../store/openLocalStore';
import { StoreError } from '../../store/storeError';
import type { CacheSource } from '../source';
import { openLocalSource } from './localSource';
import { handleOf, type LocalStoreHandle } from './localStoreHandle';
import { openSampleStore } from './sampleStore';
import { type Share, SharedByKey } from './sharedByKey';
import { StoreWatch } from './storeWatch';

/** A store as this process has it open. */
export interface OpenStore {
  readonly store: LocalStore;
  /** Where the store is open to work with and may be written. */
  readonly manager: CacheManager | undefined;
}

/**
 * The local stores of this process. A store is open to work with once, for all who want that; whoever only looks at it shares that,
 * or else a view of its files that takes no lock and writes nothing.
 */
export class LocalStores {
  private readonly working = new SharedByKey<OpenStore>(closeStore);
  private readonly views = new SharedByKey<OpenStore>(closeStore);
  private readonly handedOut = new Set<Share<OpenStore>>();
  private readonly watches = new Set<StoreWatch>();

  /**
   * Opens a store to work with. Where another process writes it there is no manager, and the store's `state` says why.
   * @param options `create`: make one where there is none
   * @throws StoreError as `openLocalStore`
   */
  async open(path: string, options: { readonly create?: boolean } = {}): Promise<Share<OpenStore>> {
    const key = await keyOf(path);
    const share = await this.working.take(key, () => openToWork(path, options.create ?? false));
    const handed: Share<OpenStore> = {
      value: share.value,
      release: async () => {
        if (!this.handedOut.delete(handed)) return;
        const released = share.release();
        this.workingChanged();
        await released;
      },
    };
    this.handedOut.add(handed);
    this.workingChanged();
    return handed;
  }

  /** Opens a store to work with, as a handle to give away. @throws StoreError as `openLocalStore` */
  async openHandle(path: string, options: { readonly create?: boolean } = {}): Promise<LocalStoreHandle> {
    return handleOf(this, await this.open(path, options));
  }

  /** Opens the sample store, which is made if there is none. @throws StoreError as `openLocalStore` */
  openSample(path: string): Promise<Share<OpenStore>> {
    return openSampleStore(path, this);
  }

  /**
   * Reads a cache and brings what it holds into a store; see `importInventory`.
   * @throws CacheError when the cache cannot be read; StoreError, `readOnly` among others
   */
  async importCache(
    source: CacheSource,
    path: string,
    options: Pick<ImportOptions, 'signal' | 'onProgress'> = {},
  ): Promise<ImportResult> {
    const { value, release } = await this.open(path, { create: true });
    try {
      const { manager, store } = value;
      if (manager === undefined) {
        const because = store.state.writable ? 'it is read-only' : store.state.because;
        throw new StoreError('readOnly', `Nothing can be imported into ${path}: ${because}`, { id: path });
      }
      const inventory = await source.read({ signal: options.signal });
      const openBlob = (digest: string) => source.openBlob?.(digest) ?? Promise.resolve(undefined);
      return await importInventory(manager, inventory, { ...options, openBlob });
    } finally {
      await release();
    }
  }

  /** Whether this process has the store open and may write it. */
  isWorking(path: string): boolean {
    return this.working
      .values()
      .some(({ store, manager }) => manager !== undefined && store.path === resolve(path));
  }

  /** The store in a folder as a cache to look at. */
  source(path: string): CacheSource {
    return openLocalSource(path, this);
  }

  /** The store as it is open to work with, or else a view of it. To be held briefly. @throws StoreError as `openLocalStore` */
  async look(path: string): Promise<Share<OpenStore>> {
    const key = await keyOf(path);
    return this.working.join(key) ?? this.view(key);
  }

  /**
   * Calls the listener after each change of a store, whoever makes it, and when this process opens it to work with or lets go of it.
   * Says nothing where there is no store. @returns the way to stop it
   */
  watch(path: string, listener: () => void): () => void {
    const watch = new StoreWatch(listener, async () => {
      const key = await keyOf(path);
      const working = this.working.peek(key);
      // A watch alone does not keep the store open to work with, and so locked.
      return working === undefined ? this.view(key) : { value: working, release: () => Promise.resolve() };
    });
    this.watches.add(watch);
    return () => {
      this.watches.delete(watch);
      watch.stop();
    };
  }

  /** Lets go of everything that was opened to work with. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.handedOut].map((share) => share.release()));
  }

  private view(key: string): Promise<Share<OpenStore>> {
    return this.views.take(key, async () => ({
      store: await openLocalStore(key, { readOnly: true }),
      manager: undefined,
    }));
  }

  private workingChanged(): void {
    for (const watch of this.watches) watch.attachAgain();
  }
}

async function openToWork(path: string, create: boolean): Promise<OpenStore> {
  const store = await openLocalStore(resolve(path), { create });
  try {
    return { store, manager: store.state.writable ? await CacheManager.open(store) : undefined };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function closeStore({ store, manager }: OpenStore): Promise<void> {
  try {
    await manager?.close();
  } finally {
    await store.close();
  }
}

/** One name for each store, however its path is spelled. */
async function keyOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}
