import { join } from 'node:path';
import type { Blob, Lease, Snapshot } from '../../model/inventory';
import { readBlobNames } from './contentFolder';
import {
  readContainerdMetadata,
  type BlobDraft,
  type ContainerdMetadata,
  type SnapshotDraft,
} from './containerdDatabase';
import { readGraphdriverSnapshots } from './graphdriverDatabase';
import { readOptionalDatabase, type ReadContext } from './readContext';
import type { WorkerLayout } from './rootLayout';
import { readSnapshotter } from './snapshotterDatabase';
import type { StoredRecords } from './recordDraft';
import type { WorkerStores } from './workerStores';

/** What was read for one worker beside its records. */
export interface WorkerContents {
  readonly stores: WorkerStores;
  readonly leases: readonly Lease[];
  readonly blobs: readonly Blob[];
  readonly snapshots: readonly Snapshot[];
}

/** How many record ids are looked up to find the namespace that they live in. */
const sampleSize = 50;

/** Docker keeps snapshots of its storage drivers under this name and namespace. */
const graphdriverNamespace = 'buildkit';

/** Reads what the records of a worker refer to: leases, blobs, snapshots. What cannot be read becomes a note. */
export async function readWorkerStores(
  layout: WorkerLayout,
  stored: StoredRecords,
  context: ReadContext,
): Promise<WorkerContents> {
  const metadata = await readMetadata(layout, stored, context);
  const own = metadata?.namespaces.get(metadata.namespace);
  const namespace = metadata?.namespace ?? 'buildkit';
  const others = [...(metadata?.namespaces ?? [])].filter(([name]) => name !== namespace);
  // Of what several namespaces hold alike, the worker's own stands last and wins in look-ups.
  const contents = own === undefined ? [] : [...others.map(([, content]) => content), own];
  const leases = contents.flatMap((content) => content.leases);
  const blobs = contents.flatMap((content) => content.blobs);
  const names = await readPresence(layout, blobs, context);

  const { snapshots, listed, ...more } =
    layout.kind === 'graphdriver'
      ? await readGraphdriver(layout, context)
      : await readSnapshots(layout, metadata, context);
  const ownBlobs = own === undefined ? undefined : new Map(own.blobs.map((blob) => [blob.digest, blob]));
  return {
    leases,
    blobs,
    snapshots,
    stores: {
      namespace,
      snapshotter: more.snapshotter,
      leases: metadata === undefined ? undefined : leases,
      blobs: ownBlobs,
      hasBlob: (digest) => ownBlobs?.has(digest) ?? names?.has(digest),
      snapshots: listed && byKey(listed, namespace, more.snapshotter),
      hasSnapshotSizes: more.hasSizes,
      images: own?.images,
      layerChains: more.layerChains,
    },
  };
}

async function readMetadata(
  layout: WorkerLayout,
  { records, holders }: StoredRecords,
  context: ReadContext,
): Promise<ContainerdMetadata | undefined> {
  if (layout.containerdMetadata === undefined) {
    return undefined;
  }
  const sampleLeases = records
    .filter((_, index) => holders[index] === -1)
    .slice(0, sampleSize)
    .map(({ id }) => id);
  return await readOptionalDatabase(
    context,
    {
      path: layout.containerdMetadata,
      holds: 'leases, blobs and snapshots',
      without:
        'Leases, blobs and snapshots are not shown, and sizes that BuildKit has not stored are unknown.',
    },
    async (database, notes) =>
      await readContainerdMetadata(database, context, notes, {
        sampleLeases,
        onlyOwn: layout.kind === 'containerd',
      }),
    ({ namespaces }) =>
      [...namespaces.values()].reduce(
        (sum, content) => sum + content.leases.length + content.blobs.length + content.snapshots.length,
        0,
      ),
  );
}

/** Marks which blobs have their file; returns the digests of all files. */
async function readPresence(
  layout: WorkerLayout,
  blobs: readonly BlobDraft[],
  context: ReadContext,
): Promise<Set<string> | undefined> {
  if (layout.contentFolder === undefined) {
    return undefined;
  }
  const names = await readBlobNames(layout.contentFolder, context);
  if (names === undefined) {
    return undefined;
  }
  const missing = new Set<string>();
  await context.pacer.forEach(blobs, (blob) => {
    blob.present = names.has(blob.digest);
    if (!blob.present) {
      missing.add(blob.digest);
    }
  });
  if (missing.size > 0) {
    context.notes.add({
      severity: 'warning',
      file: context.relative(layout.contentFolder),
      message: `${missing.size} of the blobs that the database lists have no file in ${context.relative(layout.contentFolder)}.`,
    });
  }
  return names;
}

interface SnapshotsRead {
  readonly snapshots: readonly SnapshotDraft[];
  /** Those that a daemon would find; undefined where that cannot be told. A snapshotter may hold others, not collected yet. */
  readonly listed: readonly SnapshotDraft[] | undefined;
  readonly snapshotter: string | undefined;
  readonly hasSizes: boolean;
  readonly layerChains: ReadonlyMap<string, string>;
}

const noChains: ReadonlyMap<string, string> = new Map();

async function readGraphdriver(layout: WorkerLayout, context: ReadContext): Promise<SnapshotsRead> {
  const { graphdriverSnapshots, snapshotter } = layout;
  const found =
    graphdriverSnapshots === undefined
      ? undefined
      : await readOptionalDatabase(
          context,
          {
            path: graphdriverSnapshots,
            holds: 'snapshots',
            without: 'Snapshots are not shown, and which records are shared with images is unknown.',
          },
          async (database) =>
            await readGraphdriverSnapshots(database, context, graphdriverNamespace, snapshotter ?? ''),
          (snapshots) => snapshots.length,
        );
  const chains = (found ?? []).flatMap(({ snapshot, chainId }): [string, string][] =>
    chainId === undefined ? [] : [[snapshot.key, chainId]],
  );
  const snapshots = found?.map(({ snapshot }) => snapshot);
  return {
    snapshots: snapshots ?? [],
    listed: snapshots,
    snapshotter,
    hasSizes: found !== undefined,
    layerChains: new Map(chains),
  };
}

async function readSnapshots(
  layout: WorkerLayout,
  metadata: ContainerdMetadata | undefined,
  context: ReadContext,
): Promise<SnapshotsRead> {
  const listed = [...(metadata?.namespaces.values() ?? [])].flatMap((content) => content.snapshots);
  const own = metadata?.namespaces.get(metadata.namespace);
  const snapshotter = layout.snapshotter ?? mostUsedSnapshotter(own?.snapshots ?? []);
  const isNeeded = listed.length > 0 || metadata === undefined;
  const byName = new Map<string, SnapshotDraft>();
  await context.pacer.forEach(listed, (snapshot) => {
    if (snapshot.snapshotter === snapshotter && snapshot.backendName !== undefined) {
      byName.set(snapshot.backendName, snapshot);
    }
  });
  const unlisted =
    layout.snapshotFolder === undefined || !isNeeded
      ? undefined
      : await readOptionalDatabase(
          context,
          {
            path: join(layout.snapshotFolder, 'metadata.db'),
            holds: 'snapshot kinds and sizes',
            without: 'Kinds and sizes of snapshots are unknown.',
          },
          async (database) => await readSnapshotter(database, context, snapshotter ?? '', byName),
          (more) => byName.size + more.length,
        );
  const namespaces = new Set(metadata === undefined ? ['buildkit'] : metadata.namespaces.keys());
  const leftOver = unlisted?.filter(({ namespace }) => namespaces.has(namespace)) ?? [];
  return {
    // What is listed stands last and wins in look-ups by key.
    snapshots: [...leftOver, ...listed],
    listed: metadata === undefined ? undefined : listed,
    snapshotter,
    hasSizes: unlisted !== undefined,
    layerChains: noChains,
  };
}

function mostUsedSnapshotter(snapshots: readonly Snapshot[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { snapshotter } of snapshots) {
    counts.set(snapshotter, (counts.get(snapshotter) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function byKey(
  snapshots: readonly Snapshot[],
  namespace: string,
  snapshotter: string | undefined,
): Map<string, Snapshot> {
  const found = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    if (snapshot.namespace === namespace && snapshot.snapshotter === snapshotter) {
      found.set(snapshot.key, snapshot);
    }
  }
  return found;
}
