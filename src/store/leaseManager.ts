import type { Timestamp } from './clock';
import type { Labels } from './labels';

export interface LeaseInfo {
  readonly id: string;
  readonly createdAt: Timestamp;
  readonly labels: Labels;
}

/** One thing a lease keeps. `type` is `content`, `ingests`, `images` or `snapshots/<snapshotter>`. */
export interface LeaseResource {
  readonly type: string;
  readonly id: string;
}

/** Leases keep resources from collection. All are synchronous and durable with the database's next commit. */
export interface LeaseManager {
  /** @throws `alreadyExists`, `invalid` (empty id) */
  create(id: string, labels?: Labels): LeaseInfo;
  find(id: string): LeaseInfo | undefined;
  /** In id order; filters are of containerd's language over `id` and `labels.<key>`, any of them has to match. */
  list(filters?: readonly string[]): LeaseInfo[];
  /**
   * What it kept is freed by the next collection; with `synchronous` that runs before this resolves.
   * The lease itself is gone when the call returns. @throws `notFound`
   */
  delete(id: string, options?: { synchronous?: boolean }): Promise<void>;
  /** The part of `delete` that is in memory, for use in a transaction. @throws `notFound` */
  remove(id: string): void;
  /** The resource need not exist; once more is fine. @throws `notFound` (lease), `invalid`, `notImplemented` (type) */
  addResource(id: string, resource: LeaseResource): void;
  /** Absent is fine. Errors as `addResource`. */
  deleteResource(id: string, resource: LeaseResource): void;
  /** Content, images, ingests, snapshots; each in id order. @throws `notFound` */
  listResources(id: string): LeaseResource[];
  /** Ids of the leases that name this resource, in order. */
  holders(resource: LeaseResource): string[];
}
