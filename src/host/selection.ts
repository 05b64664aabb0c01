import * as vscode from 'vscode';
import type { OpenCaches } from './openCaches';

/** One record of one open cache. */
export interface SelectedRecord {
  readonly cacheId: string;
  readonly recordId: string;
}

/** Where a selection was made; that place is not told of it again. */
export type SelectionOrigin = 'tree' | 'graph' | 'command';

export interface SelectionChange {
  readonly selected: SelectedRecord | undefined;
  readonly origin: SelectionOrigin;
}

/** The one selected record, shared by tree, graph and commands. Setting what is already set tells nobody. */
export class Selection implements vscode.Disposable {
  private selected: SelectedRecord | undefined;
  private readonly changed = new vscode.EventEmitter<SelectionChange>();
  readonly onDidChange = this.changed.event;

  get current(): SelectedRecord | undefined {
    return this.selected;
  }

  set(selected: SelectedRecord | undefined, origin: SelectionOrigin): void {
    if (this.selected?.cacheId === selected?.cacheId && this.selected?.recordId === selected?.recordId)
      return;
    this.selected = selected;
    this.changed.fire({ selected, origin });
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** Clears the selection when its cache is closed, or no longer has the record after it was read again. */
export function clearLostSelection(selection: Selection, caches: OpenCaches): vscode.Disposable {
  return caches.onDidChange(({ cache, what }) => {
    const { current } = selection;
    if (current?.cacheId !== cache.id) return;
    const isGone =
      what === 'closed' ||
      (what === 'inventory' && cache.loaded?.index.record(current.recordId) === undefined);
    if (isGone) selection.set(undefined, 'command');
  });
}
