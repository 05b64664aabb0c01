import type * as vscode from 'vscode';
import type { LocalStoreHandle } from '../sources/local/localStoreHandle';
import type { OpenCache } from './openCaches';
import type { SelectedRecord } from './selection';

/** What `activate` gives to other extensions: the open caches and their inventories to read, and local stores to work with. */
export interface BuildCacheInspectorApi {
  /** Grows when a member changes its meaning or goes; new members leave it as it is. */
  readonly version: 1;
  /** The open caches as they are now, in the order in which they were opened. */
  caches(): readonly OpenCache[];
  /** Fires whenever `caches()` or anything in it changes. */
  readonly onDidChangeCaches: vscode.Event<void>;
  /** Opens and reads a cache; resolves when reading has ended, with how it ended in the cache's status. */
  open(path: string): Promise<OpenCache | undefined>;
  /**
   * Opens a local store to work with: to list, watch, plan and prune it. Where another window writes it, it can be read only.
   * @param options `create`: make a store where there is none, which takes an empty folder or none at all
   * @throws an error named `StoreError` with a `reason`: `notFound`, `invalid`, `newerVersion`, `corrupt`, `noPermission` ...
   */
  openStore(path: string, options?: { readonly create?: boolean }): Promise<LocalStoreHandle>;
  /** The record that tree and graph show as selected. */
  selection(): SelectedRecord | undefined;
  readonly onDidChangeSelection: vscode.Event<void>;
}
