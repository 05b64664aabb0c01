import { closeSync, openSync, readSync } from 'node:fs';
import { attributesOf, linkTarget } from './fileAttributes';
import { compareNames, isDirectory, type LayerTree, type TreeEntry } from './layerTree';
import type { Pacer } from './pacer';

/** One difference between two trees, with the upper tree's entry where there is one. */
export type TreeChange =
  | { readonly kind: 'add' | 'modify'; readonly path: string; readonly entry: TreeEntry }
  | { readonly kind: 'delete'; readonly path: string };

/** Whether an upper file is surely what it was in the lower tree, or surely not; undefined where that is not known. */
export type Unchanged = (lower: TreeEntry, upper: TreeEntry) => boolean | undefined;

/**
 * What turns one tree into the other, in path order: directories before what is in them, a deleted directory as one change. Sockets do
 * not count. A path that becomes something of another type is modified. Two trees that share layers are compared
 * only where the other layers have a part.
 */
export async function* compareTrees(
  lower: LayerTree,
  upper: LayerTree,
  pacer: Pacer,
  unchanged: Unchanged = () => undefined,
): AsyncGenerator<TreeChange, void, void> {
  // An explicit stack of what is still to be said, last first: trees can be deeper than calls.
  const pending: { before: TreeEntry | undefined; after: TreeEntry | undefined }[] = [];
  const open = (before: TreeEntry | undefined, after: TreeEntry | undefined) => {
    if (before !== undefined && after !== undefined && sameParts(before, after)) return;
    const pairs = pairUp(childrenOf(lower, before), childrenOf(upper, after));
    for (const pair of pairs.reverse()) pending.push(pair);
  };
  open(lower.root(), upper.root());
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    if (pacer.due) await pacer.pause();
    const { before, after } = pair;
    if (after === undefined) {
      if (before !== undefined) yield { kind: 'delete', path: before.path };
      continue;
    }
    if (before === undefined) {
      yield { kind: 'add', path: after.path, entry: after };
    } else if (!(unchanged(before, after) ?? (await sameEntry(before, after, pacer)))) {
      yield { kind: 'modify', path: after.path, entry: after };
    }
    if (isDirectory(after)) open(before !== undefined && isDirectory(before) ? before : undefined, after);
  }
}

function childrenOf(tree: LayerTree, directory: TreeEntry | undefined): TreeEntry[] {
  if (directory === undefined) return [];
  return tree.children(directory).filter((entry) => !entry.stats.isSocket());
}

/** Merges two sorted lists by name. */
function pairUp(
  lower: readonly TreeEntry[],
  upper: readonly TreeEntry[],
): { before: TreeEntry | undefined; after: TreeEntry | undefined }[] {
  const pairs: { before: TreeEntry | undefined; after: TreeEntry | undefined }[] = [];
  let l = 0;
  let u = 0;
  while (l < lower.length || u < upper.length) {
    const before = lower.at(l);
    const after = upper.at(u);
    const order =
      l >= lower.length || before === undefined
        ? 1
        : u >= upper.length || after === undefined
          ? -1
          : compareNames(before.name, after.name);
    if (order <= 0) l++;
    if (order >= 0) u++;
    pairs.push({ before: order <= 0 ? before : undefined, after: order >= 0 ? after : undefined });
  }
  return pairs;
}

/** The same layers make up both directories, so there is no difference in them. */
function sameParts(a: TreeEntry, b: TreeEntry): boolean {
  return a.parts.length === b.parts.length && a.parts.every((part, at) => part.path === b.parts[at].path);
}

async function sameEntry(lower: TreeEntry, upper: TreeEntry, pacer: Pacer): Promise<boolean> {
  if (lower.realPath === upper.realPath) return true;
  const a = attributesOf(lower);
  const b = attributesOf(upper);
  if (a.type !== b.type || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.type !== 'symlink' && a.mode !== b.mode) return false;
  if (JSON.stringify(sorted(a.xattrs)) !== JSON.stringify(sorted(b.xattrs))) return false;
  if (a.special?.major !== b.special?.major || a.special?.minor !== b.special?.minor) return false;
  // A directory's time changes with what is in it; that is no difference of its own.
  if (a.type === 'directory') return true;
  if (a.type === 'symlink') return linkTarget(lower) === linkTarget(upper);
  if (a.type !== 'file') return true;
  if (lower.stats.ino === upper.stats.ino && lower.stats.dev === upper.stats.dev) return true;
  if (lower.stats.size !== upper.stats.size || !nearlyEqual(a.mtimeNs, b.mtimeNs)) return false;
  return sameBytes(lower.realPath, upper.realPath, pacer);
}

/** Equal as far as both are kept: one set through Node has lost what is below a microsecond, one from a tar what is below a second. */
function nearlyEqual(a: bigint, b: bigint): boolean {
  const second = 1_000_000_000n;
  if (a % second === 0n || b % second === 0n) return a / second === b / second;
  const difference = a - b;
  return difference > -1000n && difference < 1000n;
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => compareNames(a, b));
}

async function sameBytes(pathA: string, pathB: string, pacer: Pacer): Promise<boolean> {
  const a = openSync(pathA, 'r');
  try {
    const b = openSync(pathB, 'r');
    try {
      const bufferA = Buffer.allocUnsafe(128 << 10);
      const bufferB = Buffer.allocUnsafe(128 << 10);
      for (;;) {
        if (pacer.due) await pacer.pause();
        const read = readSync(a, bufferA, 0, bufferA.length, null);
        const other = readSync(b, bufferB, 0, bufferB.length, null);
        if (read !== other || bufferA.compare(bufferB, 0, read, 0, read) !== 0) return false;
        if (read === 0) return true;
      }
    } finally {
      closeSync(b);
    }
  } finally {
    closeSync(a);
  }
}
