import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that is no regular file and cannot be made here. */
export interface SpecialFile {
  readonly type: 'char' | 'block' | 'fifo';
  readonly major: number;
  readonly minor: number;
}

/** What the file system does not hold of a path in a layer. */
export interface ExtraAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** By full name, such as `user.mime_type`. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** An empty regular file stands in its place. */
  readonly special?: SpecialFile;
}

/**
 * Owners, extended attributes, devices and other facts of a layer that this process, or this file system, could not give
 * to the files themselves; kept in a file beside the layer so that they come back out when it is packed.
 */
export class LayerAttributes {
  private readonly byPath = new Map<string, ExtraAttributes>();

  static read(path: string): LayerAttributes {
    const attributes = new LayerAttributes();
    if (!existsSync(path)) return attributes;
    // Only `write` makes this file.
    const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<string, ExtraAttributes>;
    for (const [one, extra] of Object.entries(stored)) attributes.byPath.set(one, extra);
    return attributes;
  }

  get(path: string): ExtraAttributes | undefined {
    return this.byPath.get(path);
  }

  set(path: string, extra: ExtraAttributes | undefined): void {
    if (extra === undefined || Object.keys(extra).length === 0) this.byPath.delete(path);
    else this.byPath.set(path, extra);
  }

  /** Forgets a directory and all below it. */
  deleteTree(path: string): void {
    for (const one of this.byPath.keys()) {
      if (one === path || one.startsWith(`${path}/`)) this.byPath.delete(one);
    }
  }

  write(path: string): void {
    if (this.byPath.size === 0) {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    const beside = `${path}.new`;
    writeFileSync(beside, JSON.stringify(Object.fromEntries(this.byPath)), { mode: 0o600 });
    renameSync(beside, path);
  }
}
