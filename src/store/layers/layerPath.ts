import type { LayerLimits } from '../layers';
import { linkTarget } from '../snapshots/fileAttributes';
import type { LayerTree } from '../snapshots/layerTree';
import { StoreError } from '../storeError';

/** As many links as Linux follows before it gives up. */
const maxLinks = 40;

/**
 * A path of a tar as names from the root: `.` and a leading slash mean nothing, `..` goes up.
 * @throws StoreError `unsafe` for a path that leaves the root, or is longer or deeper than the limits allow
 */
export function splitLayerPath(path: string, limits: LayerLimits): string[] {
  if (Buffer.byteLength(path) > limits.maxPathBytes) throw unsafe(path, 'is too long');
  if (path.includes('\0')) throw unsafe(path, 'contains a zero byte');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) throw unsafe(path, 'leaves the root');
  }
  if (names.length > limits.maxDepth) throw unsafe(path, 'is too deep');
  if (process.platform === 'win32' && names.some((name) => /[\\:*?"<>|]/.test(name))) {
    throw unsafe(path, 'has a name that Windows does not allow');
  }
  return names;
}

/**
 * Where a directory really is when the symbolic links on the way are followed as if the tree's root were the file system's: no link
 * leads out. Names that do not exist are taken as directories to be made.
 * @param asked takes every path that the answer depends on
 * @throws StoreError `unsafe` for links that go in circles
 */
export function resolveDirectory(tree: LayerTree, names: readonly string[], asked: Set<string>): string {
  const waiting = [...names].reverse();
  let resolved: string[] = [];
  let links = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      resolved.pop();
      continue;
    }
    const path = [...resolved, name].join('/');
    asked.add(path);
    const entry = tree.find(path);
    if (entry?.stats.isSymbolicLink() !== true) {
      resolved.push(name);
      continue;
    }
    if (++links > maxLinks) throw unsafe(names.join('/'), 'runs through too many symbolic links');
    const target = linkTarget(entry);
    if (target.startsWith('/')) resolved = [];
    waiting.push(...target.split('/').reverse());
  }
  return resolved.join('/');
}

export function unsafe(path: string, because: string): StoreError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
  return new StoreError('unsafe', `The layer's path ${JSON.stringify(shown)} ${because}`, { id: shown });
}
