import type * as vscode from 'vscode';
import type { CacheSource } from '../sources/source';

/** Milliseconds from a change to the reading that shows it, at least: changes come in swarms. */
const patience = 150;

interface Watch {
  stop: (() => void) | undefined;
  timer: NodeJS.Timeout | undefined;
  /** How long the last reading took, milliseconds. */
  lastReading: number;
}

/** Has watched caches read again soon after they changed; one that takes long to read, less often. */
export class CacheWatches implements vscode.Disposable {
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly readAgain: (id: string) => Promise<void>) {}

  /** Watches a source instead of the one before. To be called before the source is read, so that no change is missed. */
  follow(id: string, source: CacheSource): void {
    const watch = this.watches.get(id) ?? { stop: undefined, timer: undefined, lastReading: 0 };
    const before = watch.stop;
    watch.stop = source.watch?.(() => this.changed(id, watch));
    this.watches.set(id, watch);
    before?.();
  }

  stop(id: string): void {
    const watch = this.watches.get(id);
    this.watches.delete(id);
    watch?.stop?.();
    clearTimeout(watch?.timer);
  }

  dispose(): void {
    for (const id of [...this.watches.keys()]) this.stop(id);
  }

  private changed(id: string, watch: Watch): void {
    watch.timer ??= setTimeout(() => void this.read(id, watch), Math.max(patience, 2 * watch.lastReading));
  }

  private async read(id: string, watch: Watch): Promise<void> {
    watch.timer = undefined;
    const began = performance.now();
    await this.readAgain(id);
    watch.lastReading = performance.now() - began;
  }
}
