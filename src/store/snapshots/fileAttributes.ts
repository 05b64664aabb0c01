import { chmodSync, lchownSync, lutimesSync, utimesSync, readlinkSync } from 'node:fs';
import { errorCode } from '../files';
import type { ExtraAttributes, SpecialFile } from './layerAttributes';
import type { TreeEntry } from './layerTree';

export type EntryType = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

/** What a path is, wherever its parts are kept. */
export interface FileAttributes {
  readonly type: EntryType;
  /** Permission bits with set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly xattrs: Readonly<Record<string, string>>;
  readonly special?: SpecialFile;
}

export function attributesOf({ stats, extra }: TreeEntry): FileAttributes {
  const special = extra?.special ?? specialOf(stats);
  return {
    type: extra?.special?.type ?? typeOf(stats),
    mode: extra?.mode ?? Number(stats.mode & 0o7777n),
    uid: extra?.uid ?? Number(stats.uid),
    gid: extra?.gid ?? Number(stats.gid),
    mtimeNs: stats.mtimeNs,
    xattrs: extra?.xattrs ?? {},
    ...(special === undefined ? {} : { special }),
  };
}

export function linkTarget(entry: TreeEntry): string {
  return readlinkSync(entry.realPath);
}

/**
 * Gives a file the attributes as far as the platform allows and returns what it did not take. The mode comes after the
 * owner, for a change of owner clears set-id bits; the time is last.
 */
export function giveAttributes(path: string, wanted: FileAttributes): ExtraAttributes | undefined {
  const extra: { -readonly [Key in keyof ExtraAttributes]: ExtraAttributes[Key] } = {};
  const isLink = wanted.type === 'symlink';
  if (!giveOwner(path, wanted)) {
    extra.uid = wanted.uid;
    extra.gid = wanted.gid;
  }
  if (!isLink) {
    const mode = reachableMode(wanted);
    chmodSync(path, mode);
    if (mode !== wanted.mode || process.platform === 'win32') extra.mode = wanted.mode;
  }
  const seconds = Number(wanted.mtimeNs) / 1e9;
  if (isLink) lutimesSync(path, seconds, seconds);
  else utimesSync(path, seconds, seconds);
  if (Object.keys(wanted.xattrs).length > 0) extra.xattrs = wanted.xattrs;
  if (wanted.special !== undefined) extra.special = wanted.special;
  return Object.keys(extra).length === 0 ? undefined : extra;
}

function giveOwner(path: string, { uid, gid }: FileAttributes): boolean {
  if (process.getuid === undefined || process.getgid === undefined) return uid === 0 && gid === 0;
  try {
    if (process.getuid() === 0) {
      lchownSync(path, uid, gid);
      return true;
    }
  } catch (error) {
    // Root of a user namespace may own only the ids that are mapped into it.
    if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'EINVAL') throw error;
    return false;
  }
  return process.getuid() === uid && process.getgid() === gid;
}

/** Who is not root has to be able to read its own files, and to enter its own directories. */
function reachableMode({ mode, type }: FileAttributes): number {
  if (process.getuid?.() === 0) return mode;
  return mode | (type === 'directory' ? 0o700 : 0o600);
}

function typeOf(stats: TreeEntry['stats']): EntryType {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isCharacterDevice()) return 'char';
  if (stats.isBlockDevice()) return 'block';
  return stats.isSocket() ? 'socket' : 'file';
}

function specialOf(stats: TreeEntry['stats']): SpecialFile | undefined {
  const type = typeOf(stats);
  if (type !== 'char' && type !== 'block' && type !== 'fifo') return undefined;
  // Linux's encoding of device numbers.
  const device = Number(stats.rdev);
  return { type, major: (device >> 8) & 0xfff, minor: (device & 0xff) | ((device >> 12) & 0xfff00) };
}
