import { DirectoryBackend } from '../../store/snapshots/directoryBackend';
import type { BackendDiff, LayerStack, SnapshotBackend } from '../../store/snapshots/snapshotBackend';

/**
 * Snapshots in directories, of which a merge always has all its files itself: so it was with the snapshotter under which the
 * traces were recorded, and a merge's parent is part of what is compared.
 */
export class PlainMergeBackend implements SnapshotBackend {
  readonly mergesOnChains = false;
  private readonly directories: DirectoryBackend;

  constructor(root: string) {
    this.directories = new DirectoryBackend(root);
  }

  usage(number: number, stack: () => LayerStack) {
    return this.directories.usage(number, stack);
  }
  seal(number: number, stack: () => LayerStack) {
    return this.directories.seal(number, stack);
  }
  mount(stack: LayerStack, kind: 'active' | 'view') {
    return this.directories.mount(stack, kind);
  }
  merge(number: number, base: LayerStack, diffs: readonly BackendDiff[]) {
    return this.directories.merge(number, base, diffs);
  }
  compare(lower: LayerStack, upper: LayerStack) {
    return this.directories.compare(lower, upper);
  }
  remove(number: number) {
    return this.directories.remove(number);
  }
  list() {
    return this.directories.list();
  }
}
