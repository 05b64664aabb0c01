/** What one collection did. */
export interface CollectionStatistics {
  /** Leases that had expired. */
  readonly leases: number;
  readonly content: number;
  readonly snapshots: number;
  readonly ingests: number;
  /** Bytes of the content that went, as recorded. */
  readonly contentBytes: number;
  /** Bytes of the snapshots that went, as far as they were recorded. */
  readonly snapshotBytes: number;
  /** Files and directories that could not be removed; the next collection tries again. */
  readonly leftovers: readonly { readonly path: string; readonly cause: string }[];
  /** Milliseconds for marking and sweeping metadata, files not counted. */
  readonly durationMs: number;
}
