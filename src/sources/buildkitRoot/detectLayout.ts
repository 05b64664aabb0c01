import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isBoltError } from '../../bolt/boltError';
import { readBolt } from '../../bolt/readBolt';
import { CacheError } from '../../model/cacheError';
import type { Note } from '../../model/inventory';
import { findContainerdRoot, snapshotterFolder } from './containerdRoot';
import { errorCode, failureKind, fileKind } from './fileKind';
import { advice, cacheReason, permissionAdvice } from './boltAdvice';
import type { RootLayout, WorkerLayout } from './rootLayout';

const metadataName = 'metadata_v2.db';
const oldMetadataName = 'metadata.db';

/** Folders that hold a root one level further down: in Docker's data root, and in a volume of a buildx builder. */
const rootFolders = ['buildkit', '_data'];

/** Most entries of a folder that are looked at for a hint where a cache may be. */
const mostHinted = 50;

/**
 * Finds out which of BuildKit's layouts stands at a path: a root, one worker's folder, a Docker engine's data root or its folder
 * `buildkit`, or a metadata database alone.
 * @throws CacheError when there is none.
 */
export async function detectLayout(path: string): Promise<RootLayout> {
  switch (await fileKind(path)) {
    case 'file':
      return await layoutOfFile(path);
    case 'directory':
      return await layoutOfFolder(path);
    case 'missing':
      throw new CacheError('notFound', `There is no such path: ${path}`);
    case 'noPermission':
      throw permissionError(path);
    case 'other':
      throw new CacheError('notACache', `${path} is neither a folder nor a file.`);
    case 'unreadable':
      throw new CacheError('io', `${path} cannot be read.`);
  }
}

function permissionError(path: string, cause?: unknown): CacheError {
  return new CacheError('noPermission', `You may not read ${path}. ${permissionAdvice}`, { cause });
}

/** A file is opened alone, even where its folder holds more: that is what was asked for. */
async function layoutOfFile(path: string): Promise<RootLayout> {
  await checkDatabase(path);
  const folder = dirname(path);
  const isMetadata = [metadataName, oldMetadataName].includes(basename(path));
  const worker = isMetadata ? await workerAt(folder) : undefined;
  const notes: Note[] = [];
  if (worker !== undefined && worker.kind !== 'metadataOnly') {
    notes.push({
      severity: 'info',
      message: `Only this one database was opened. Open its folder ${folder} to see leases, blobs and snapshots too.`,
    });
  }
  return {
    words: 'metadata database alone',
    workers: [
      { name: '', kind: 'metadataOnly', metadata: path, isOldForm: basename(path) === oldMetadataName },
    ],
    historyDatabases: [],
    notes,
  };
}

/** Looks at the first pages only. @throws CacheError when the file cannot be a database that we read. */
async function checkDatabase(path: string): Promise<void> {
  try {
    await readBolt(path, () => undefined, { residentBytes: 0 });
  } catch (error) {
    if (!isBoltError(error)) {
      throw error;
    }
    const reason = cacheReason(error);
    if (reason === 'noPermission') {
      throw permissionError(path, error);
    }
    const isOther = error.reason === 'empty' || error.reason === 'notBolt';
    throw new CacheError(
      isOther ? 'notACache' : reason,
      `${error.message} ${isOther ? `Open the root folder of a buildkitd or of a Docker engine, or its ${metadataName}.` : advice(error)}`,
      { cause: error },
    );
  }
}

async function layoutOfFolder(path: string): Promise<RootLayout> {
  const names = await listFolder(path);
  const layout = await layoutAt(path, names);
  if (layout !== undefined) {
    return layout;
  }
  for (const name of rootFolders) {
    if (names.includes(name)) {
      const folder = join(path, name);
      const below = await layoutAt(folder, await listFolder(folder));
      if (below !== undefined) {
        return below;
      }
    }
  }
  throw new CacheError('notACache', await explainNoCache(path, names));
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    switch (failureKind(error)) {
      case 'noPermission':
        throw permissionError(path, error);
      case 'missing':
        return [];
      case 'unreadable':
        throw new CacheError('io', `${path} cannot be listed (${errorCode(error) ?? 'unknown error'}).`, {
          cause: error,
        });
    }
  }
}

/** The layout whose root is this very folder. */
async function layoutAt(folder: string, names: readonly string[]): Promise<RootLayout | undefined> {
  const own = await workerAt(folder);
  if (own !== undefined && own.kind !== 'graphdriver') {
    return await layoutOfWorker(folder, own);
  }
  const workers = own === undefined ? [] : [own];
  for (const name of [...names].sort()) {
    const worker = await workerAt(join(folder, name));
    // A storage driver's folder is a root of its own, with its cache.db in it.
    if (worker !== undefined && worker.kind !== 'graphdriver') {
      workers.push(worker);
    }
  }
  return workers.length === 0 ? undefined : await layoutOfRoot(folder, names, workers);
}

async function layoutOfRoot(
  folder: string,
  names: readonly string[],
  found: readonly WorkerLayout[],
): Promise<RootLayout> {
  const notes: Note[] = [];
  const workers = await Promise.all(found.map((worker) => withContainerd(folder, worker, notes)));
  if (names.includes('buildkitd.lock')) {
    notes.push({
      severity: 'info',
      file: 'buildkitd.lock',
      message:
        'buildkitd.lock is there: a daemon runs on this root, or was killed. What it holds in memory only, such as what is in use, cannot be seen from its files.',
    });
  }
  return {
    words: rootWords(names, workers),
    workers,
    solverDatabase: join(folder, 'cache.db'),
    historyDatabases: ['history.db', 'history_c8d.db']
      .filter((name) => names.includes(name))
      .map((name) => join(folder, name)),
    notes,
  };
}

async function layoutOfWorker(folder: string, worker: WorkerLayout): Promise<RootLayout> {
  const above = dirname(folder);
  if (worker.kind === 'graphdriver') {
    return await layoutOfRoot(folder, await listFolder(folder), [worker]);
  }
  const notes: Note[] = [];
  const complete = await withContainerd(above, worker, notes);
  if ((await fileKind(join(above, 'cache.db'))) === 'file') {
    notes.push({
      severity: 'info',
      message: `This is one worker of a root. Solver keys and builds stand in the folder above; open ${above} to see them too.`,
    });
  }
  return { words: 'one worker of a BuildKit root', workers: [complete], historyDatabases: [], notes };
}

function rootWords(names: readonly string[], workers: readonly WorkerLayout[]): string {
  if (workers.some(({ kind }) => kind === 'graphdriver')) {
    return 'Docker engine with a storage driver';
  }
  if (names.includes('history_c8d.db')) {
    return "Docker engine with containerd's image store";
  }
  return workers.length > 1 ? `BuildKit root with ${workers.length} workers` : 'BuildKit root';
}

/** The worker whose folder this is. */
async function workerAt(folder: string): Promise<WorkerLayout | undefined> {
  const name = basename(folder);
  const has = async (file: string): Promise<boolean> => (await fileKind(join(folder, file))) === 'file';
  const metadata = join(folder, metadataName);
  const kind = await fileKind(metadata);
  const isNamed = /^(runc|containerd)-./.test(name);
  const hasContainerd = await has('containerdmeta.db');
  const hasOld =
    kind === 'missing' && (await has(oldMetadataName)) && (hasContainerd || (await has('workerid')));
  const exists = kind === 'file' || hasOld || hasContainerd || (isNamed && kind === 'noPermission');
  if (!exists) {
    return undefined;
  }
  const common = {
    metadata: hasOld ? join(folder, oldMetadataName) : metadata,
    isOldForm: hasOld,
  };
  if (await has('snapshots.db')) {
    return {
      ...common,
      name: '',
      kind: 'graphdriver',
      snapshotter: 'default',
      containerdMetadata: join(folder, 'containerdmeta.db'),
      graphdriverSnapshots: join(folder, 'snapshots.db'),
      contentFolder: join(folder, 'content'),
      imageFolder: join(dirname(folder), 'image'),
    };
  }
  const named = { ...common, name, idFile: join(folder, 'workerid') };
  const snapshotter = isNamed ? { snapshotter: name.slice(name.indexOf('-') + 1) } : {};
  if (hasContainerd || name.startsWith('runc-')) {
    const nested = join(folder, 'snapshots', 'snapshotter');
    const isNested = (await fileKind(nested)) === 'directory';
    return {
      ...named,
      ...snapshotter,
      kind: 'oci',
      containerdMetadata: join(folder, 'containerdmeta.db'),
      snapshotFolder: isNested ? nested : join(folder, 'snapshots'),
      contentFolder: join(folder, 'content'),
    };
  }
  return { ...named, ...snapshotter, kind: name.startsWith('containerd-') ? 'containerd' : 'metadataOnly' };
}

/** A worker on containerd keeps everything but its records in containerd's own root. */
async function withContainerd(root: string, worker: WorkerLayout, notes: Note[]): Promise<WorkerLayout> {
  if (worker.kind !== 'containerd') {
    return worker;
  }
  const containerd = await findContainerdRoot(root);
  if (containerd === undefined) {
    notes.push({
      severity: 'warning',
      file: worker.name,
      message:
        `The leases, blobs and snapshots of ${worker.name} are kept by containerd, whose root was found neither in nor beside ${root}. ` +
        'They are not shown. Copy that root (mostly /var/lib/containerd) beside this one, under the name containerd, and refresh.',
    });
    return worker;
  }
  notes.push({
    severity: 'info',
    file: worker.name,
    message: `The leases, blobs and snapshots of ${worker.name} are read from containerd's root at ${containerd.folder}.`,
  });
  return {
    ...worker,
    containerdMetadata: containerd.metadata,
    contentFolder: containerd.contentFolder,
    ...(worker.snapshotter !== undefined && {
      snapshotFolder: snapshotterFolder(containerd, worker.snapshotter),
    }),
  };
}

/** Says why a folder is none, and where one may be. */
async function explainNoCache(path: string, names: readonly string[]): Promise<string> {
  const start = `${path} is not a BuildKit cache: neither it nor a folder in it holds ${metadataName}.`;
  const above = dirname(path);
  if (above !== path && (await layoutAtOrNone(above)) !== undefined) {
    return `${start} The folder above is one: open ${above}.`;
  }
  for (const name of names.slice(0, mostHinted)) {
    const folder = join(path, name);
    if ((await fileKind(folder)) === 'directory' && (await layoutAtOrNone(folder)) !== undefined) {
      return `${start} But ${folder} is one: open that.`;
    }
  }
  return names.length === 0
    ? `${start} It is empty.`
    : `${start} Open the root of a buildkitd (mostly /var/lib/buildkit), of a Docker engine (/var/lib/docker), or one worker's folder.`;
}

async function layoutAtOrNone(folder: string): Promise<RootLayout | undefined> {
  try {
    const names = await readdir(folder);
    return names.length > mostHinted ? undefined : await layoutAt(folder, names);
  } catch {
    // Only a hint is looked for here.
    return undefined;
  }
}
