import { readFileSync, writeFileSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { errorCode } from '../files';
import type { TreeEntry } from './layerTree';

/**
 * What each file of a tree was like when the tree was handed out, so that a file nobody touched is known as such without reading it. Change
 * time and inode are what a program cannot easily set back.
 */
export class TreeManifest {
  private constructor(private readonly marks: Map<string, string>) {}

  static empty(): TreeManifest {
    return new TreeManifest(new Map());
  }

  /** One that cannot be read is as good as none: everything is compared then. */
  static read(path: string): TreeManifest {
    try {
      // Only `write` makes this file.
      const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      return new TreeManifest(new Map(Object.entries(stored)));
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return TreeManifest.empty();
      throw error;
    }
  }

  note(path: string, stats: BigIntStats): void {
    this.marks.set(path, markOf(stats));
  }

  isUntouched(entry: TreeEntry): boolean {
    return this.marks.get(entry.path) === markOf(entry.stats);
  }

  write(path: string): void {
    writeFileSync(path, JSON.stringify(Object.fromEntries(this.marks)), { mode: 0o600 });
  }
}

function markOf({ ino, size, mtimeNs, ctimeNs, mode, uid, gid }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs, mode, uid, gid].join(' ');
}
