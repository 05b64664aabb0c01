import type { CacheRecord } from './record';

/** Which kind of cache was opened. */
export type SourceKind = 'buildkitRoot' | 'local';

/** What was opened, in terms a person recognises. */
export interface SourceInfo {
  readonly kind: SourceKind;
  /** Short name for titles and rows. */
  readonly label: string;
  /** The path or address that was opened. */
  readonly location: string;
  /** The layout found there, in words: "BuildKit root", "one worker", "Docker engine (graphdriver)" ... */
  readonly layout: string;
}

/** One worker of a source: a metadata database with the stores its records refer to. */
export interface WorkerInfo {
  /** The worker's own id, where a `workerid` file gives it. */
  readonly id?: string;
  /** Name of its folder, such as `runc-overlayfs`; empty where a root has only one without a name. */
  readonly name: string;
  readonly snapshotter?: string;
  /** containerd namespace in which its leases, blobs and snapshots live. */
  readonly namespace?: string;
}

export type ResourceKind = 'content' | 'snapshot' | 'ingest' | 'image';

/** Something that a lease keeps from collection. */
export interface LeaseResource {
  readonly kind: ResourceKind;
  /** Digest, snapshot key, ingest ref or image name. */
  readonly id: string;
  /** Snapshots only: the snapshotter it lives in. */
  readonly snapshotter?: string;
}

/** A containerd lease. */
export interface Lease {
  readonly id: string;
  readonly namespace: string;
  readonly createdAt?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly resources: readonly LeaseResource[];
}

/** Content by digest, as the metadata database and the blob folder tell of it. */
export interface Blob {
  readonly digest: string;
  readonly namespace: string;
  /** Size by the metadata database. */
  readonly size?: number;
  readonly createdAt?: number;
  readonly updatedAt?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the file is in the content store; undefined where the store cannot be seen. */
  readonly present?: boolean;
}

export type SnapshotKind = 'active' | 'view' | 'committed';

/** A snapshot: its entry in the metadata database joined with the snapshotter's own. */
export interface Snapshot {
  /** Key in the metadata database; what records and leases name. */
  readonly key: string;
  readonly namespace: string;
  readonly snapshotter: string;
  /** Key of the parent snapshot. */
  readonly parent?: string;
  readonly kind?: SnapshotKind;
  /** Name in the snapshotter's own database. */
  readonly backendName?: string;
  /** Number of its directory under the snapshotter's folder (or the graphdriver's own id). */
  readonly directory?: string;
  /** Bytes by the snapshotter's own database (committed snapshots only). */
  readonly size?: number;
  readonly inodes?: number;
  readonly createdAt?: number;
  readonly updatedAt?: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A key of the solver's cache and the records that it reaches. */
export interface SolverKey {
  readonly id: string;
  readonly results: readonly SolverResult[];
  /** Keys reached from this one, by the operation that leads there. */
  readonly links: readonly SolverLink[];
}

export interface SolverResult {
  readonly workerId: string;
  /** Empty for the scratch result. */
  readonly recordId: string;
  readonly createdAt?: number;
}

export interface SolverLink {
  readonly target: string;
  readonly input: number;
  readonly output: number;
  readonly digest: string;
  readonly selector: string;
}

/** A completed build from the history database. */
export interface Build {
  readonly ref: string;
  readonly frontend: string;
  readonly createdAt?: number;
  readonly completedAt?: number;
  readonly error?: string;
  readonly steps?: number;
  readonly cachedSteps?: number;
  readonly completedSteps?: number;
  readonly pinned: boolean;
}

export type NoteSeverity = 'info' | 'warning' | 'error';

/** What could not be read or looks wrong; the rest of the inventory is still good. */
export interface Note {
  readonly severity: NoteSeverity;
  /** What, where and what to try: one sentence for a person. */
  readonly message: string;
  /** Path relative to what was opened, when the note is about one file. */
  readonly file?: string;
  /** The record that the note is about. */
  readonly record?: string;
}

/** Everything that one source held at one moment. */
export interface Inventory {
  readonly source: SourceInfo;
  /** When reading began, epoch milliseconds. */
  readonly takenAt: number;
  /** False while leases, snapshots and the rest are still being read. */
  readonly complete: boolean;
  readonly workers: readonly WorkerInfo[];
  readonly records: readonly CacheRecord[];
  readonly leases: readonly Lease[];
  readonly blobs: readonly Blob[];
  readonly snapshots: readonly Snapshot[];
  readonly solverKeys: readonly SolverKey[];
  readonly builds: readonly Build[];
  readonly notes: readonly Note[];
}
