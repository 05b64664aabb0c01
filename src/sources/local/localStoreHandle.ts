import { statfs } from 'node:fs/promises';
import type { Inventory } from '../../model/inventory';
import type { PrunePlan } from '../../model/prune';
import type { PruneRule } from '../../model/pruneRules';
import { StoreError } from '../../store/storeError';
import type { ReadOptions } from '../source';
import type { LocalStores, OpenStore } from './localStores';
import type { Share } from './sharedByKey';

/** What a prune of a local store did. */
export interface PruneOutcome {
  /** The records that went, in the order in which they did; `size` in bytes, undefined where it was unknown. */
  readonly removed: readonly { readonly id: string; readonly size: number | undefined }[];
  /** Sum of the sizes that are known, bytes. */
  readonly removedBytes: number;
}

export interface PruneCallOptions {
  /** Aborting stops the prune between two batches; what went stays gone. */
  readonly signal?: AbortSignal;
  /** Told of each record as it goes. */
  readonly onRemoved?: (id: string) => void;
}

/**
 * A local store that is open to work with, until `close`. Its members throw errors with a `reason`: `readOnly`, `closed`, `cancelled`,
 * `noSpace` ...; a filter of a rule that cannot be read throws one named `FilterError`.
 */
export interface LocalStoreHandle {
  /** Grows when a member changes its meaning or goes; new members leave it as it is. */
  readonly version: 1;
  readonly path: string;
  /** Why the store can only be read, such as another window that writes it; undefined where it can be written. */
  readonly readOnlyBecause: string | undefined;
  /** Everything that the store holds now. Changes nothing. */
  list(options?: ReadOptions): Promise<Inventory>;
  /** Calls the listener soon after each change, whoever makes it. @returns the way to stop it */
  watch(listener: () => void): () => void;
  /** What a rule would remove now, in order, and why the rest stays. Changes nothing. */
  plan(rule: PruneRule): Promise<PrunePlan>;
  /** Removes what the rules say, one after the other. */
  prune(rules: readonly PruneRule[], options?: PruneCallOptions): Promise<PruneOutcome>;
  /** Lets go of the store; others in this window may still have it open. Again is fine. */
  close(): Promise<void>;
}

/** @param share is given back by the handle's `close` */
export function handleOf(stores: LocalStores, share: Share<OpenStore>): LocalStoreHandle {
  const { store, manager } = share.value;
  const { path } = store;
  const freeSpace = async () => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  };
  const requireManager = () => {
    if (manager !== undefined) return manager;
    throw new StoreError('readOnly', readOnlyReason(share.value) ?? 'The store can only be read', {
      id: path,
    });
  };
  const stops = new Set<() => void>();
  return {
    version: 1,
    path,
    get readOnlyBecause() {
      return readOnlyReason(share.value);
    },
    list: (options) => stores.source(path).read(options),
    watch: (listener) => {
      const stop = stores.watch(path, listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    plan: async (rule) => await requireManager().plan(rule, { freeSpace }),
    prune: async (rules, { signal, onRemoved } = {}) => {
      const { removed, removedBytes } = await requireManager().prune(rules, {
        signal,
        freeSpace,
        onRemoved: ({ id }) => onRemoved?.(id),
      });
      return { removed: removed.map(({ id, size }) => ({ id, size })), removedBytes };
    },
    close: async () => {
      stops.forEach((stop) => stop());
      stops.clear();
      await share.release();
    },
  };
}

function readOnlyReason({ store: { state } }: OpenStore): string | undefined {
  return state.writable ? undefined : state.because;
}
