import type { Snapshotter, SnapshotUsage } from '../../store/snapshotter';
import { isNotFound } from '../../store/storeError';

/** Undefined for a snapshot that has gone meanwhile. */
export async function usageOf(snapshots: Snapshotter, key: string): Promise<SnapshotUsage | undefined> {
  try {
    return await snapshots.usage(key);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
