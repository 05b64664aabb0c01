import type * as vscode from 'vscode';
import { loadLocalStores } from '../sources/local/loadLocalStores';

const memoryKey = 'workingStores';

interface Share {
  readonly release: () => Promise<void>;
}

/**
 * The local stores that this window has open to work with, by id of cache. They are remembered, and opened to work with again when their
 * caches are next read.
 */
export class WorkingStores {
  private readonly shares = new Map<string, Share>();
  private readonly remembered: Set<string>;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const kept = memory.get<unknown>(memoryKey);
    this.remembered = new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []);
  }

  /** Those open now, in the order in which they were opened. */
  paths(): string[] {
    return [...this.shares.keys()];
  }

  /** @throws StoreError when there is no store, or none can be made */
  async open(path: string, how: 'create' | 'open' | 'sample'): Promise<void> {
    if (this.shares.has(path)) return;
    const stores = await loadLocalStores();
    const share =
      how === 'sample'
        ? await stores.openSample(path)
        : await stores.open(path, { create: how === 'create' });
    // Another call may have been faster.
    if (this.shares.has(path)) await share.release();
    else this.shares.set(path, share);
    await this.remember(path, true);
  }

  /** Opens a store that an earlier window had open; one that fails is looked at like any other. */
  async reopen(path: string): Promise<void> {
    if (!this.remembered.has(path) || this.shares.has(path)) return;
    try {
      await this.open(path, 'open');
    } catch (error) {
      this.log.warn(`${path} is not open to work with: ${String(error)}`);
    }
  }

  /** Lets go of a store; nothing happens where it is not open. */
  async release(path: string): Promise<void> {
    const share = this.shares.get(path);
    this.shares.delete(path);
    await this.remember(path, false);
    await share?.release();
  }

  private async remember(path: string, isOpen: boolean): Promise<void> {
    if (this.remembered.has(path) === isOpen) return;
    if (isOpen) this.remembered.add(path);
    else this.remembered.delete(path);
    await this.memory.update(memoryKey, [...this.remembered]);
  }
}
