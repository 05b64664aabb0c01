import type { Timestamp } from '../store/clock';
import type { ContentStore } from '../store/contentStore';

/** A blob of a layer, as an image manifest describes it. */
export interface BlobDescriptor {
  /** Empty where a layer has no blob of its own. */
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  /** Digest of the uncompressed tar; without it the blob cannot become a record. */
  readonly diffId?: string;
  /** Other places to fetch it from. */
  readonly urls?: readonly string[];
}

/** A way to get one blob that is not here yet. */
export interface BlobProvider {
  /**
   * Puts the blob into `content`, under `lease`. One that is there already is fine.
   * @throws whatever hinders it; the record stays lazy
   */
  fetch(digest: string, content: ContentStore, lease: string): Promise<void>;
}

/** Providers by digest. */
export type BlobProviders = ReadonlyMap<string, BlobProvider>;

/** What a caller of `get`, `getMutable`, `getByBlob` can say. */
export interface GetOptions {
  /** Without them a record that is lazy, or stands on one that is, is refused. */
  readonly providers?: BlobProviders;
  /** The release of the ref does not count as a use. */
  readonly noUse?: boolean;
}

/** What the maker of a record can say of it. */
export interface CreateOptions {
  readonly description?: string;
  /** `regular` where left out. */
  readonly recordType?: string;
  /** Keep it when the last ref goes, although it was never finalized. */
  readonly retain?: boolean;
  readonly createdAt?: Timestamp;
  /** Name of the image that it came from. */
  readonly imageRef?: string;
}

/** Tells whether an image uses the same content as a record. Made afresh for each call of the manager. */
export interface ExternalReferences {
  /** @param layerDigests gives the blob digests of the record's layers, lowest first; asked for only where needed */
  isReferenced(id: string, layerDigests: () => readonly string[]): boolean;
}
