import * as vscode from 'vscode';
import type { Arrangement } from './arrangement';
import { firstWindow, grownWindow, windowWith, type ListWindow } from './listWindow';
import type { CacheChange, OpenCaches } from './openCaches';
import { RecordLists, recordNode } from './recordLists';
import type { SelectedRecord } from './selection';
import { TreeItems } from './treeItems';
import {
  childId,
  type CacheNode,
  type ListNode,
  type MoreNode,
  type NotesNode,
  type RecordNode,
  type TreeNode,
} from './treeNodes';

/** Notes that the tree lists; the log has them all. */
const maximumNotes = 500;

/**
 * The caches with their records. Rows are made when they are unfolded, and of a long list only a window of rows, so a
 * cache of 100,000 records costs no more than what is looked at.
 */
export class CachesTree implements vscode.Disposable, vscode.TreeDataProvider<TreeNode> {
  private readonly changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  /** The editor knows a row only by its object: these are the ones it was given for caches, and for unfolded lists. */
  private readonly cacheNodes = new Map<string, CacheNode>();
  private readonly unfolded = new Map<string, ListNode>();
  private readonly windows = new Map<string, ListWindow>();
  private readonly lists: RecordLists;
  private readonly items: TreeItems;

  constructor(
    private readonly caches: OpenCaches,
    arrangement: Arrangement,
  ) {
    this.lists = new RecordLists(caches, arrangement);
    this.items = new TreeItems(caches, this.lists);
    this.subscriptions = [
      caches.onDidChange((change) => this.cacheChanged(change)),
      arrangement.onDidChange(() => this.startAnew()),
    ];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return this.items.item(node);
  }

  /** Tooltips of records are made only for the rows that are hovered. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    if (node.kind === 'record') item.tooltip = this.items.recordTooltip(node);
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.kind === 'cache' ? undefined : node.parent;
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node === undefined) return this.caches.all().map(({ id }) => this.cacheNode(id));
    switch (node.kind) {
      case 'cache':
        return [...this.aboutCache(node), ...this.rows(node)];
      case 'record':
        return [...this.parentsOf(node), ...this.rows(node)];
      case 'group':
      case 'parents':
        return this.rows(node);
      case 'notes':
        return this.notes(node);
      case 'status':
      case 'note':
      case 'missingParent':
      case 'more':
        return [];
    }
  }

  /** Shows more rows of the unfolded list with this id. */
  showMore(listId: unknown, direction: unknown): void {
    if (typeof listId !== 'string' || (direction !== 'earlier' && direction !== 'later')) return;
    this.setWindow(listId, grownWindow(this.window(listId), direction));
  }

  /** The row of a record in its group, made to be among those shown; undefined when the record is not there. */
  rowOf({ cacheId, recordId }: SelectedRecord): RecordNode | undefined {
    const record = this.caches.get(cacheId)?.loaded?.index.recordIndex(recordId);
    if (record === undefined) return undefined;
    const way = this.lists.wayTo(this.cacheNode(cacheId), record);
    for (const { list, position } of way) this.setWindow(list.id, windowWith(this.window(list.id), position));
    const last = way.at(-1);
    return last && recordNode(last.list, recordId);
  }

  dispose(): void {
    this.subscriptions.forEach((it) => void it.dispose());
    this.changed.dispose();
  }

  /** Rows about the cache as a whole: what it is doing, and what could not be read. */
  private aboutCache(parent: CacheNode): TreeNode[] {
    const { id, cacheId } = parent;
    const rows: TreeNode[] = [];
    const cache = this.caches.get(cacheId);
    if (cache?.status.kind !== 'ready' || cache.loaded?.inventory.records.length === 0) {
      rows.push({ kind: 'status', id: `${id} status`, cacheId, parent });
    }
    if (cache?.loaded !== undefined && cache.loaded.inventory.notes.length > 0) {
      rows.push({ kind: 'notes', id: `${id} notes`, cacheId, parent });
    }
    return rows;
  }

  private notes(parent: NotesNode): TreeNode[] {
    const notes = this.caches.get(parent.cacheId)?.loaded?.inventory.notes ?? [];
    return notes.slice(0, maximumNotes).map((_, position) => ({
      kind: 'note',
      id: childId(parent, `${position}`),
      cacheId: parent.cacheId,
      parent,
      position,
    }));
  }

  private parentsOf(parent: RecordNode): TreeNode[] {
    const { cacheId, recordId } = parent;
    const parents = this.caches.get(cacheId)?.loaded?.index.record(recordId)?.parents ?? [];
    return parents.length === 0 ? [] : [{ kind: 'parents', id: `${parent.id} parents`, cacheId, parent }];
  }

  /** The rows of a list that its window shows, and rows that offer the others. */
  private rows(list: ListNode): TreeNode[] {
    this.unfolded.set(list.id, list);
    const { length, at } = this.lists.rows(list);
    const { start, end } = this.window(list.id);
    const rows = Array.from({ length: Math.max(0, Math.min(end, length) - start) }, (_, i) => at(start + i));
    if (start > 0) rows.unshift(moreNode(list, 'earlier', start));
    if (end < length) rows.push(moreNode(list, 'later', length - end));
    return rows;
  }

  private window(listId: string): ListWindow {
    return this.windows.get(listId) ?? firstWindow;
  }

  private setWindow(listId: string, window: ListWindow): void {
    if (window === this.window(listId)) return;
    this.windows.set(listId, window);
    const list = this.unfolded.get(listId);
    if (list !== undefined) this.changed.fire(list);
  }

  private cacheNode(cacheId: string): CacheNode {
    const known = this.cacheNodes.get(cacheId);
    if (known !== undefined) return known;
    const node: CacheNode = { kind: 'cache', id: JSON.stringify(cacheId), cacheId };
    this.cacheNodes.set(cacheId, node);
    return node;
  }

  /** Progress is shown by the editor's own means: each change here makes the unfolded rows of the cache again. */
  private cacheChanged({ cache, what }: CacheChange): void {
    if (what === 'progress') return;
    if (what === 'closed') this.cacheNodes.delete(cache.id);
    this.changed.fire(what === 'opened' || what === 'closed' ? undefined : this.cacheNode(cache.id));
  }

  private startAnew(): void {
    this.unfolded.clear();
    this.windows.clear();
    this.changed.fire(undefined);
  }
}

function moreNode(parent: ListNode, direction: MoreNode['direction'], hidden: number): MoreNode {
  const id = `${parent.id} ${direction}`;
  return { kind: 'more', id, cacheId: parent.cacheId, parent, direction, hidden };
}
