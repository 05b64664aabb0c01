import type { Readable } from 'node:stream';
import type { Timestamp } from './clock';
import type { LabelChanges, Labels } from './labels';

export interface ContentInfo {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly labels: Labels;
}

/** One upload that is under way or was left half done. */
export interface IngestStatus {
  readonly ref: string;
  /** Bytes received. */
  readonly offset: number;
  readonly total?: number;
  readonly expected?: string;
  readonly startedAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** Epoch ms after which nothing but a lease keeps it. */
  readonly expiresAt?: number;
}

export interface WriterOptions {
  /** The upload's name; a second writer of the same ref resumes where the first stopped. */
  readonly ref: string;
  /** Expected size in bytes, checked at the commit. */
  readonly size?: number;
  /** Expected digest, checked at the commit. */
  readonly digest?: string;
  /** The upload, and then the content, is added to this lease. @throws `notFound` if there is no such lease */
  readonly lease?: string;
}

/** An open upload. Exactly one of `commit`, `abort`, `close` ends it. */
export interface ContentWriter {
  readonly ref: string;
  /** Bytes so far; above 0 at the start when the upload was resumed. */
  readonly offset: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Starts again from nothing. */
  truncate(): Promise<void>;
  /**
   * Verifies, syncs and publishes the bytes, and writes the metadata (durable with the database's next commit).
   * @throws `failedPrecondition` (size or digest differ; the upload stays and can be resumed),
   * `alreadyExists` (the upload is removed).
   */
  commit(options?: { size?: number; digest?: string; labels?: Labels }): Promise<ContentInfo>;
  /** Throws the upload away. */
  abort(): Promise<void>;
  /** Keeps what arrived for a later writer. */
  close(): Promise<void>;
}

/** Blobs by digest. Metadata is read from memory; bytes are streamed, whatever their size. */
export interface ContentStore {
  /** @throws `notFound` */
  info(digest: string): ContentInfo;
  find(digest: string): ContentInfo | undefined;
  has(digest: string): boolean;
  /** All in order of digest, or those whose labels, digest or size match one of `filters`. */
  walk(filters?: readonly string[]): ContentInfo[];
  /** @throws `notFound`, `invalid` (a label of over 4096 bytes) */
  updateLabels(digest: string, changes: LabelChanges): ContentInfo;
  replaceLabels(digest: string, labels: Labels): ContentInfo;
  /** Removes the record, leased or not; the bytes go with the next collection. @throws `notFound` */
  delete(digest: string, options?: { lease?: string }): void;

  /**
   * The bytes, or a part of them: `size` left out or negative means to the end.
   * @throws `notFound`, `outOfRange` (offset behind the end), `corrupt` (the file is not as long as it was)
   */
  reader(digest: string, part?: { offset?: number; size?: number }): Promise<Readable>;
  /** @throws `alreadyExists`, `unavailable` (another writer has the ref), `notFound` (the lease), `invalid` (the digest) */
  writer(options: WriterOptions): Promise<ContentWriter>;

  /** @throws `notFound` */
  ingestStatus(ref: string): Promise<IngestStatus>;
  listIngests(): Promise<IngestStatus[]>;
  /** @throws `notFound` */
  abortIngest(ref: string): Promise<void>;

  /**
   * Records content whose bytes are not here and will not be read, on the caller's word: for replaying what happened elsewhere.
   * @throws `alreadyExists`, `invalid`
   */
  trust(content: { digest: string; size: number; labels?: Labels; lease?: string }): ContentInfo;

  /** Reads all bytes again. @throws `notFound`, `corrupt` */
  verify(digest: string): Promise<void>;
}
