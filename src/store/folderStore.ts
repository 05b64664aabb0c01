import { join } from 'node:path';
import type { Clock } from './clock';
import type { CollectionStatistics } from './collector';
import { BlobFiles } from './content/blobFiles';
import { FileContentStore, type ContentParts } from './content/fileContentStore';
import { IngestFiles } from './content/ingestFiles';
import type { WriteState } from './database';
import type { SqlDatabase } from './database/sqlDatabase';
import { numberOf } from './database/sqlValue';
import { fileError } from './fileError';
import type { Files } from './files';
import { Collector } from './gc/collector';
import type { Applier, Differ } from './layers';
import { noLayers } from './layers/noLayers';
import { SnapshotApplier } from './layers/snapshotApplier';
import { SnapshotDiffer } from './layers/snapshotDiffer';
import { SqlLeaseManager } from './leases/sqlLeaseManager';
import type { LocalStore, StoreNamespace } from './localStore';
import { SqlMetadataStore } from './metadata/sqlMetadataStore';
import { DirectoryBackend } from './snapshots/directoryBackend';
import { LocalSnapshotter, type SnapshotNumbers } from './snapshots/localSnapshotter';
import type { SnapshotBackend } from './snapshots/snapshotBackend';

export interface StoreParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly snapshotBackend: SnapshotBackend | undefined;
  readonly snapshotterName: string;
}

interface Namespace extends StoreNamespace {
  readonly snapshots: LocalSnapshotter;
}

const mainNamespace = 'buildkit';

/** The parts of a store, put together around one database. */
export class FolderStore implements LocalStore {
  readonly metadata: SqlMetadataStore;
  readonly content: FileContentStore;
  readonly snapshots: LocalSnapshotter;
  readonly leases: SqlLeaseManager;
  readonly differ: Differ;
  readonly applier: Applier;
  private readonly collector: Collector;
  private readonly contentParts: ContentParts;
  private readonly namespaces = new Map<string, Namespace>();
  private closing: Promise<void> | undefined;

  /**
   * @param closeDatabase lets go of the database and of what guards it
   * @param followWriter takes in what another process has written
   */
  static async open(
    path: string,
    parts: StoreParts,
    database: SqlDatabase,
    closeDatabase: () => Promise<void>,
    followWriter: () => Promise<void> = () => Promise.resolve(),
  ): Promise<FolderStore> {
    const backend = parts.snapshotBackend ?? new DirectoryBackend(join(path, 'snapshots'));
    const highest = database.get('SELECT coalesce(max(number), 0) FROM snapshot')?.[0] ?? 0;
    // Files that a crash left without a row keep their number until they are collected.
    const last = Math.max(numberOf(highest), ...(await backend.list()));
    return new FolderStore(path, parts, database, backend, numbersAfter(last), closeDatabase, followWriter);
  }

  private constructor(
    readonly path: string,
    private readonly parts: StoreParts,
    readonly database: SqlDatabase,
    private readonly backend: SnapshotBackend,
    private readonly numbers: SnapshotNumbers,
    private readonly closeDatabase: () => Promise<void>,
    private readonly followWriter: () => Promise<void>,
  ) {
    const { files, clock } = parts;
    const content = join(path, 'content');
    this.contentParts = {
      database,
      blobs: new BlobFiles(files, content),
      ingests: new IngestFiles(files, content, clock),
      openRefs: new Set(),
      clock,
    };
    this.collector = new Collector({
      ...this.contentParts,
      backend,
      numbers,
      snapshotterName: parts.snapshotterName,
    });
    this.metadata = new SqlMetadataStore(database);
    const main = this.openNamespace(mainNamespace, 'shared');
    this.leases = main.leases;
    this.content = main.content;
    this.snapshots = main.snapshots;
    const directories = backend instanceof DirectoryBackend ? backend : undefined;
    this.differ =
      directories === undefined ? noLayers : new SnapshotDiffer(this.snapshots, directories, this.content);
    this.applier =
      directories === undefined ? noLayers : new SnapshotApplier(this.snapshots, directories, this.content);
  }

  get state(): WriteState {
    return this.database.state;
  }

  namespace(name: string, sharing: 'shared' | 'isolated' = 'shared'): StoreNamespace {
    const key = `${sharing} ${name}`;
    let namespace = this.namespaces.get(key);
    if (namespace === undefined) {
      namespace = this.openNamespace(name, sharing);
      this.namespaces.set(key, namespace);
    }
    return namespace;
  }

  collect(): Promise<CollectionStatistics> {
    return this.collector.collect();
  }

  follow(): Promise<void> {
    return this.followWriter();
  }

  close(): Promise<void> {
    this.closing ??= this.collector
      .settled()
      .then(() => this.closeDatabase())
      .catch((error: unknown) => {
        throw fileError(`Closing the store in ${this.path}`, error);
      });
    return this.closing;
  }

  private openNamespace(
    name: string,
    sharing: 'shared' | 'isolated',
  ): Namespace & { content: FileContentStore; leases: SqlLeaseManager } {
    const number = this.namespaceNumber(name);
    const { clock, snapshotterName } = this.parts;
    const { database, backend, numbers } = this;
    const leases = new SqlLeaseManager(database, number, clock, () => this.collect());
    return {
      leases,
      content: new FileContentStore(this.contentParts, { number, name, leases, sharing }),
      snapshots: new LocalSnapshotter(
        { database, backend, numbers, clock, name: snapshotterName },
        number,
        leases,
      ),
    };
  }

  private namespaceNumber(name: string): number {
    const find = () => this.database.get('SELECT number FROM namespace WHERE name = ?', name)?.[0];
    const known = find();
    if (known !== undefined) return numberOf(known);
    this.database.run('INSERT INTO namespace (name) VALUES (?)', name);
    return numberOf(find() ?? null);
  }
}

function numbersAfter(last: number): SnapshotNumbers {
  let given = last;
  return { next: () => ++given, pending: new Set() };
}
