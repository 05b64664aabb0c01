import type { CollectionStatistics } from './collector';
import type { ContentStore } from './contentStore';
import type { Database, WriteState } from './database';
import type { Applier, Differ } from './layers';
import type { LeaseManager } from './leaseManager';
import type { MetadataStore } from './metadataStore';
import type { Snapshotter } from './snapshotter';

/** An open store folder. */
export interface LocalStore {
  /** The store's folder. */
  readonly path: string;
  /** This process writes, or only looks on and why. */
  readonly state: WriteState;
  readonly database: Database;
  readonly metadata: MetadataStore;
  readonly content: ContentStore;
  readonly snapshots: Snapshotter;
  readonly leases: LeaseManager;
  readonly differ: Differ;
  readonly applier: Applier;

  /**
   * Removes content, snapshots, ingests and expired leases that no root reaches, first their metadata (durable), then
   * their files. Calls that arrive while one runs share the next one.
   */
  collect(): Promise<CollectionStatistics>;

  /** Commits what is there, writes a checkpoint if that is worth it, gives the lock back. Again is fine. */
  close(): Promise<void>;
}
