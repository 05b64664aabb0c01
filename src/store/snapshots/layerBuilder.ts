import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../files';
import { attributesOf, giveAttributes, linkTarget, type FileAttributes } from './fileAttributes';
import type { LayerAttributes } from './layerAttributes';
import { isDirectory, type LayerTree, type TreeEntry } from './layerTree';
import { opaqueMarker, whiteoutOf } from './whiteout';

/** How a file gets into a layer: as a second name of the same file, or as one of its own (shared blocks where the file system can). */
export type Taking = 'link' | 'copy';

/**
 * Writes one layer of changes on top of a tree. Paths are relative and have been checked by the caller; nothing here follows a
 * symbolic link of the layer, because a parent that is not a directory is replaced by one.
 */
export class LayerBuilder {
  /** Directory times, set at the end: everything made in a directory changes its own. */
  private readonly times = new Map<string, bigint>();
  /** New names of files that have several, by device and inode of the source. */
  private readonly linked = new Map<string, { readonly path: string; readonly made: string }>();

  /**
   * @param folder where the layer's files go; it exists
   * @param below the tree that the layer stands on
   * @param plain the layer is a whole tree of its own, with no signs of what is gone
   */
  constructor(
    private readonly folder: string,
    private readonly attributes: LayerAttributes,
    private readonly below: LayerTree,
    private readonly plain = false,
  ) {}

  /** Makes the path as `entry` is. Its parents, where they are missing, become as they are in `source`. */
  put(entry: TreeEntry, source: LayerTree, taking: Taking): void {
    this.makeParents(entry.path, source);
    const wanted = attributesOf(entry);
    if (isDirectory(entry)) {
      this.putDirectory(entry.path, wanted);
      return;
    }
    const target = this.clear(entry.path);
    if (wanted.type === 'symlink') symlinkSync(linkTarget(entry), target);
    else if (!this.linkAgain(entry, target)) {
      this.takeFile(entry, target, taking);
      this.rememberLinked(entry, target);
    }
    this.attributes.set(entry.path, giveIfNeeded(target, wanted, entry, taking));
  }

  putDirectory(path: string, wanted: FileAttributes): void {
    const target = this.real(path);
    const present = statusOf(target);
    if (present?.isDirectory() !== true) {
      const replaced = present !== undefined || this.isWhitedOut(path);
      this.clear(path);
      mkdirSync(target);
      const hidden = replaced ? this.below.find(path) : undefined;
      if (hidden !== undefined && isDirectory(hidden)) this.makeOpaque(path);
    }
    this.attributes.set(path, giveAttributes(target, wanted));
    this.times.set(path, wanted.mtimeNs);
  }

  /** Takes a path away: out of the layer, and, where the tree below shows one, by a sign that hides it. */
  remove(path: string): void {
    this.discard(path);
    if (this.plain || this.below.find(path) === undefined) return;
    this.makeParents(path, this.below);
    closeSync(openSync(this.whiteout(path), 'w', 0o600));
  }

  /** Hides all that the tree below has in a directory of the layer. */
  makeOpaque(path: string): void {
    if (!this.plain) writeFileSync(join(this.real(path), opaqueMarker), '', { mode: 0o600 });
  }

  /** A free place for a new file, link or device at the path: what was there is gone. Parents exist. */
  clear(path: string): string {
    this.discard(path);
    if (this.isWhitedOut(path)) rmSync(this.whiteout(path));
    return this.real(path);
  }

  /** Makes the directories above a path, each as it is in the tree below or, failing that, in `source`. */
  makeParents(path: string, source: LayerTree): void {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return;
    const parent = path.slice(0, slash);
    const present = statusOf(this.real(parent));
    if (present?.isDirectory() === true) return;
    this.makeParents(parent, source);
    const hidden = present !== undefined || this.isWhitedOut(parent);
    const model = (hidden ? undefined : this.below.find(parent)) ?? source.find(parent);
    this.putDirectory(
      parent,
      model !== undefined && isDirectory(model) ? attributesOf(model) : newDirectory(),
    );
  }

  /** What the layer itself has at the path, as a file. */
  real(path: string): string {
    return join(this.folder, path);
  }

  setExtra(path: string, extra: Parameters<LayerAttributes['set']>[1]): void {
    this.attributes.set(path, extra);
  }

  /** Sets what can only be set when all is there. */
  finish(): void {
    for (const [path, mtimeNs] of [...this.times].reverse()) {
      const seconds = Number(mtimeNs) / 1e9;
      const present = statusOf(this.real(path));
      if (present?.isDirectory() === true) utimesSync(this.real(path), seconds, seconds);
    }
  }

  private takeFile(entry: TreeEntry, target: string, taking: Taking): void {
    if (taking === 'link' && tryLink(entry.realPath, target)) return;
    if (entry.stats.isFile()) copyFileSync(entry.realPath, target, constants.COPYFILE_FICLONE);
    else writeFileSync(target, '');
  }

  /** Another name of a file that the layer has already, unless that was taken away or replaced since. */
  private linkAgain(entry: TreeEntry, target: string): boolean {
    const first = this.linked.get(identityOf(entry));
    if (first === undefined) return false;
    return madeAt(first.path) === first.made && tryLink(first.path, target);
  }

  private rememberLinked(entry: TreeEntry, target: string): void {
    const made = madeAt(target);
    if (entry.stats.nlink > 1n && made !== undefined)
      this.linked.set(identityOf(entry), { path: target, made });
  }

  private discard(path: string): void {
    const present = statusOf(this.real(path));
    if (present === undefined) return;
    rmSync(this.real(path), { recursive: true, force: true });
    if (present.isDirectory()) this.attributes.deleteTree(path);
    else this.attributes.set(path, undefined);
  }

  private isWhitedOut(path: string): boolean {
    return !this.plain && statusOf(this.whiteout(path)) !== undefined;
  }

  private whiteout(path: string): string {
    const target = this.real(path);
    return join(dirname(target), whiteoutOf(path.slice(path.lastIndexOf('/') + 1)));
  }
}

/** Which file it is, whatever its name. */
function identityOf({ stats }: TreeEntry): string {
  return `${stats.dev}:${stats.ino}`;
}

/** Which file is at a path and when it was made: an inode may be used again. */
function madeAt(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino}:${stats.birthtimeNs}`;
}

/** A linked file has its source's attributes already; only what the file system does not hold is left to note. */
function giveIfNeeded(
  target: string,
  wanted: FileAttributes,
  entry: TreeEntry,
  taking: Taking,
): ReturnType<typeof giveAttributes> {
  const shared = taking === 'link' && lstatSync(target, { bigint: true }).ino === entry.stats.ino;
  return shared ? entry.extra : giveAttributes(target, wanted);
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // What was a directory above it has become a file.
    if (errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    // No links here, or no more of them, or not across this border: then a copy.
    const code = errorCode(error);
    if (['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES'].includes(code ?? ''))
      return false;
    throw error;
  }
}

function newDirectory(): FileAttributes {
  return { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n, xattrs: {} };
}
