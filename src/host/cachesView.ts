import * as vscode from 'vscode';
import { formatCountOf } from '../model/format';
import type { Arrangement } from './arrangement';
import type { CachesTree } from './cachesTree';
import { cachesViewId } from './names';
import type { CacheChange, OpenCaches } from './openCaches';
import type { SelectedRecord, Selection } from './selection';
import { recordOf } from './targets';
import type { TreeNode } from './treeNodes';

export interface CachesViewParts {
  readonly caches: OpenCaches;
  readonly tree: CachesTree;
  readonly arrangement: Arrangement;
  readonly selection: Selection;
  readonly log: vscode.LogOutputChannel;
}

/** The Caches view: reads remembered caches when it is first seen, and keeps its selection the shared one. */
export class CachesView implements vscode.Disposable {
  private readonly view: vscode.TreeView<TreeNode>;
  private readonly subscriptions: readonly vscode.Disposable[];
  /** Ids of rows that were selected by `reveal` and not by a person. */
  private readonly revealed = new Set<string>();

  constructor(private readonly parts: CachesViewParts) {
    const { caches, tree, arrangement, selection } = parts;
    this.view = vscode.window.createTreeView(cachesViewId, { treeDataProvider: tree, showCollapseAll: true });
    this.subscriptions = [
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => visible && this.shown()),
      this.view.onDidChangeSelection((event) => this.rowSelected(event.selection.at(0))),
      selection.onDidChange(({ selected, origin }) => {
        if (origin === 'graph') this.follow(selected);
      }),
      arrangement.onDidChange(() => this.describe()),
      caches.onDidChange(({ what }) => this.cachesChanged(what)),
    ];
    this.describe();
    if (this.view.visible) this.shown();
  }

  /** Selects the row of a record, in a view that is opened for it when need be. */
  async reveal(record: SelectedRecord, { focus }: { readonly focus: boolean }): Promise<void> {
    const row = this.parts.tree.rowOf(record);
    if (row === undefined) return;
    this.revealed.add(row.id);
    try {
      await this.view.reveal(row, { select: true, focus, expand: false });
    } catch (error) {
      this.parts.log.warn(`The row of record ${record.recordId} could not be shown: ${String(error)}`);
    } finally {
      this.revealed.delete(row.id);
    }
  }

  dispose(): void {
    this.subscriptions.forEach((it) => void it.dispose());
  }

  private shown(): void {
    void this.parts.caches.wake();
    this.follow(this.parts.selection.current);
  }

  private cachesChanged(what: CacheChange['what']): void {
    if (what !== 'progress') this.describe();
    if (what === 'inventory' && this.view.selection.length === 0) this.follow(this.parts.selection.current);
  }

  private follow(selected: SelectedRecord | undefined): void {
    if (selected === undefined || !this.view.visible) return;
    const shown = recordOf(this.view.selection.at(0));
    if (shown?.cacheId === selected.cacheId && shown.recordId === selected.recordId) return;
    void this.reveal(selected, { focus: false });
  }

  /** Rows selected by `reveal` are what the selection already was; since then it may have moved on. */
  private rowSelected(node: TreeNode | undefined): void {
    if (node?.kind !== 'record' || this.revealed.has(node.id)) return;
    this.parts.selection.set(recordOf(node), 'tree');
  }

  /** How the rows are arranged stands above them too: alone in its container, a view does not show its description. */
  private describe(): void {
    const all = this.parts.caches.all();
    const { words } = this.parts.arrangement;
    this.view.description = words;
    this.view.message = all.length === 0 ? undefined : words;
    const failed = all.filter(({ status }) => status.kind === 'failed').length;
    const tooltip = `${formatCountOf(failed, 'build cache')} could not be read`;
    this.view.badge = failed === 0 ? undefined : { value: failed, tooltip };
  }
}
