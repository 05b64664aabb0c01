/** Many strings as one UTF-8 buffer; string i is `bytes[offsets[i] .. offsets[i + 1])`. */
export interface StringTable {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/** Bits of `GraphColumns.flags`. */
export const recordFlag = {
  mutable: 1,
  /** Inverse facts stay out: a bit that is not set means "no" or "unknown", and the details panel tells which. */
  shared: 2,
  lazy: 4,
  inUse: 8,
  /** Held by a lease beside those that every record has of its own. */
  leased: 16,
  /** Mutable, and its policy keeps it when its last ref is released; of immutable records the policy tells nothing. */
  retained: 32,
  /** The daemon would drop it at its next start. */
  drops: 64,
} as const;

/** Codes of `GraphColumns.kinds`, by position. */
export const recordKinds = ['base', 'layer', 'merge', 'diff'] as const;

/**
 * The graph of one inventory in columns: entry i of each column is record i of the inventory. Links whose parent is
 * not in the cache are left out. Sent whole, by structured clone of exactly these buffers.
 */
export interface GraphColumns {
  readonly count: number;
  readonly ids: StringTable;
  /** What the person wrote, shortened to what a card can hold ("RUN npm ci"). */
  readonly titles: StringTable;
  /** The second line; empty where there is none. */
  readonly subtitles: StringTable;
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Index into `typeNames`. */
  readonly types: Uint8Array<ArrayBuffer>;
  readonly typeNames: readonly string[];
  readonly flags: Uint8Array<ArrayBuffer>;
  /** Bytes; NaN is unknown. */
  readonly sizes: Float64Array<ArrayBuffer>;
  /** Epoch milliseconds; NaN is unknown. */
  readonly createdAt: Float64Array<ArrayBuffer>;
  /** Epoch milliseconds; NaN is never or unknown. */
  readonly lastUsedAt: Float64Array<ArrayBuffer>;
  readonly usageCounts: Float64Array<ArrayBuffer>;
  /** All record indices, oldest first, then by id: the order in which the picture is laid out. */
  readonly creationOrder: Uint32Array<ArrayBuffer>;
  /**
   * The one parent that places the record: the layer parent, a merge's first input, a diff's upper; -1 for none.
   * Never a cycle.
   */
  readonly primaryParents: Int32Array<ArrayBuffer>;
  /** All links, primary ones included, parent to child. */
  readonly linkParents: Uint32Array<ArrayBuffer>;
  readonly linkChildren: Uint32Array<ArrayBuffer>;
  /** Positions in `parentRoles`. */
  readonly linkRoles: Uint8Array<ArrayBuffer>;
  /** Merge: place of the input, from 0; else 0. */
  readonly linkPositions: Uint16Array<ArrayBuffer>;
}
