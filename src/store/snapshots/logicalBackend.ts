import type { PathChange, SnapshotUsage } from '../snapshotter';
import { StoreError } from '../storeError';
import type { BackendDiff, LayerStack, SnapshotBackend } from './snapshotBackend';

/** What a merge of this many diffs is said to use. */
const bytesPerDiff = 100;

/**
 * Snapshots without files: each has the size it is told, a merge has 100 bytes for each diff. For replaying what happened elsewhere.
 * It remembers nothing beyond its own life, so one object serves all openings of a store.
 */
export class LogicalBackend implements SnapshotBackend {
  readonly mergesOnChains = false;
  private readonly sizes = new Map<number, number>();

  /** Adds a file of `size` bytes to the layer at the top of `stack`. */
  write(stack: LayerStack, size: number): void {
    const number = topOf(stack);
    this.sizes.set(number, (this.sizes.get(number) ?? 0) + size);
  }

  usage(number: number): Promise<SnapshotUsage> {
    return Promise.resolve(this.usageOf(number));
  }

  seal(number: number): Promise<SnapshotUsage> {
    return this.usage(number);
  }

  mount(): Promise<string> {
    return Promise.reject(new StoreError('notImplemented', 'These snapshots have no files'));
  }

  merge(
    number: number,
    _base: LayerStack,
    _diffs: readonly BackendDiff[],
    total: number,
  ): Promise<SnapshotUsage> {
    this.sizes.set(number, total * bytesPerDiff);
    return Promise.resolve(this.usageOf(number));
  }

  compare(): Promise<PathChange[]> {
    return Promise.reject(new StoreError('notImplemented', 'These snapshots have no files'));
  }

  remove(number: number): Promise<void> {
    this.sizes.delete(number);
    return Promise.resolve();
  }

  list(): Promise<number[]> {
    return Promise.resolve([...this.sizes.keys()]);
  }

  private usageOf(number: number): SnapshotUsage {
    const size = this.sizes.get(number) ?? 0;
    return { size, inodes: size === 0 ? 0 : 1 };
  }
}

function topOf(stack: LayerStack): number {
  const top = stack.at(-1);
  if (top === undefined) throw new StoreError('invalid', 'An empty stack has no layer');
  return top;
}
