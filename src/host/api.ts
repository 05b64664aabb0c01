import type * as vscode from 'vscode';
import type { OpenCache } from './openCaches';
import type { SelectedRecord } from './selection';

/** What `activate` gives to other extensions: the open caches and their inventories, to read. */
export interface BuildCacheInspectorApi {
  /** The open caches as they are now, in the order in which they were opened. */
  caches(): readonly OpenCache[];
  /** Fires whenever `caches()` or anything in it changes. */
  readonly onDidChangeCaches: vscode.Event<void>;
  /** Opens and reads a cache; resolves when reading has ended, with how it ended in the cache's status. */
  open(path: string): Promise<OpenCache | undefined>;
  /** The record that tree and graph show as selected. */
  selection(): SelectedRecord | undefined;
  readonly onDidChangeSelection: vscode.Event<void>;
}
