import * as vscode from 'vscode';
import { cacheItem, noteItem, notesItem, statusItem } from './cacheItems';
import type { OpenCache, OpenCaches } from './openCaches';
import {
  groupItem,
  missingParentItem,
  moreItem,
  parentsItem,
  recordItem,
  recordTooltip,
} from './recordItems';
import type { RecordLists } from './recordLists';
import type { RecordNode, TreeNode } from './treeNodes';

/** Makes the row of each node, from the inventory as it is now. */
export class TreeItems {
  constructor(
    private readonly caches: OpenCaches,
    private readonly lists: RecordLists,
  ) {}

  item(node: TreeNode): vscode.TreeItem {
    const cache = this.caches.get(node.cacheId);
    const item = cache && this.itemOf(node, cache);
    const shown = item ?? new vscode.TreeItem('');
    shown.id = node.id;
    return shown;
  }

  recordTooltip({ cacheId, recordId }: RecordNode): vscode.MarkdownString | undefined {
    const index = this.caches.get(cacheId)?.loaded?.index;
    const at = index?.recordIndex(recordId);
    return index === undefined || at === undefined ? undefined : recordTooltip(index, at);
  }

  /** Undefined when the node is of an inventory that was replaced meanwhile; its rows are about to be made again. */
  private itemOf(node: TreeNode, cache: OpenCache): vscode.TreeItem | undefined {
    const { loaded } = cache;
    switch (node.kind) {
      case 'cache':
        return cacheItem(cache);
      case 'status':
        return statusItem(cache);
      case 'more':
        return moreItem(node);
      case 'group': {
        const group = this.lists.group(node);
        return group && groupItem(group);
      }
      case 'notes':
        return loaded && notesItem(loaded);
      case 'note':
        return loaded && noteItem(cache.id, loaded, node.position);
      case 'missingParent':
        return loaded && missingParentItem(node, loaded.index);
      case 'parents':
        return parentsItem(loaded?.index.record(node.parent.recordId)?.parents.length ?? 0);
      case 'record': {
        const at = loaded?.index.recordIndex(node.recordId);
        return loaded === undefined || at === undefined ? undefined : recordItem(node, loaded.index, at);
      }
    }
  }
}
