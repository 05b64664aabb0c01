import * as vscode from 'vscode';
import { formatCount, formatExactTime } from '../model/format';
import type { NoteSeverity } from '../model/inventory';
import { perIndex } from '../model/perIndex';
import { usageTotals } from '../model/usage';
import { visibleText } from '../model/visibleText';
import { plainMarkdown, table } from './markdown';
import type { LoadedInventory, OpenCache } from './openCaches';
import { sumWords } from './sums';

const totals = perIndex(({ inventory }) => usageTotals(inventory));

/** The row of a cache. Its context value tells menus what can be done: `cache`, `reading` or `idle`, and `loaded`, `local`. */
export function cacheItem(cache: OpenCache): vscode.TreeItem {
  const { label, status, loaded } = cache;
  const item = new vscode.TreeItem(visibleText(label), vscode.TreeItemCollapsibleState.Expanded);
  const words = loaded === undefined ? statusWord(cache) : recordsAndBytes(loaded);
  item.description = words;
  item.iconPath = new vscode.ThemeIcon(status.kind === 'failed' ? 'warning' : 'database');
  item.tooltip = plainMarkdown(table(cacheFacts(cache)));
  item.accessibilityInformation = { label: `Build cache ${label}, ${words}` };
  const context = ['cache', status.kind === 'reading' ? 'reading' : 'idle'];
  if (loaded !== undefined) context.push('loaded');
  if (loaded?.inventory.source.kind === 'local') context.push('local');
  item.contextValue = context.join(' ');
  return item;
}

function recordsAndBytes({ index }: LoadedInventory): string {
  const { records, total, recordsWithUnknownSize } = totals(index);
  return sumWords({ bytes: total, count: records, unknownSizes: recordsWithUnknownSize });
}

function statusWord({ status }: OpenCache): string {
  switch (status.kind) {
    case 'unread':
      return 'not read';
    case 'reading':
      return 'being read';
    case 'failed':
      return 'cannot be read';
    case 'ready':
      return '';
  }
}

function cacheFacts({ location, loaded }: OpenCache): { label: string; value: string }[] {
  const facts = [{ label: 'Location', value: location }];
  if (loaded === undefined) return facts;
  const { source, workers, takenAt, leases, blobs, snapshots } = loaded.inventory;
  return [
    ...facts,
    { label: 'Layout', value: source.layout },
    { label: 'Workers', value: workers.map(({ name, id }) => (name === '' ? (id ?? '–') : name)).join(', ') },
    { label: 'Records', value: recordsAndBytes(loaded) },
    { label: 'Leases', value: formatCount(leases.length) },
    { label: 'Blobs', value: formatCount(blobs.length) },
    { label: 'Snapshots', value: formatCount(snapshots.length) },
    { label: 'Read at', value: formatExactTime(takenAt) },
  ];
}

/** The row that says what the cache is doing, or why there is nothing to see. */
export function statusItem({ label, status, loaded }: OpenCache): vscode.TreeItem {
  switch (status.kind) {
    case 'reading':
      return row(loaded === undefined ? 'Reading…' : 'Reading the rest…', 'loading~spin', 'reading');
    case 'failed': {
      const item = row(visibleText(status.error.message), 'error', 'failed', 'list.errorForeground');
      item.accessibilityInformation = { label: `${label} cannot be read: ${status.error.message}` };
      return item;
    }
    case 'unread':
      return row(unreadWords(status.cancelled, loaded), 'circle-slash', 'unread');
    case 'ready':
      return row('This cache is empty: it has no records.', 'info', 'empty');
  }
}

function unreadWords(cancelled: boolean, loaded: LoadedInventory | undefined): string {
  if (!cancelled) return 'Not read yet.';
  return loaded === undefined
    ? 'Reading was stopped.'
    : 'Reading was stopped: leases, blobs and snapshots are missing.';
}

const noteIcons: Readonly<Record<NoteSeverity, readonly [icon: string, color: string]>> = {
  error: ['error', 'list.errorForeground'],
  warning: ['warning', 'list.warningForeground'],
  info: ['info', 'charts.foreground'],
};
const severities: readonly NoteSeverity[] = ['error', 'warning', 'info'];

/** "Notes (3)" with the sign of the gravest. */
export function notesItem({ inventory: { notes } }: LoadedInventory): vscode.TreeItem {
  const gravest = severities.find((it) => notes.some(({ severity }) => severity === it)) ?? 'info';
  const item = row(`Notes (${formatCount(notes.length)})`, ...icon(gravest));
  item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  item.tooltip = 'What could not be read, or looks wrong. The rest of the cache is shown.';
  return item;
}

/** A note; a click goes to the record that it is about. */
export function noteItem(cacheId: string, { inventory }: LoadedInventory, position: number): vscode.TreeItem {
  const { message, severity, file, record } = inventory.notes[position];
  const item = row(visibleText(message), ...icon(severity));
  item.description = file;
  if (record !== undefined) {
    const target = { cacheId, recordId: record };
    item.command = { command: 'buildCacheInspector.follow', title: 'Show Record', arguments: [target] };
  }
  return item;
}

function icon(severity: NoteSeverity): [icon: string, context: string, color: string] {
  const [name, color] = noteIcons[severity];
  return [name, 'note', color];
}

function row(label: string, iconName: string, contextValue: string, color?: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.iconPath = new vscode.ThemeIcon(
    iconName,
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.contextValue = contextValue;
  item.tooltip = label;
  return item;
}
