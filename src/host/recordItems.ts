import * as vscode from 'vscode';
import { formatCount, shortId } from '../model/format';
import type { InventoryIndex } from '../model/inventoryIndex';
import { recordRow } from '../model/recordRow';
import type { Group } from '../model/tree';
import { roleWord } from '../model/words';
import { windowStep } from './listWindow';
import { plainMarkdown, table } from './markdown';
import { hasDigest } from './pickDigest';
import { recordIcon } from './recordIcon';
import { sumWords } from './sums';
import type { MissingParentNode, MoreNode, RecordNode } from './treeNodes';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** A group with its count and bytes; records of unknown size are told apart from the sum. */
export function groupItem(group: Group): vscode.TreeItem {
  const { label, hint } = group;
  const item = new vscode.TreeItem(label, Collapsed);
  item.description = hint === '' ? sumWords(group) : `${hint} · ${sumWords(group)}`;
  item.tooltip = `${label}\n${item.description}`;
  item.contextValue = 'group';
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

/** A record as its row says it; under a record's parents, what it is to that record stands first. */
export function recordItem(node: RecordNode, index: InventoryIndex, at: number): vscode.TreeItem {
  const record = index.inventory.records[at];
  const row = recordRow(index, at, Date.now());
  const isLeaf = record.parents.length === 0 && index.children(at).length === 0;
  const item = new vscode.TreeItem(row.title, isLeaf ? None : Collapsed);
  const role = roleOf(node, index);
  const signs = row.marks.map(({ sign }) => sign).join(' ');
  item.description = [role, row.description, signs].filter((part) => part !== '').join(' · ');
  item.iconPath = recordIcon(record);
  item.contextValue = hasDigest(record) ? 'record digests' : 'record';
  item.accessibilityInformation = {
    label: role === '' ? row.accessibleLabel : `${role}: ${row.accessibleLabel}`,
  };
  const target = { cacheId: node.cacheId, recordId: node.recordId };
  item.command = { command: 'buildCacheInspector.follow', title: 'Show Record', arguments: [target] };
  return item;
}

export function recordTooltip(index: InventoryIndex, at: number): vscode.MarkdownString {
  return plainMarkdown(table(recordRow(index, at, Date.now()).tooltip));
}

export function parentsItem(count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(count === 1 ? 'Parent' : `Parents (${formatCount(count)})`, Collapsed);
  item.iconPath = new vscode.ThemeIcon('arrow-up');
  item.tooltip = 'What this record stands on';
  item.contextValue = 'parents';
  return item;
}

export function missingParentItem(node: MissingParentNode, index: InventoryIndex): vscode.TreeItem {
  const item = new vscode.TreeItem(shortId(node.recordId));
  item.description = `${roleOf(node, index)} · not in this cache`;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.tooltip = node.recordId;
  item.contextValue = 'missingParent';
  return item;
}

export function moreItem({ parent, direction, hidden }: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`Show ${formatCount(Math.min(windowStep, hidden))} more`);
  item.description = `${formatCount(hidden)} ${direction}`;
  item.iconPath = new vscode.ThemeIcon(direction === 'earlier' ? 'fold-up' : 'fold-down');
  item.contextValue = 'more';
  item.command = {
    command: 'buildCacheInspector.showMore',
    title: 'Show More',
    arguments: [parent.id, direction],
  };
  return item;
}

/** What the record of a row is to the record under whose parents it stands; empty elsewhere. */
function roleOf({ parent, link }: RecordNode | MissingParentNode, index: InventoryIndex): string {
  if (parent.kind !== 'parents' || link === undefined) return '';
  const { role, position } = index.record(parent.parent.recordId)?.parents[link] ?? {};
  return role === undefined ? '' : roleWord(role, position);
}
