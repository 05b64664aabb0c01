import type { CollectionStatistics } from './collector';
import type { ContentStore } from './contentStore';
import type { Database, WriteState } from './database';
import type { Applier, Differ } from './layers';
import type { LeaseManager } from './leaseManager';
import type { MetadataStore } from './metadataStore';
import type { Snapshotter } from './snapshotter';

/** What one namespace holds. Nothing in one namespace refers to another; only the bytes of blobs are shared. */
export interface StoreNamespace {
  readonly content: ContentStore;
  readonly snapshots: Snapshotter;
  readonly leases: LeaseManager;
}

/** An open store folder. Content, snapshots and leases are those of the namespace `buildkit`. */
export interface LocalStore extends StoreNamespace {
  /** The store's folder. */
  readonly path: string;
  /** This process writes, or only looks on and why. */
  readonly state: WriteState;
  readonly database: Database;
  readonly metadata: MetadataStore;
  readonly differ: Differ;
  readonly applier: Applier;

  /**
   * Another namespace, made when it is first asked for.
   * @param sharing whether bytes that other namespaces have need not be sent again
   */
  namespace(name: string, sharing?: 'shared' | 'isolated'): StoreNamespace;

  /**
   * Removes content, snapshots, ingests and expired leases that no root reaches, first their metadata (durable), then
   * their files. Calls that arrive while one runs share the next one.
   */
  collect(): Promise<CollectionStatistics>;

  /** A read-only view: takes in at once what the writer has written, which otherwise happens a few times a second. */
  follow(): Promise<void>;

  /** Commits what is there, writes a checkpoint if that is worth it, gives the lock back. Again is fine. */
  close(): Promise<void>;
}
