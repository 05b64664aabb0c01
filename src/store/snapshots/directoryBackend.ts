import { existsSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../files';
import { fileError } from '../fileError';
import type { PathChange, SnapshotUsage } from '../snapshotter';
import { StoreError } from '../storeError';
import { compareTrees, type TreeChange, type Unchanged } from './compareTrees';
import { KeyedMutex } from '../content/keyedMutex';
import { LayerAttributes } from './layerAttributes';
import { LayerBuilder } from './layerBuilder';
import { isDirectory, LayerTree, openLayer, type LayerDirectory } from './layerTree';
import { Pacer } from './pacer';
import { removeTree } from './removeTree';
import type { BackendDiff, LayerStack, SnapshotBackend } from './snapshotBackend';
import { TreeManifest } from './treeManifest';
import { measure, UsageSum } from './usage';
import { isWhiteoutName } from './whiteout';

/**
 * Snapshots as directories of changes:
 *
 * - `<root>/<number>/`: the layer's own files, with OCI whiteouts for what is gone;
 * - `<root>/<number>.side/`, where there is need for it:
 *   - `attributes.json`: what the file system could not hold of the files;
 *   - `tree`, `tree.json`: the whole tree of an active snapshot, handed out to somebody, and what its files were like then. From then
 *     on it is what the snapshot holds; when the snapshot is committed it is turned into the layer;
 *   - `view`: the whole tree of a view, a copy to look at, thrown away with it.
 *
 * A layer that stands on nothing is its own tree. Files of layers are never handed out under another snapshot, only
 * copies (sharing blocks where the file system can), so layers may share files by hard links among themselves.
 */
export class DirectoryBackend implements SnapshotBackend {
  readonly mergesOnChains = true;
  private readonly mutex = new KeyedMutex();

  constructor(private readonly root: string) {}

  async usage(number: number, stack: () => LayerStack): Promise<SnapshotUsage> {
    if (!existsSync(this.treePath(number))) return measure(this.filesPath(number), new Pacer());
    const sum = new UsageSum();
    for await (const change of this.treeChanges(stack())) {
      if (change.kind !== 'delete') sum.add(change.entry.stats);
    }
    return sum.usage;
  }

  async seal(number: number, stack: () => LayerStack): Promise<SnapshotUsage> {
    await this.mutex.run(String(number), async () => {
      if (existsSync(this.treePath(number))) await this.fold(stack());
    });
    return measure(this.filesPath(number), new Pacer());
  }

  async mount(stack: LayerStack, kind: 'active' | 'view'): Promise<string> {
    const number = topOf(stack);
    return this.mutex.run(String(number), async () => {
      if (kind === 'active' && stack.length === 1) {
        await fs.mkdir(this.filesPath(number), { recursive: true });
        return this.filesPath(number);
      }
      const path = kind === 'active' ? this.treePath(number) : this.side(number, 'view');
      if (!existsSync(path)) await this.handOut(stack, path);
      return path;
    });
  }

  async merge(number: number, base: LayerStack, diffs: readonly BackendDiff[]): Promise<SnapshotUsage> {
    const attributes = new LayerAttributes();
    await fs.mkdir(this.filesPath(number), { recursive: true });
    const builder = new LayerBuilder(this.filesPath(number), attributes, this.tree(base));
    for (const { lower, upper } of diffs) {
      const source = this.tree(upper);
      for await (const change of compareTrees(this.tree(lower), source, new Pacer())) {
        if (change.kind === 'delete') builder.remove(change.path);
        else builder.put(change.entry, source, 'link');
      }
    }
    builder.finish();
    attributes.write(this.attributesPath(number));
    // A file with several names belongs to the layer that it was linked from.
    return measure(this.filesPath(number), new Pacer(), (stats) => stats.isDirectory() || stats.nlink === 1n);
  }

  async compare(lower: LayerStack, upper: LayerStack): Promise<PathChange[]> {
    const changes: PathChange[] = [];
    for await (const { kind, path } of this.changes(lower, upper)) changes.push({ kind, path });
    return changes;
  }

  /** The tree that a stack adds up to, or what has become of it since it was handed out. */
  tree(stack: LayerStack): LayerTree {
    const top = stack.at(-1);
    if (top !== undefined && existsSync(this.treePath(top))) return this.handedOut(top);
    return new LayerTree(this.layers(stack));
  }

  /** As `compare`, with the entries. */
  changes(lower: LayerStack, upper: LayerStack, pacer = new Pacer()): AsyncGenerator<TreeChange, void, void> {
    return compareTrees(this.tree(lower), this.tree(upper), pacer);
  }

  /**
   * Lets `work` write into an active snapshot's layer, on top of the tree below it. What was handed out before is part of the layer then,
   * and is no longer a tree of its own.
   */
  async build(
    stack: LayerStack,
    work: (builder: LayerBuilder, tree: LayerTree) => Promise<void>,
  ): Promise<void> {
    const number = topOf(stack);
    await this.mutex.run(String(number), async () => {
      await this.fold(stack);
      await fs.mkdir(this.filesPath(number), { recursive: true });
      const layer = this.layer(number);
      const below = this.tree(stack.slice(0, -1));
      const builder = new LayerBuilder(layer.path, layer.attributes, below);
      await work(builder, new LayerTree([...this.layers(stack.slice(0, -1)), layer]));
      builder.finish();
      layer.attributes.write(this.attributesPath(number));
    });
  }

  async remove(number: number): Promise<void> {
    await this.mutex.run(String(number), async () => {
      try {
        await removeTree(this.filesPath(number));
        await removeTree(this.side(number));
      } catch (error) {
        throw fileError(`Removing the files of layer ${number}`, error);
      }
    });
  }

  async list(): Promise<number[]> {
    try {
      const names = await fs.readdir(this.root);
      const numbers = names.map((name) => /^([1-9]\d*)(\.side)?$/.exec(name)?.[1]);
      return [...new Set(numbers.filter((number) => number !== undefined).map(Number))];
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Copies the whole tree to where a person can work in it. */
  private async handOut(stack: LayerStack, path: string): Promise<void> {
    const number = topOf(stack);
    const making = `${path}.new`;
    await removeTree(making);
    await fs.mkdir(making, { recursive: true });
    const tree = this.tree(stack);
    const attributes = new LayerAttributes();
    const builder = new LayerBuilder(making, attributes, new LayerTree([]), true);
    const manifest = TreeManifest.empty();
    const files: string[] = [];
    for await (const change of compareTrees(new LayerTree([]), tree, new Pacer())) {
      if (change.kind === 'delete') continue;
      builder.put(change.entry, tree, 'copy');
      if (!isDirectory(change.entry)) files.push(change.path);
    }
    builder.finish();
    // A second name changes the first one's change time, so this is done when all names are there.
    for (const file of files) manifest.note(file, lstatSync(join(making, file), { bigint: true }));
    attributes.write(this.treeAttributesPath(number));
    manifest.write(this.manifestPath(number));
    await fs.rename(making, path);
  }

  /** Turns the tree that was handed out of an active snapshot into its layer. A kill at any point leaves the tree or the layer whole. */
  private async fold(stack: LayerStack): Promise<void> {
    const number = topOf(stack);
    if (!existsSync(this.treePath(number))) return;
    const making = this.side(number, 'files.new');
    await removeTree(making);
    mkdirSync(making);
    const attributes = new LayerAttributes();
    const builder = new LayerBuilder(making, attributes, this.tree(stack.slice(0, -1)));
    const source = this.handedOut(number);
    for await (const change of this.treeChanges(stack)) {
      const name = change.path.slice(change.path.lastIndexOf('/') + 1);
      if (change.kind === 'delete') builder.remove(change.path);
      else if (isWhiteoutName(name)) throw reservedName(change.path);
      else builder.put(change.entry, source, 'link');
    }
    builder.finish();
    await removeTree(this.filesPath(number));
    attributes.write(this.attributesPath(number));
    renameSync(making, this.filesPath(number));
    await removeTree(this.treePath(number));
  }

  /** What was done in a tree that was handed out, against the tree below the snapshot. */
  private treeChanges(stack: LayerStack): AsyncGenerator<TreeChange, void, void> {
    const number = topOf(stack);
    const manifest = TreeManifest.read(this.manifestPath(number));
    // A file that was in the snapshot's own layer before is a change, touched or not.
    const own = new LayerTree([this.layer(number)]);
    const unchanged: Unchanged = (_, upper) =>
      !isDirectory(upper) && manifest.isUntouched(upper) && own.find(upper.path) === undefined
        ? true
        : undefined;
    return compareTrees(this.tree(stack.slice(0, -1)), this.handedOut(number), new Pacer(), unchanged);
  }

  private handedOut(number: number): LayerTree {
    const attributes = LayerAttributes.read(this.treeAttributesPath(number));
    return new LayerTree([{ path: this.treePath(number), attributes, plain: true }]);
  }

  private layers(stack: LayerStack): LayerDirectory[] {
    return stack.map((number) => this.layer(number));
  }

  private layer(number: number): LayerDirectory {
    return openLayer(this.filesPath(number), this.attributesPath(number));
  }

  private filesPath(number: number): string {
    return join(this.root, String(number));
  }

  private side(number: number, name = ''): string {
    return join(this.root, `${number}.side`, name);
  }

  private treePath(number: number): string {
    return this.side(number, 'tree');
  }

  private attributesPath(number: number): string {
    return this.side(number, 'attributes.json');
  }

  private treeAttributesPath(number: number): string {
    return this.side(number, 'tree.attributes.json');
  }

  private manifestPath(number: number): string {
    return this.side(number, 'tree.json');
  }
}

function topOf(stack: LayerStack): number {
  const top = stack.at(-1);
  if (top === undefined) throw new StoreError('invalid', 'An empty stack has no layer');
  return top;
}

function reservedName(path: string): StoreError {
  return new StoreError('invalid', `${path}: names beginning with .wh. stand for removed files in layers`, {
    id: path,
  });
}
