import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parseFilter } from '../../model/filter';
import type { Clock } from '../clock';
import type { ContentInfo, ContentStore, ContentWriter, IngestStatus, WriterOptions } from '../contentStore';
import type { SqlDatabase } from '../database/sqlDatabase';
import { fileError } from '../fileError';
import { errorCode, type OpenFile } from '../files';
import { changeLabels, readLabel, storableLabels, type LabelChanges, type Labels } from '../labels';
import type { SqlLeaseManager } from '../leases/sqlLeaseManager';
import { StoreError } from '../storeError';
import type { BlobFiles } from './blobFiles';
import { BlobReader } from './blobReader';
import { ContentTable, type IngestRow } from './contentTable';
import { requireDigest } from './digest';
import type { IngestFiles } from './ingestFiles';
import { IngestWriter, type IngestHost } from './ingestWriter';

/** What content stores of all namespaces of one store share. */
export interface ContentParts {
  readonly database: SqlDatabase;
  readonly blobs: BlobFiles;
  readonly ingests: IngestFiles;
  /** Uploads that a writer of this process has open, by backend ref. */
  readonly openRefs: Set<string>;
  readonly clock: Clock;
}

export interface ContentNamespace {
  readonly number: number;
  readonly name: string;
  readonly leases: SqlLeaseManager;
  /**
   * `shared`: bytes that another namespace has need not be sent again. `isolated`: they have to be.
   */
  readonly sharing: 'shared' | 'isolated';
}

/** An upload under no lease is kept this long. */
const ingestExpiryMs = 24 * 3_600_000;

/** Content of one namespace: rows in the database, bytes in `content/`. */
export class FileContentStore implements ContentStore {
  private readonly table: ContentTable;

  constructor(
    private readonly parts: ContentParts,
    private readonly namespace: ContentNamespace,
  ) {
    this.table = new ContentTable(parts.database, namespace.number);
  }

  info(digest: string): ContentInfo {
    const info = this.find(digest);
    if (info === undefined) throw notFound(digest);
    return info;
  }

  find(digest: string): ContentInfo | undefined {
    return this.table.find(digest);
  }

  has(digest: string): boolean {
    return this.table.has(digest);
  }

  walk(filters: readonly string[] = []): ContentInfo[] {
    const filter = parseFilter(filters);
    return this.table.all().filter((info) =>
      filter.matches((path) => {
        if (path[0] === 'digest') return info.digest;
        if (path[0] === 'size') return String(info.size);
        return path[0] === 'labels' ? readLabel(info.labels, path) : undefined;
      }),
    );
  }

  updateLabels(digest: string, changes: LabelChanges): ContentInfo {
    return this.replaceLabels(digest, changeLabels(this.info(digest).labels, changes));
  }

  replaceLabels(digest: string, labels: Labels): ContentInfo {
    const stored = storableLabels(labels);
    return this.parts.database.transaction(() => {
      if (!this.has(digest)) throw notFound(digest);
      this.table.setLabels(digest, stored);
      this.table.touch(digest, this.parts.clock.now());
      return this.info(digest);
    });
  }

  delete(digest: string, options: { lease?: string } = {}): void {
    this.parts.database.transaction(() => {
      if (!this.table.delete(digest)) throw notFound(digest);
      if (options.lease !== undefined) {
        this.namespace.leases.deleteResource(options.lease, { type: 'content', id: digest });
      }
    });
  }

  async reader(digest: string, part: { offset?: number; size?: number } = {}): Promise<Readable> {
    const { size } = this.info(digest);
    if (this.table.isTrusted(digest)) {
      throw new StoreError('notFound', `The bytes of ${digest} are not in this store`, { id: digest });
    }
    const start = part.offset ?? 0;
    if (start < 0 || start > size) {
      throw new StoreError('outOfRange', `${digest} has ${size} bytes; ${start} is behind its end`, {
        id: digest,
      });
    }
    const wanted = part.size === undefined || part.size < 0 ? size - start : part.size;
    const file = await this.openBlob(digest, size);
    return new BlobReader(file, digest, start, Math.min(start + wanted, size));
  }

  async writer(options: WriterOptions): Promise<ContentWriter> {
    const { ref, digest, lease } = options;
    this.parts.database.requireWritable();
    if (digest !== undefined) requireDigest(digest);
    if (lease !== undefined) this.namespace.leases.requireLease(lease);
    if (digest !== undefined && this.has(digest)) {
      this.hold(lease, 'content', digest);
      throw new StoreError('alreadyExists', `${digest} is here already`, { id: digest });
    }
    const backendRef = `${this.namespace.name}/${ref}`;
    if (this.parts.openRefs.has(backendRef)) {
      throw new StoreError('unavailable', `The upload ${ref} is being written`, { id: ref });
    }
    this.parts.openRefs.add(backendRef);
    try {
      return await this.openWriter(options, backendRef);
    } catch (error) {
      this.parts.openRefs.delete(backendRef);
      throw fileError(`Opening the upload ${ref}`, error);
    }
  }

  async ingestStatus(ref: string): Promise<IngestStatus> {
    const row = this.table.ingest(ref);
    if (row === undefined) throw noIngest(ref);
    return this.status(row);
  }

  async listIngests(): Promise<IngestStatus[]> {
    const all: IngestStatus[] = [];
    for (const row of this.table.ingests()) all.push(await this.status(row));
    return all;
  }

  async abortIngest(ref: string): Promise<void> {
    if (this.table.ingest(ref) === undefined) throw noIngest(ref);
    await this.abandon(ref);
  }

  trust(content: { digest: string; size: number; labels?: Labels; lease?: string }): ContentInfo {
    const { digest, size, lease } = content;
    requireDigest(digest);
    const stored = storableLabels(content.labels ?? {});
    return this.parts.database.transaction(() => {
      if (lease !== undefined) this.hold(lease, 'content', digest);
      if (this.has(digest))
        throw new StoreError('alreadyExists', `${digest} is here already`, { id: digest });
      this.table.insert(digest, size, this.parts.clock.now(), true);
      this.table.setLabels(digest, stored);
      return this.info(digest);
    });
  }

  async verify(digest: string): Promise<void> {
    const hash = createHash(requireDigest(digest).algorithm);
    // A blob is a stream of bytes, so the chunks are buffers.
    for await (const chunk of await this.reader(digest)) hash.update(chunk as Buffer);
    const actual = `${requireDigest(digest).algorithm}:${hash.digest('hex')}`;
    if (actual !== digest) {
      throw new StoreError('corrupt', `The bytes of ${digest} have changed; their digest is ${actual}`, {
        id: digest,
      });
    }
  }

  private async openWriter(options: WriterOptions, backendRef: string): Promise<ContentWriter> {
    const { ref, size, digest, lease } = options;
    const shared = this.sharedSize(digest, size);
    const expiresAt = lease === undefined ? this.parts.clock.now().ms + ingestExpiryMs : undefined;
    const file = await this.parts.ingests.open(backendRef, size);
    const host = this.host(ref, backendRef, lease);
    try {
      const offered = {
        ...(size === undefined ? {} : { size }),
        ...(digest === undefined ? {} : { digest }),
      };
      const writer = await IngestWriter.resume(ref, file, offered, host);
      if (shared !== undefined && digest !== undefined && writer.offset === 0) {
        await this.copyShared(digest, writer);
      }
      this.parts.database.transaction(() => {
        this.table.putIngest({
          ref,
          ...(digest === undefined ? {} : { expected: digest }),
          ...(expiresAt === undefined ? {} : { expiresAt }),
        });
        this.hold(lease, 'ingests', ref);
      });
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private host(ref: string, backendRef: string, lease: string | undefined): IngestHost {
    return {
      publish: (digest, size, labels) => this.publish({ ref, backendRef, lease, digest, size, labels }),
      abandon: () => this.abandon(ref),
      touch: () => this.parts.ingests.touch(backendRef),
      release: () => this.parts.openRefs.delete(backendRef),
    };
  }

  private async publish(upload: {
    ref: string;
    backendRef: string;
    lease: string | undefined;
    digest: string;
    size: number;
    labels: Labels;
  }): Promise<ContentInfo> {
    const { ref, backendRef, lease, digest, size } = upload;
    const labels = storableLabels(upload.labels);
    if (lease !== undefined) this.namespace.leases.requireLease(lease);
    const existed = this.has(digest);
    const data = existed ? undefined : this.parts.ingests.data(backendRef);
    const info = await this.parts.blobs.publish(digest, data, () =>
      this.parts.database.transaction(() => {
        if (!this.has(digest)) {
          this.table.insert(digest, size, this.parts.clock.now(), false);
          this.table.setLabels(digest, labels);
        }
        this.table.deleteIngest(ref);
        if (lease !== undefined) this.namespace.leases.deleteResource(lease, { type: 'ingests', id: ref });
        this.hold(lease, 'content', digest);
        return this.info(digest);
      }),
    );
    await this.parts.ingests.remove(backendRef);
    if (existed) throw new StoreError('alreadyExists', `${digest} is here already`, { id: digest });
    return info;
  }

  private async abandon(ref: string): Promise<void> {
    this.parts.database.transaction(() => {
      this.table.deleteIngest(ref);
      for (const lease of this.namespace.leases.holders({ type: 'ingests', id: ref })) {
        this.namespace.leases.deleteResource(lease, { type: 'ingests', id: ref });
      }
    });
    await this.parts.ingests.remove(`${this.namespace.name}/${ref}`);
  }

  private async status(row: IngestRow): Promise<IngestStatus> {
    const state = await this.parts.ingests.state(`${this.namespace.name}/${row.ref}`);
    const now = this.parts.clock.now();
    return { offset: 0, startedAt: now, updatedAt: now, ...state, ...row };
  }

  private hold(lease: string | undefined, type: string, id: string): void {
    if (lease !== undefined) this.namespace.leases.addResource(lease, { type, id });
  }

  /** Size of bytes that are in the store already, for another namespace, and may be used. */
  private sharedSize(digest: string | undefined, size: number | undefined): number | undefined {
    if (digest === undefined || this.namespace.sharing === 'isolated') return undefined;
    const shared = this.table.sharedSize(digest);
    return size === undefined || size === 0 || size === shared ? shared : undefined;
  }

  /** The upload gets its own copy, so that it can be appended to; nobody has to send it. */
  private async copyShared(digest: string, writer: ContentWriter): Promise<void> {
    const size = this.table.sharedSize(digest) ?? 0;
    const file = await this.openBlob(digest, size);
    // A blob is a stream of bytes, so the chunks are buffers.
    for await (const chunk of new BlobReader(file, digest, 0, size)) await writer.write(chunk as Buffer);
  }

  private async openBlob(digest: string, size: number): Promise<OpenFile> {
    let file: OpenFile;
    try {
      file = await this.parts.blobs.files.open(this.parts.blobs.path(digest), 'r');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw new StoreError('corrupt', `The bytes of ${digest} are gone`, { id: digest, cause: error });
      }
      throw fileError(`Opening ${digest}`, error);
    }
    const actual = (await file.stat()).size;
    if (actual === size) return file;
    await file.close();
    const text = `The bytes of ${digest} have changed: ${actual} instead of ${size}`;
    throw new StoreError('corrupt', text, { id: digest });
  }
}

function notFound(digest: string): StoreError {
  return new StoreError('notFound', `There is no content ${digest}`, { id: digest });
}

function noIngest(ref: string): StoreError {
  return new StoreError('notFound', `There is no upload ${ref}`, { id: ref });
}
