import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Applier } from '../../store/layers';
import type { SnapshotDiff, Snapshotter, SnapshotUsage } from '../../store/snapshotter';
import type { Trace } from './trace';

/**
 * What a replay tells of snapshots beyond their files, kept over closing and opening: sizes by the rules of the traces, and the
 * merges that were asked for.
 */
export class SnapshotLog {
  readonly sizes = new Map<string, number>();
  /** What was unpacked into a snapshot, by digest of the layer. */
  readonly layers = new Map<string, string>();
  merges: string[] = [];
}

/** A snapshotter with the sizes of the traces: bytes of the files written, 100 for each step of a merge. */
export function logicalSnapshots(inner: Snapshotter, log: SnapshotLog): Snapshotter {
  const { sizes } = log;
  return {
    name: inner.name,
    prepare: (key, parent, options) => inner.prepare(key, parent, options),
    view: (key, parent, options) => inner.view(key, parent, options),
    commit: async (name, key, options) => {
      await inner.commit(name, key, options);
      sizes.set(name, sizes.get(key) ?? 0);
      sizes.delete(key);
      const layer = log.layers.get(key);
      if (layer !== undefined) log.layers.set(name, layer);
    },
    remove: async (key) => {
      await inner.remove(key);
      sizes.delete(key);
    },
    stat: (key) => inner.stat(key),
    find: (key) => inner.find(key),
    updateLabels: (key, changes) => inner.updateLabels(key, changes),
    walk: (filters) => inner.walk(filters),
    children: (key) => inner.children(key),
    usage: (key): Promise<SnapshotUsage> => {
      const { kind } = inner.stat(key);
      return Promise.resolve({ size: kind === 'view' ? 0 : (sizes.get(key) ?? 0), inodes: 1 });
    },
    mounts: (key) => inner.mounts(key),
    merge: async (name, diffs, options) => {
      const call = `merge ${name} <- ${diffs.map(stepOf).join(' ')}`;
      try {
        await inner.merge(name, diffs, options);
      } catch (error) {
        log.merges.push(`${call} !err`);
        throw error;
      }
      log.merges.push(call);
      sizes.set(name, 100 * diffs.length);
    },
    diff: (lower, upper) => inner.diff(lower, upper),
  };
}

const stepOf = ({ lower = '', upper = '' }: SnapshotDiff) => `[${lower}..${upper}]`;

/**
 * Unpacks blobs whose bytes nobody has: one file of as many bytes as the trace says. The same layer over itself writes what is
 * there already.
 */
export function logicalApplier(snapshots: Snapshotter, log: SnapshotLog, trace: Trace): Applier {
  const unpacked = new Map(Object.values(trace.blobs).map((blob) => [blob.digest, blob]));
  return {
    apply: async (digest, key) => {
      const { unpacked: size = 0, diffID = '' } = unpacked.get(digest) ?? {};
      log.layers.set(key, diffID);
      let below = snapshots.stat(key).parent;
      while (below !== undefined && log.layers.get(below) !== diffID) below = snapshots.stat(below).parent;
      await writeLogical(snapshots, log, key, diffID.slice(-12), below === undefined ? size : 0);
      return { diffId: diffID, size, dropped: [] };
    },
  };
}

/** Writes a file of `size` bytes into an active snapshot, where snapshots have files. */
export async function writeLogical(
  snapshots: Snapshotter,
  log: SnapshotLog,
  key: string,
  name: string,
  size: number,
): Promise<void> {
  const { path } = await snapshots.mounts(key);
  if (!path.startsWith('/memory/')) {
    const file = join(path, name);
    await writeFile(file, '');
    await truncate(file, size);
  }
  log.sizes.set(key, (log.sizes.get(key) ?? 0) + size);
}
