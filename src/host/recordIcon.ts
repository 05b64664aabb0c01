import * as vscode from 'vscode';
import type { CacheRecord } from '../model/record';
import { iconOf, type RecordIcon } from '../model/recordRow';

/** Codicon and theme colour of each icon; the colours are those of the graph's cards. */
const icons: Readonly<Record<RecordIcon, readonly [icon: string, color: string]>> = {
  base: ['package', 'charts.blue'],
  layer: ['layers', 'charts.blue'],
  merge: ['git-merge', 'charts.blue'],
  diff: ['diff', 'charts.blue'],
  localSource: ['folder', 'charts.green'],
  gitCheckout: ['repo', 'charts.purple'],
  cacheMount: ['archive', 'charts.orange'],
  frontend: ['file-code', 'charts.yellow'],
  internal: ['gear', 'descriptionForeground'],
  unknownType: ['question', 'descriptionForeground'],
};

export function recordIcon(record: CacheRecord): vscode.ThemeIcon {
  const [icon, color] = icons[iconOf(record)];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}
