import type { BoltBucket } from '../../bolt/bucket';
import type { BoltCursor } from '../../bolt/cursor';
import type { BoltDatabase } from '../../bolt/database';
import { readVarint } from '../../bolt/varint';
import type { Blob, Lease, LeaseResource, Snapshot } from '../../model/inventory';
import { sizeOf, textOf, timeOf } from './containerdValues';
import { KeyTable } from './keyTable';
import type { NoteList } from './noteList';
import type { ReadContext } from './readContext';
import { idShare } from './recordDatabase';

/** A snapshot while its parts are still being gathered from two databases. */
export type SnapshotDraft = { -readonly [Field in keyof Snapshot]: Snapshot[Field] };

/** A blob while it is not known yet whether its file is there. */
export type BlobDraft = { -readonly [Field in keyof Blob]: Blob[Field] };

/** An image of containerd's own store: its name, and the digest of its manifest or index. */
export interface ContainerdImage {
  readonly name: string;
  readonly target: string;
}

/** How to find BuildKit's part of a containerd metadata database. */
export interface ContainerdWish {
  /** Some leases that BuildKit's namespace must hold: ids of its records. */
  readonly sampleLeases: readonly string[];
  /** Leave the namespaces of others unread. */
  readonly onlyOwn: boolean;
}

export interface ContainerdMetadata {
  /** BuildKit's namespace. */
  readonly namespace: string;
  readonly namespaces: ReadonlyMap<string, NamespaceContent>;
}

/** What one namespace of a containerd metadata database holds. */
export interface NamespaceContent {
  readonly leases: readonly Lease[];
  readonly blobs: readonly BlobDraft[];
  readonly snapshots: readonly SnapshotDraft[];
  readonly images: readonly ContainerdImage[];
}

/** The newest revision of the schema that is known; containerd 2 writes 4. */
const newestSchema = 4n;

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reads a containerd metadata database: BuildKit's own `containerdmeta.db`, or `meta.db` of a containerd. Everything lies under
 * `v1`, one bucket for each namespace.
 */
export async function readContainerdMetadata(
  database: BoltDatabase,
  context: ReadContext,
  notes: NoteList,
  { sampleLeases, onlyOwn }: ContainerdWish,
): Promise<ContainerdMetadata> {
  const top = database.root.bucket('v1');
  noteNewerSchema(top, context.relative(database.path), notes);
  const found = subBuckets(top);
  const namespace = ownNamespace(found, sampleLeases);
  const namespaces = new Map<string, NamespaceContent>();
  for (const { key, bucket } of found) {
    if (!onlyOwn || key === namespace || key === `${namespace}_history`) {
      namespaces.set(key, await readNamespace(bucket, key, context));
    }
  }
  return { namespace, namespaces };
}

/** The namespace in which most of the leases are; BuildKit's usual one if none is anywhere. */
function ownNamespace(namespaces: readonly Entry[], leases: readonly string[]): string {
  let best = 'buildkit';
  let most = 0;
  for (const { key, bucket } of namespaces) {
    const held = bucket.bucket('leases');
    const count = leases.filter((id) => held?.bucket(id) !== undefined).length;
    if (count > most) {
      best = key;
      most = count;
    }
  }
  return best;
}

function noteNewerSchema(top: BoltBucket | undefined, file: string, notes: NoteList): void {
  const stored = top?.get('version');
  const revision = stored === undefined ? undefined : readVarint(stored);
  if (revision !== undefined && revision > newestSchema) {
    notes.add({
      severity: 'warning',
      file,
      message: `${file} has revision ${revision} of containerd's schema; up to ${newestSchema} is known here, so something may be missing.`,
    });
  }
}

async function readNamespace(
  bucket: BoltBucket,
  namespace: string,
  context: ReadContext,
): Promise<NamespaceContent> {
  const leases: Lease[] = [];
  for (const entry of entries(bucket.bucket('leases'))) {
    leases.push(readLease(entry, namespace));
    if (context.pacer.due) {
      context.progressWithin(idShare(entry.key) * 0.4);
      await context.pacer.pause();
    }
  }
  const blobs: BlobDraft[] = [];
  for (const entry of entries(bucket.bucket('content')?.bucket('blob'))) {
    blobs.push(readBlob(entry, namespace));
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  const snapshots: SnapshotDraft[] = [];
  for (const { key: snapshotter, bucket: ofSnapshotter } of subBuckets(bucket.bucket('snapshots'))) {
    for (const entry of entries(ofSnapshotter)) {
      snapshots.push(readSnapshot(entry, namespace, snapshotter));
      if (context.pacer.due) {
        context.progressWithin(0.4 + idShare(entry.key) * 0.6);
        await context.pacer.pause();
      }
    }
  }
  const images: ContainerdImage[] = [];
  for (const { key: name, bucket: image } of subBuckets(bucket.bucket('images'))) {
    const target = image.bucket('target')?.get('digest');
    if (target !== undefined) {
      images.push({ name, target: target.toString() });
    }
  }
  return { leases, blobs, snapshots, images };
}

interface Entry {
  readonly key: string;
  readonly bucket: BoltBucket;
}

/** The sub-buckets of a bucket, found before any of them is read; for buckets that hold few. */
function subBuckets(bucket: BoltBucket | undefined): Entry[] {
  return [...entries(bucket)];
}

/** The sub-buckets of a bucket one by one, for buckets that hold many. */
function* entries(bucket: BoltBucket | undefined): Generator<Entry> {
  const cursor = bucket?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      yield { key: cursor.keyText(), bucket: cursor.bucket() };
    }
  }
}

const leaseKeys = new KeyTable(['createdat', 'labels', 'snapshots', 'content', 'ingests', 'images']);

function readLease({ key, bucket }: Entry, namespace: string): Lease {
  let createdAt: number | undefined;
  let labels = noLabels;
  const resources: LeaseResource[] = [];
  const cursor = bucket.cursor();
  while (cursor.next()) {
    switch (leaseKeys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'createdat':
        createdAt = timeOf(cursor);
        break;
      case 'labels':
        labels = labelsOf(cursor);
        break;
      case 'snapshots':
        for (const { key: snapshotter, bucket: keys } of subBuckets(bucketOf(cursor))) {
          eachKey(keys, (id) => resources.push({ kind: 'snapshot', id, snapshotter }));
        }
        break;
      case 'content':
        eachKey(bucketOf(cursor), (id) => resources.push({ kind: 'content', id }));
        break;
      case 'ingests':
        eachKey(bucketOf(cursor), (id) => resources.push({ kind: 'ingest', id }));
        break;
      case 'images':
        eachKey(bucketOf(cursor), (id) => resources.push({ kind: 'image', id }));
        break;
      case undefined:
        break;
    }
  }
  return { id: key, namespace, createdAt, labels, resources };
}

const blobKeys = new KeyTable(['createdat', 'updatedat', 'size', 'labels']);

function readBlob({ key, bucket }: Entry, namespace: string): BlobDraft {
  let size: number | undefined;
  let createdAt: number | undefined;
  let updatedAt: number | undefined;
  let labels = noLabels;
  const cursor = bucket.cursor();
  while (cursor.next()) {
    switch (blobKeys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'createdat':
        createdAt = timeOf(cursor);
        break;
      case 'updatedat':
        updatedAt = timeOf(cursor);
        break;
      case 'size':
        size = sizeOf(cursor);
        break;
      case 'labels':
        labels = labelsOf(cursor);
        break;
      case undefined:
        break;
    }
  }
  return { digest: key, namespace, size, createdAt, updatedAt, labels, present: undefined };
}

const snapshotKeys = new KeyTable(['name', 'parent', 'createdat', 'updatedat', 'labels']);

function readSnapshot({ key, bucket }: Entry, namespace: string, snapshotter: string): SnapshotDraft {
  const snapshot = snapshotDraft(key, namespace, snapshotter);
  const cursor = bucket.cursor();
  while (cursor.next()) {
    switch (snapshotKeys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'name':
        snapshot.backendName = textOf(cursor);
        break;
      case 'parent':
        snapshot.parent = textOf(cursor);
        break;
      case 'createdat':
        snapshot.createdAt = timeOf(cursor);
        break;
      case 'updatedat':
        snapshot.updatedAt = timeOf(cursor);
        break;
      case 'labels':
        snapshot.labels = labelsOf(cursor);
        break;
      case undefined:
        break;
    }
  }
  return snapshot;
}

/** A snapshot of which nothing but its name is known yet; all of one shape. */
export function snapshotDraft(key: string, namespace: string, snapshotter: string): SnapshotDraft {
  return {
    key,
    namespace,
    snapshotter,
    parent: undefined,
    kind: undefined,
    backendName: undefined,
    directory: undefined,
    size: undefined,
    inodes: undefined,
    createdAt: undefined,
    updatedAt: undefined,
    labels: noLabels,
  };
}

function bucketOf(cursor: BoltCursor): BoltBucket | undefined {
  return cursor.isBucket ? cursor.bucket() : undefined;
}

function eachKey(bucket: BoltBucket | undefined, take: (key: string) => void): void {
  const cursor = bucket?.cursor();
  while (cursor?.next()) {
    take(cursor.keyText());
  }
}

/** The labels in the bucket at the cursor, as containerd stores them for leases, blobs and snapshots alike. */
export function labelsOf(cursor: BoltCursor): Readonly<Record<string, string>> {
  const labels: [string, string][] = [];
  const inner = bucketOf(cursor)?.cursor();
  while (inner?.next()) {
    if (!inner.isBucket) {
      labels.push([inner.keyText(), textOf(inner)]);
    }
  }
  return labels.length === 0 ? noLabels : Object.fromEntries(labels);
}
