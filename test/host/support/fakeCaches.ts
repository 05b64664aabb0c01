import * as vscode from 'vscode';
import { OpenCaches } from '../../../src/host/openCaches';
import { sampleCacheId } from '../../../src/host/names';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheSource, ReadOptions } from '../../../src/sources/source';

/** A memento that lives as long as the test. */
export class Memory implements vscode.Memento {
  private readonly values = new Map<string, unknown>();

  keys(): readonly string[] {
    return [...this.values.keys()];
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the editor's own signature
  get<T>(key: string): T | undefined;
  get<T>(key: string, defaultValue: T): T;
  get<T>(key: string, defaultValue?: T): T | undefined {
    return this.values.has(key) ? (this.values.get(key) as T) : defaultValue;
  }

  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
    return Promise.resolve();
  }
}

/** What a test's source does when it is read. */
export type Read = (options: ReadOptions) => Promise<Inventory>;

export interface FakeCaches {
  readonly caches: OpenCaches;
  /** Tells those who watch a location that it changed; how many there were. */
  readonly change: (location: string) => number;
  readonly memory: Memory;
  readonly log: vscode.LogOutputChannel;
  /** How often each location was read. */
  readonly reads: ReadonlyMap<string, number>;
}

/** Open caches whose sources are read by `read`, which may be swapped by closing over a variable. */
export function fakeCaches(read: (location: string) => Read, memory = new Memory()): FakeCaches {
  const reads = new Map<string, number>();
  const log = vscode.window.createOutputChannel('Build Cache Inspector tests', { log: true });
  const watchers = new Map<string, Set<() => void>>();
  const watch = (location: string, listener: () => void) => {
    const listeners = watchers.get(location) ?? new Set();
    watchers.set(location, listeners.add(listener));
    return () => listeners.delete(listener);
  };
  const change = (location: string) => {
    const listeners = [...(watchers.get(location) ?? [])];
    listeners.forEach((listener) => listener());
    return listeners.length;
  };
  const openSource = (location: string): Promise<CacheSource> => {
    reads.set(location, (reads.get(location) ?? 0) + 1);
    return Promise.resolve({
      info: { kind: 'buildkitRoot', label: labelOf(location), location, layout: 'BuildKit root' },
      capabilities: { canPrune: false, hasLeases: true, canWatch: true },
      read: (options = {}) => read(location)(options),
      watch: (listener) => watch(location, listener),
    });
  };
  const locate = (id: string) => (id === sampleCacheId ? '/extension/sample' : id);
  return { caches: new OpenCaches({ memory, log, openSource, locate }), change, memory, log, reads };
}

function labelOf(location: string): string {
  return `label of ${location}`;
}

/** Waits until `isSo`, for as long as a test may take. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
