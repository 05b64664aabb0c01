/** Whether a store may be written, and if not, why (for a person). */
export type WriteState = { readonly writable: true } | { readonly writable: false; readonly because: string };

/**
 * The store's memory and its promise. All reads and transactions are synchronous and in memory; `commit` makes
 * what was done so far survive.
 */
export interface Database {
  /**
   * Runs `work` as one change: all of it holds, or, when it throws, none of it. Called inside another
   * transaction it is a part of that one that can fail alone. The change is visible at once and durable after the next
   * `commit`; without one it is written soon, in order.
   * @throws StoreError `readOnly`, `closed`; and whatever `work` throws.
   */
  transaction<T>(work: () => T): T;

  /**
   * Resolves when every transaction so far is on disk; after that no kill loses it. Calls that arrive together
   * share one sync. Costs nothing when there is nothing new.
   * @throws StoreError `noSpace`, `noPermission`, `io`: nothing is known to be on disk since the last success; the database is
   * read-only from then on.
   */
  commit(): Promise<void>;

  readonly state: WriteState;

  /** Counts transactions and, in a read-only view, those followed from the writer. */
  readonly revision: number;

  /** Called after each change of `revision`, at most once per turn of the event loop. Returns the way to stop it. */
  onChange(listener: () => void): () => void;
}
