import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../files';
import { LayerAttributes, type ExtraAttributes } from './layerAttributes';
import { hiddenBy, isWhiteoutName, opaqueMarker } from './whiteout';

/** One directory of changes, with what the file system could not hold of it. */
export interface LayerDirectory {
  readonly path: string;
  readonly attributes: LayerAttributes;
  /** A whole tree rather than changes: names that look like whiteouts are taken as they are. */
  readonly plain?: boolean;
}

export function openLayer(path: string, attributesPath: string): LayerDirectory {
  return { path, attributes: LayerAttributes.read(attributesPath) };
}

/** A place in a tree, made of what one or more layers have there. */
export interface TreeEntry {
  readonly name: string;
  /** Relative to the root; `''` is the root. */
  readonly path: string;
  /** The topmost layer's file. */
  readonly realPath: string;
  readonly stats: BigIntStats;
  readonly extra: ExtraAttributes | undefined;
  /** Directories only: the layers that have a part in it, topmost first. */
  readonly parts: readonly LayerDirectory[];
}

/** The tree that a stack of layers adds up to. It is read as it is walked; nothing is kept. */
export class LayerTree {
  private readonly layers: readonly LayerDirectory[];

  /** @param layers lowest first */
  constructor(layers: readonly LayerDirectory[]) {
    this.layers = [...layers].reverse();
  }

  /** The root, as the topmost layer that has files shows it; undefined when none has. */
  root(): TreeEntry | undefined {
    return combine('', '', this.layers);
  }

  /** What is in a directory, in byte order of the names. */
  children(directory: TreeEntry): TreeEntry[] {
    const names = new Map<string, LayerDirectory[]>();
    const hidden = new Set<string>();
    for (const layer of directory.parts) {
      const listed = listNames(join(layer.path, directory.path));
      const hiddenBelow: string[] = [];
      let opaque = false;
      for (const name of listed) {
        if (layer.plain !== true && isWhiteoutName(name)) {
          if (name === opaqueMarker) opaque = true;
          else hiddenBelow.push(hiddenBy(name));
        } else if (!hidden.has(name)) {
          const layers = names.get(name);
          if (layers === undefined) names.set(name, [layer]);
          else layers.push(layer);
        }
      }
      if (opaque) break;
      for (const name of hiddenBelow) hidden.add(name);
    }
    const entries: TreeEntry[] = [];
    for (const [name, layers] of names) {
      const path = directory.path === '' ? name : `${directory.path}/${name}`;
      const entry = combine(name, path, layers);
      if (entry !== undefined) entries.push(entry);
    }
    return entries.sort((a, b) => compareNames(a.name, b.name));
  }

  /** The entry at a path whose parents are directories of this tree; symbolic links are not followed. */
  find(path: string): TreeEntry | undefined {
    let entry = this.root();
    if (path === '') return entry;
    for (const name of path.split('/')) {
      if (entry === undefined || !isDirectory(entry)) return undefined;
      entry = this.child(entry, name);
    }
    return entry;
  }

  /** One name of a directory, without listing it. */
  private child(directory: TreeEntry, name: string): TreeEntry | undefined {
    const layers: LayerDirectory[] = [];
    for (const layer of directory.parts) {
      const folder = join(layer.path, directory.path);
      if (statOf(join(folder, name)) !== undefined) layers.push(layer);
      if (layer.plain === true) continue;
      if (statOf(join(folder, `.wh.${name}`)) !== undefined) break;
      if (statOf(join(folder, opaqueMarker)) !== undefined) break;
    }
    return combine(name, directory.path === '' ? name : `${directory.path}/${name}`, layers);
  }
}

/** Byte order of UTF-8, which is the order of code points. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A stand-in for a device is an empty regular file, so this tells directories true. */
export function isDirectory(entry: TreeEntry): boolean {
  return entry.stats.isDirectory();
}

/** The topmost entry of a name; where that is a directory, with the directories directly below it. */
function combine(name: string, path: string, layers: readonly LayerDirectory[]): TreeEntry | undefined {
  const parts: LayerDirectory[] = [];
  let top: { realPath: string; stats: BigIntStats; extra: ExtraAttributes | undefined } | undefined;
  for (const layer of layers) {
    const realPath = join(layer.path, path);
    const stats = statOf(realPath);
    if (stats === undefined) continue;
    if (!stats.isDirectory()) {
      top ??= { realPath, stats, extra: layer.attributes.get(path) };
      break;
    }
    top ??= { realPath, stats, extra: layer.attributes.get(path) };
    parts.push(layer);
    if (layer.plain !== true && statOf(join(realPath, opaqueMarker)) !== undefined) break;
  }
  return top === undefined ? undefined : { name, path, ...top, parts };
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A parent that is a file in this layer.
    if (errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function listNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
