import type { BoltBucket } from '../../bolt/bucket';
import type { BoltCursor } from '../../bolt/cursor';
import type { BoltDatabase } from '../../bolt/database';
import { InlineEntries } from '../../bolt/inlineEntries';
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
  const eachBucket = async (
    held: BoltBucket | undefined,
    read: (cursor: BoltCursor, key: string) => void,
    progress: (share: number) => number,
  ): Promise<void> => {
    const cursor = held?.cursor();
    while (cursor?.next()) {
      if (cursor.isBucket) {
        read(cursor, cursor.keyText());
      }
      if (context.pacer.due) {
        context.progressWithin(progress(idShare(cursor.keyText())));
        await context.pacer.pause();
      }
    }
  };
  await eachBucket(
    bucket.bucket('leases'),
    (cursor, key) => leases.push(readLease(cursor, key, namespace)),
    (share) => share * 0.4,
  );
  const blobs: BlobDraft[] = [];
  await eachBucket(
    bucket.bucket('content')?.bucket('blob'),
    (cursor, key) => blobs.push(readBlob(cursor, key, namespace)),
    () => 0.4,
  );
  const snapshots: SnapshotDraft[] = [];
  for (const { key: snapshotter, bucket: held } of subBuckets(bucket.bucket('snapshots'))) {
    await eachBucket(
      held,
      (cursor, key) => snapshots.push(readSnapshot(cursor, key, namespace, snapshotter)),
      (share) => 0.4 + share * 0.6,
    );
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

/** The sub-buckets of a bucket, for buckets that hold few. */
function subBuckets(bucket: BoltBucket | undefined): Entry[] {
  const found: Entry[] = [];
  const cursor = bucket?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      found.push({ key: cursor.keyText(), bucket: cursor.bucket() });
    }
  }
  return found;
}

const leaseKeys = new KeyTable(['createdat', 'labels', 'snapshots', 'content', 'ingests', 'images']);

function readLease(entry: BoltCursor, id: string, namespace: string): Lease {
  let createdAt: number | undefined;
  let labels = noLabels;
  const resources: LeaseResource[] = [];
  const cursor = entry.bucket().cursor();
  while (cursor.next()) {
    switch (leaseKeys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'createdat':
        createdAt = timeOf(cursor);
        break;
      case 'labels':
        labels = labelsOf(cursor);
        break;
      case 'snapshots':
        addSnapshots(cursor, resources);
        break;
      case 'content':
        eachKey(cursor, (id) => resources.push({ kind: 'content', id }));
        break;
      case 'ingests':
        eachKey(cursor, (id) => resources.push({ kind: 'ingest', id }));
        break;
      case 'images':
        eachKey(cursor, (id) => resources.push({ kind: 'image', id }));
        break;
      case undefined:
        break;
    }
  }
  return { id, namespace, createdAt, labels, resources };
}

const blobKeys = new KeyTable(['createdat', 'updatedat', 'size', 'labels']);

function readBlob(entry: BoltCursor, digest: string, namespace: string): BlobDraft {
  let size: number | undefined;
  let createdAt: number | undefined;
  let updatedAt: number | undefined;
  let labels = noLabels;
  const cursor = entry.bucket().cursor();
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
  return { digest, namespace, size, createdAt, updatedAt, labels, present: undefined };
}

const snapshotKeys = new KeyTable(['name', 'parent', 'createdat', 'updatedat', 'labels']);

function readSnapshot(entry: BoltCursor, key: string, namespace: string, snapshotter: string): SnapshotDraft {
  const snapshot = snapshotDraft(key, namespace, snapshotter);
  const cursor = entry.bucket().cursor();
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

function addSnapshots(entry: BoltCursor, resources: LeaseResource[]): void {
  const cursor = entry.isBucket ? entry.bucket().cursor() : undefined;
  while (cursor?.next()) {
    if (cursor.isBucket) {
      const snapshotter = cursor.keyText();
      eachKey(cursor, (id) => resources.push({ kind: 'snapshot', id, snapshotter }));
    }
  }
}

/** Used for one bucket after the other. */
const inline = new InlineEntries();

/** The keys of the bucket at the cursor. */
function eachKey(entry: BoltCursor, take: (key: string) => void): void {
  if (inline.enter(entry)) {
    while (inline.next()) {
      take(inline.keyText());
    }
  } else if (entry.isBucket) {
    const cursor = entry.bucket().cursor();
    while (cursor.next()) {
      take(cursor.keyText());
    }
  }
}

/** The labels in the bucket at the cursor, as containerd stores them for leases, blobs and snapshots alike. */
export function labelsOf(entry: BoltCursor): Readonly<Record<string, string>> {
  const labels: [string, string][] = [];
  if (inline.enter(entry)) {
    while (inline.next()) {
      labels.push([inline.keyText(), textOf(inline)]);
    }
  } else if (entry.isBucket) {
    const cursor = entry.bucket().cursor();
    while (cursor.next()) {
      labels.push([cursor.keyText(), textOf(cursor)]);
    }
  }
  return labels.length === 0 ? noLabels : Object.fromEntries(labels);
}
