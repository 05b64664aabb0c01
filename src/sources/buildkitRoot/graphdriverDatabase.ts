import type { BoltBucket } from '../../bolt/bucket';
import type { BoltDatabase } from '../../bolt/database';
import { snapshotDraft, type SnapshotDraft } from './containerdDatabase';
import type { ReadContext } from './readContext';

/** A snapshot of Docker's storage driver: what `snapshots.db` tells, and the layer it became. */
export interface GraphdriverSnapshot {
  readonly snapshot: SnapshotDraft;
  /** Chain id of the layer in Docker's layer store. */
  readonly chainId: string | undefined;
}

/**
 * Reads `snapshots.db` of a Docker engine that keeps layers in a storage driver: one top bucket for each snapshot. A snapshot that
 * was committed under another name keeps its bucket, with the mark `iscommitted`.
 */
export async function readGraphdriverSnapshots(
  database: BoltDatabase,
  context: ReadContext,
  namespace: string,
  snapshotter: string,
): Promise<GraphdriverSnapshot[]> {
  const snapshots: GraphdriverSnapshot[] = [];
  const cursor = database.root.cursor();
  while (cursor.next()) {
    if (cursor.isBucket) {
      snapshots.push(readSnapshot(snapshotDraft(cursor.keyText(), namespace, snapshotter), cursor.bucket()));
    }
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  return snapshots;
}

function readSnapshot(snapshot: SnapshotDraft, bucket: BoltBucket): GraphdriverSnapshot {
  const text = (key: string): string | undefined => {
    const value = bucket.get(key)?.toString();
    return value === '' ? undefined : value;
  };
  const chainId = text('chainid') ?? (snapshot.key.startsWith('sha256:') ? snapshot.key : undefined);
  const committed = text('committed');
  const wasCommitted = bucket.get('iscommitted') !== undefined;
  const size = text('size');
  snapshot.parent = text('parent');
  snapshot.kind = chainId !== undefined || committed !== undefined || wasCommitted ? 'committed' : 'active';
  snapshot.directory = committed ?? (chainId === undefined ? snapshot.key : undefined);
  snapshot.size = size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined;
  return { snapshot, chainId };
}
