import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failureKind } from './fileKind';
import type { ReadContext } from './readContext';

/** Bytes of a block, in which the operating system counts what files take on disk. */
const blockSize = 512;

/** Most files and folders that are counted in one read of a cache. */
const mostCounted = 200_000;

/**
 * Measures snapshots that are still being written by counting what their folders take on disk, as containerd does: hard links once,
 * the folder itself included. Stops counting after a number of files in all.
 */
export class SnapshotFolders {
  private left = mostCounted;
  private names: Promise<ReadonlySet<string> | 'noPermission' | 'missing'> | undefined;

  /**
   * @param folder the snapshotter's folder, with a folder `snapshots` in it.
   * @param isOverlay whether a snapshot's files lie in a folder `fs` of its own folder.
   */
  constructor(
    private readonly folder: string,
    private readonly isOverlay: boolean,
    private readonly context: ReadContext,
  ) {}

  /** Bytes in the folder of that number, or why that is unknown. */
  async measure(directory: string): Promise<{ size: number } | { unknown: string }> {
    this.names ??= this.list();
    const names = await this.names;
    const subject = `It is still being written, so BuildKit counts the files of snapshot folder ${directory}`;
    if (names === 'noPermission') {
      return { unknown: `${subject}, which you may not read.` };
    }
    if (names === 'missing' || !names.has(directory)) {
      return { unknown: `${subject}, which is not here.` };
    }
    const own = join(this.folder, 'snapshots', directory);
    const bytes = await this.count(this.isOverlay ? join(own, 'fs') : own);
    if (bytes !== undefined) {
      return { size: bytes };
    }
    return {
      unknown:
        this.left <= 0 ? `${subject}, and there are too many files.` : `${subject}, which cannot be read.`,
    };
  }

  private async list(): Promise<ReadonlySet<string> | 'noPermission' | 'missing'> {
    try {
      return new Set(await readdir(join(this.folder, 'snapshots')));
    } catch (error) {
      return failureKind(error) === 'noPermission' ? 'noPermission' : 'missing';
    }
  }

  private async count(top: string): Promise<number | undefined> {
    const linked = new Set<string>();
    const folders = [top];
    let bytes = 0;
    const add = (found: Stats): void => {
      const name = `${found.dev}:${found.ino}`;
      if (found.nlink > 1 && !found.isDirectory()) {
        if (linked.has(name)) {
          return;
        }
        linked.add(name);
      }
      bytes += found.blocks * blockSize;
    };
    try {
      add(await lstat(top));
      for (const folder of folders) {
        for (const entry of await readdir(folder)) {
          if (this.left-- <= 0) {
            return undefined;
          }
          const path = join(folder, entry);
          const found = await lstat(path);
          add(found);
          if (found.isDirectory()) {
            folders.push(path);
          }
        }
        this.context.signal?.throwIfAborted();
      }
      return bytes;
    } catch {
      // A folder that is missing, closed to us or changing while it is counted has no size that could be told.
      this.context.signal?.throwIfAborted();
      return undefined;
    }
  }
}
