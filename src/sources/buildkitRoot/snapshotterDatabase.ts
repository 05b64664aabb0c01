import type { BoltBucket } from '../../bolt/bucket';
import type { BoltDatabase } from '../../bolt/database';
import { readUvarint } from '../../bolt/varint';
import type { SnapshotKind } from '../../model/inventory';
import { labelsOf, sizeOf, textOf, timeOf } from './containerdDatabase';
import { KeyTable } from './keyTable';
import type { ReadContext } from './readContext';

/** A snapshot as the snapshotter itself knows it. */
export interface BackendSnapshot {
  kind: SnapshotKind | undefined;
  /** Decimal number of its folder. */
  directory: string | undefined;
  /** Backend name of the parent. */
  parent: string | undefined;
  size: number | undefined;
  inodes: number | undefined;
  createdAt: number | undefined;
  updatedAt: number | undefined;
  labels: Readonly<Record<string, string>> | undefined;
}

const keys = new KeyTable(['id', 'kind', 'parent', 'size', 'inodes', 'createdat', 'updatedat', 'labels']);

const kinds: readonly (SnapshotKind | undefined)[] = [undefined, 'view', 'active', 'committed'];

/** Reads `metadata.db` of a containerd snapshotter (overlayfs, native, fuse-overlayfs, stargz): snapshots by backend name. */
export async function readSnapshotter(
  database: BoltDatabase,
  context: ReadContext,
): Promise<Map<string, BackendSnapshot>> {
  const snapshots = new Map<string, BackendSnapshot>();
  const cursor = database.root.bucket('v1')?.bucket('snapshots')?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      snapshots.set(cursor.keyText(), readSnapshot(cursor.bucket()));
    }
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  return snapshots;
}

function readSnapshot(bucket: BoltBucket): BackendSnapshot {
  const snapshot: BackendSnapshot = {
    kind: undefined,
    directory: undefined,
    parent: undefined,
    size: undefined,
    inodes: undefined,
    createdAt: undefined,
    updatedAt: undefined,
    labels: undefined,
  };
  const cursor = bucket.cursor();
  while (cursor.next()) {
    switch (keys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'id':
        snapshot.directory = readUvarint(
          cursor.page.subarray(cursor.valueStart, cursor.valueEnd),
        )?.toString();
        break;
      case 'kind':
        snapshot.kind =
          cursor.valueEnd - cursor.valueStart === 1 ? kinds[cursor.page[cursor.valueStart]] : undefined;
        break;
      case 'parent':
        snapshot.parent = textOf(cursor);
        break;
      case 'size':
        snapshot.size = sizeOf(cursor);
        break;
      case 'inodes':
        snapshot.inodes = sizeOf(cursor);
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
