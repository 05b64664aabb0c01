import type { Labels } from './labels';

export type LayerCompression = 'none' | 'gzip' | 'zstd';

/** What a layer blob is, as the OCI image format writes it. */
export interface LayerDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes of the blob as stored. */
  readonly size: number;
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
}

/** Ceilings against layers made to do harm; going over one is `unsafe`. */
export interface LayerLimits {
  /** Bytes of all files after decompression. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Bytes out per byte in, looked at once `ratioFreeBytes` have come out. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
  /** Bytes of one path. */
  readonly maxPathBytes: number;
  /** Names in one path. */
  readonly maxDepth: number;
}

export const defaultLayerLimits: LayerLimits = {
  maxBytes: 64 * 2 ** 30,
  maxEntries: 2_000_000,
  maxRatio: 1_100,
  ratioFreeBytes: 64 * 2 ** 20,
  maxPathBytes: 4_096,
  maxDepth: 512,
};

export interface DifferOptions {
  readonly compression?: LayerCompression;
  /** Labels of the blob, beside `containerd.io/uncompressed`. */
  readonly labels?: Labels;
  readonly lease?: string;
  readonly signal?: AbortSignal;
}

/** Snapshot pairs to layer tars. */
export interface Differ {
  /**
   * Writes what turns `lower` into `upper` to the content store. The same two trees give the same bytes, whenever and wherever.
   * @throws `notFound`; `notImplemented` (zstd where this Node has none); `cancelled`
   */
  compare(
    lower: string | undefined,
    upper: string | undefined,
    options?: DifferOptions,
  ): Promise<LayerDescriptor>;
}

export interface ApplyOptions {
  readonly limits?: Partial<LayerLimits>;
  /** Checked against what came out. */
  readonly diffId?: string;
  readonly signal?: AbortSignal;
}

/** What was unpacked. */
export interface AppliedLayer {
  /** Digest of the tar as it came out. */
  readonly diffId: string;
  /** Bytes of all files. */
  readonly size: number;
  /** Extended attributes that could not be kept because their values are not text, as `<path>: <attribute>`. */
  readonly dropped?: readonly string[];
}

/** Layer tars to snapshots. */
export interface Applier {
  /**
   * Unpacks a blob of the content store into the active snapshot `key`. The compression is told by its first bytes.
   * @throws `notFound`; `unsafe`; `corrupt` (not a tar, or another `diffId`); `invalid` (not active); `cancelled`
   */
  apply(digest: string, key: string, options?: ApplyOptions): Promise<AppliedLayer>;
}
