import * as vscode from 'vscode';

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
