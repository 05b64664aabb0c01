import * as vscode from 'vscode';
import type { OpenCache, OpenCaches } from './openCaches';
import { withoutIcons } from './plainText';

/** The only open cache, or the one the person picks; undefined when there is none or nothing was picked. */
export async function pickCache(caches: OpenCaches, title: string): Promise<string | undefined> {
  const all = caches.all();
  if (all.length <= 1) return all.at(0)?.id;
  const items = all.map((cache) => ({ ...itemOf(cache), id: cache.id }));
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked?.id;
}

function itemOf({ label, location }: OpenCache): vscode.QuickPickItem {
  return {
    label: withoutIcons(label),
    description: withoutIcons(location),
    iconPath: new vscode.ThemeIcon('database'),
  };
}
