import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileKind } from './fileKind';

/** Most neighbours that are looked at; a folder with more is not where daemons keep their roots. */
const mostNeighbours = 200;

/** containerd's metadata database inside its root. */
const metadataPath = join('io.containerd.metadata.v1.bolt', 'meta.db');

/** The parts of a containerd's root that a BuildKit worker on it uses. */
export interface ContainerdRoot {
  readonly folder: string;
  readonly metadata: string;
  readonly contentFolder: string;
}

/**
 * Looks for the root of the containerd that a BuildKit root stands on: inside it and beside it under any name, and beside the
 * folder above as `containerd` (`/var/lib/containerd` for `/var/lib/docker/buildkit`) or as the one that a Docker engine runs.
 */
export async function findContainerdRoot(buildkitRoot: string): Promise<ContainerdRoot | undefined> {
  const parent = dirname(buildkitRoot);
  const above = dirname(parent);
  const candidates = [
    join(buildkitRoot, 'containerd'),
    join(parent, 'containerd'),
    join(parent, 'containerd', 'daemon'),
    join(above, 'containerd'),
    join(above, 'containerd', 'daemon'),
    buildkitRoot,
    parent,
    ...(await neighbours(buildkitRoot)),
    ...(await neighbours(parent)),
  ];
  for (const folder of candidates) {
    const found = await containerdRootAt(folder);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

async function containerdRootAt(folder: string): Promise<ContainerdRoot | undefined> {
  const metadata = join(folder, metadataPath);
  const kind = await fileKind(metadata);
  if (kind !== 'file' && kind !== 'noPermission') {
    return undefined;
  }
  // A folder that may not be looked into is a candidate only under containerd's own name.
  if (kind === 'noPermission' && (await fileKind(dirname(metadata))) !== 'directory') {
    return undefined;
  }
  return { folder, metadata, contentFolder: join(folder, 'io.containerd.content.v1.content') };
}

/** The folder of one snapshotter inside a containerd's root. */
export function snapshotterFolder(root: ContainerdRoot, snapshotter: string): string {
  return join(root.folder, `io.containerd.snapshotter.v1.${snapshotter}`);
}

async function neighbours(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory());
    return folders.length > mostNeighbours ? [] : folders.map((entry) => join(folder, entry.name));
  } catch {
    // What may not be listed is not where to look.
    return [];
  }
}
