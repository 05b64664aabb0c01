import type { Note } from '../../model/inventory';

/** Where one worker keeps its things. Paths are where a part ought to be; reading finds out whether it is there. */
export interface WorkerLayout {
  /** Name of its folder; empty for a database that was opened alone and for Docker's storage drivers. */
  readonly name: string;
  readonly kind: 'oci' | 'containerd' | 'graphdriver' | 'metadataOnly';
  readonly metadata: string;
  /** `metadata.db` is the old form: parents and kinds of its records stand in the snapshot databases only. */
  readonly isOldForm: boolean;
  readonly idFile?: string;
  /** By the name of the folder; else the snapshot databases tell. */
  readonly snapshotter?: string;
  /** containerd metadata: leases, blobs, and snapshots by key. */
  readonly containerdMetadata?: string;
  /** Folder of a containerd snapshotter, with `metadata.db` and the snapshots' folders. */
  readonly snapshotFolder?: string;
  /** Docker's `snapshots.db`. */
  readonly graphdriverSnapshots?: string;
  readonly contentFolder?: string;
  /** Docker's folder `image`, with one folder for each storage driver. */
  readonly imageFolder?: string;
}

/** What stands at a path that was opened. */
export interface RootLayout {
  /** For a person: "BuildKit root", "one worker", "Docker engine (storage driver)" ... */
  readonly words: string;
  readonly workers: readonly WorkerLayout[];
  readonly solverDatabase?: string;
  readonly historyDatabases: readonly string[];
  readonly notes: readonly Note[];
}
