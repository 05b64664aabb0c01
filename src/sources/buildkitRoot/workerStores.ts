import type { Blob, Lease, Snapshot } from '../../model/inventory';
import type { ContainerdImage } from './containerdDatabase';

/** The stores that one worker's records refer to, joined from their databases and folders. Undefined: it cannot be seen. */
export interface WorkerStores {
  readonly namespace: string;
  readonly snapshotter: string | undefined;
  readonly leases: readonly Lease[] | undefined;
  /** By digest; those of the worker's own namespace only. */
  readonly blobs: ReadonlyMap<string, Blob> | undefined;
  /** Whether the content store has this blob, by its database or else by its folder. */
  hasBlob(digest: string): boolean | undefined;
  /** By key; those of the worker's own snapshotter only. */
  readonly snapshots: ReadonlyMap<string, Snapshot> | undefined;
  /** Whether the snapshotter's own database was read, so that missing sizes mean something. */
  readonly hasSnapshotSizes: boolean;
  readonly images: readonly ContainerdImage[] | undefined;
  /** Chain ids of image layers that snapshots of a storage driver became, by snapshot key. */
  readonly layerChains: ReadonlyMap<string, string>;
}
