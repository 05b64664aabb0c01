import type { Inventory, SourceInfo } from '../model/inventory';

/** How far a long read is. */
export interface ReadProgress {
  /** What is being read, for a person: "records", "leases" ... */
  readonly stage: string;
  /** Share of the whole read that is done, 0 to 1. */
  readonly done: number;
}

export interface ReadOptions {
  /** Aborting makes `read` reject with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Called once with records and links, before leases, blobs, snapshots and the rest are read. */
  readonly onRecords?: (partial: Inventory) => void;
  /** One line for the log channel about each thing that was read. */
  readonly log?: (line: string) => void;
}

/** What can be done with a cache of this kind. */
export interface SourceCapabilities {
  readonly canPrune: boolean;
  readonly hasLeases: boolean;
  readonly canWatch: boolean;
}

/** A cache that can be opened. Reading never changes it and never blocks the thread for more than a frame or so. */
export interface CacheSource {
  readonly info: SourceInfo;
  readonly capabilities: SourceCapabilities;
  /** @throws CacheError when nothing can be shown; what can be passed over becomes a note in the inventory. */
  read(options?: ReadOptions): Promise<Inventory>;
  /**
   * Where `canWatch`: calls the listener soon after each change of what `read` gives, until the returned function is called.
   * Watching changes nothing, and says nothing where the cache cannot be read.
   */
  watch?(listener: () => void): () => void;
  /** The bytes of a blob, unchecked; undefined where they are not here. @throws the system's refusals */
  openBlob?(digest: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}
