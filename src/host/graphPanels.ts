import * as vscode from 'vscode';
import { cacheOfState, readPageState } from '../protocol/pageState';
import { GraphPanel, graphPanelOptions, type GraphPanelParts } from './graphPanel';
import { graphViewType } from './names';

/** The graph panels of this window, at most one for each open cache. */
export class GraphPanels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly panels = new Map<string, GraphPanel>();

  constructor(private readonly parts: GraphPanelParts) {}

  /** Shows the graph of an open cache, in a new panel if it has none. */
  show(cacheId: string, { preserveFocus }: { readonly preserveFocus: boolean }): void {
    const known = this.panels.get(cacheId);
    if (known !== undefined) {
      known.show(preserveFocus);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    const options = graphPanelOptions(this.parts.extensionUri);
    void this.adopt(vscode.window.createWebviewPanel(graphViewType, 'Graph', place, options), cacheId);
  }

  /** Brings a panel back after a window reload, with its cache and the record that was selected there. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const cache = cacheOfState(state);
    if (cache === undefined || this.panels.has(cache.id)) {
      panel.dispose();
      return;
    }
    const recordId = readPageState(state)?.selectedId;
    const { selection } = this.parts;
    if (recordId !== undefined && selection.current === undefined) {
      selection.set({ cacheId: cache.id, recordId }, 'graph');
    }
    await this.adopt(panel, cache.id);
  }

  dispose(): void {
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  /** Resolves when the panel's cache has been read, which it may not have been yet. */
  private async adopt(panel: vscode.WebviewPanel, cacheId: string): Promise<void> {
    const opened = this.parts.caches.open(cacheId);
    const graph = new GraphPanel(panel, cacheId, this.parts);
    this.panels.set(cacheId, graph);
    graph.onDidDispose(() => this.panels.delete(cacheId));
    await opened;
  }
}
