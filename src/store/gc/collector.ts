import type { Clock } from '../clock';
import type { CollectionStatistics } from '../collector';
import type { BlobFiles } from '../content/blobFiles';
import type { IngestFiles } from '../content/ingestFiles';
import type { SqlDatabase } from '../database/sqlDatabase';
import { textOf } from '../database/sqlValue';
import type { SnapshotBackend } from '../snapshots/snapshotBackend';
import type { SnapshotNumbers } from '../snapshots/localSnapshotter';
import { mark, nodeOf } from './mark';
import { readNamespaces, type StoredNamespace } from './storedNamespace';

export interface CollectorParts {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly blobs: BlobFiles;
  readonly ingests: IngestFiles;
  readonly openRefs: ReadonlySet<string>;
  readonly backend: SnapshotBackend;
  readonly numbers: SnapshotNumbers;
  readonly snapshotterName: string;
}

interface Sweep {
  leases: number;
  content: number;
  snapshots: number;
  ingests: number;
  contentBytes: number;
  snapshotBytes: number;
}

type Leftover = CollectionStatistics['leftovers'][number];

/** How many files or directories are removed at a time. */
const parallel = 8;

/** containerd's collection over the store: mark, sweep the metadata in one transaction, then remove files that no row names. */
export class Collector {
  private running: Promise<CollectionStatistics> | undefined;
  private next: Promise<CollectionStatistics> | undefined;

  constructor(private readonly parts: CollectorParts) {}

  /** A call that comes while a collection runs waits for the next one, which sees what was freed meanwhile. */
  collect(): Promise<CollectionStatistics> {
    if (this.running === undefined) return this.start();
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.start();
      });
    return this.next;
  }

  /** Resolves when nothing is being collected any more. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running.catch(() => undefined);
  }

  /** Removes files that no row names. */
  async removeOrphans(): Promise<Leftover[]> {
    return [...(await this.removeLayers()), ...(await this.removeBlobs()), ...(await this.removeUploads())];
  }

  private start(): Promise<CollectionStatistics> {
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<CollectionStatistics> {
    const started = performance.now();
    const swept = this.parts.database.transaction(() => this.sweep());
    await this.parts.database.commit();
    const durationMs = performance.now() - started;
    return { ...swept, leftovers: await this.removeOrphans(), durationMs };
  }

  private sweep(): Sweep {
    const sum: Sweep = { leases: 0, content: 0, snapshots: 0, ingests: 0, contentBytes: 0, snapshotBytes: 0 };
    const nowMs = this.parts.clock.now().ms;
    for (const namespace of readNamespaces(this.parts.database, this.parts.snapshotterName)) {
      this.sweepNamespace(namespace, mark(namespace.objects, nowMs), sum);
    }
    return sum;
  }

  private sweepNamespace(namespace: StoredNamespace, alive: ReadonlySet<string>, sum: Sweep): void {
    const { database } = this.parts;
    for (const [id, number] of namespace.leaseNumbers) {
      if (alive.has(nodeOf('lease', id))) continue;
      sum.leases += database.run('DELETE FROM lease WHERE number = ?', number);
    }
    for (const { key } of namespace.objects.ingests) {
      if (alive.has(nodeOf('ingest', key)) || this.isOpen(namespace.number, key)) continue;
      sum.ingests += database.run(
        'DELETE FROM ingest WHERE namespace = ? AND ref = ?',
        namespace.number,
        key,
      );
    }
    for (const [digest, size] of namespace.contentSizes) {
      if (alive.has(nodeOf('content', digest))) continue;
      sum.content += database.run(
        'DELETE FROM content WHERE namespace = ? AND digest = ?',
        namespace.number,
        digest,
      );
      sum.contentBytes += size;
    }
    const dead = [...namespace.snapshotRows].filter(([key]) => !alive.has(nodeOf('snapshot', key)));
    // A child always has a higher number than what it stands on, so this order takes children first.
    dead.sort(([, a], [, b]) => b.number - a.number);
    for (const [, { number, size }] of dead) {
      sum.snapshots += database.run('DELETE FROM snapshot WHERE number = ?', number);
      sum.snapshotBytes += size ?? 0;
    }
  }

  /** Somebody is writing it at this moment. */
  private isOpen(namespace: number, ref: string): boolean {
    const row = this.parts.database.get('SELECT name FROM namespace WHERE number = ?', namespace);
    return row !== undefined && this.parts.openRefs.has(`${textOf(row[0])}/${ref}`);
  }

  private async removeLayers(): Promise<Leftover[]> {
    const { database, backend, numbers } = this.parts;
    return removeEach(await backend.list(), async (number) => {
      if (numbers.pending.has(number)) return;
      if (database.get('SELECT 1 FROM snapshot WHERE number = ?', number) !== undefined) return;
      await backend.remove(number);
    });
  }

  private async removeBlobs(): Promise<Leftover[]> {
    const { database, blobs } = this.parts;
    const needed = (digest: string) =>
      database.get('SELECT 1 FROM content WHERE digest = ?', digest) !== undefined ||
      database.get('SELECT 1 FROM ingest WHERE expected = ?', digest) !== undefined;
    return removeEach(await blobs.list(), async (digest) => {
      if (!needed(digest)) await blobs.remove(digest, () => needed(digest));
    });
  }

  private async removeUploads(): Promise<Leftover[]> {
    const { database, ingests, openRefs } = this.parts;
    const folders = await ingests.folders();
    const sql = "SELECT name || '/' || ref FROM ingest JOIN namespace ON number = namespace";
    return removeEach(folders, async (folder) => {
      const known = [...database.all(sql).map(([ref]) => textOf(ref)), ...openRefs];
      if (!known.some((ref) => ingests.folder(ref).endsWith(folder))) await ingests.removeFolder(folder);
    });
  }
}

/** Removes one after the other, a few at a time; what does not go is told. */
async function removeEach<T extends string | number>(
  items: readonly T[],
  remove: (item: T) => Promise<void>,
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const item = items[next++];
      try {
        await remove(item);
      } catch (error) {
        leftovers.push({ path: String(item), cause: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return leftovers;
}
