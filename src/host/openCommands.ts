import { resolve } from 'node:path';
import * as vscode from 'vscode';
import type { GraphPanels } from './graphPanels';
import { cachesViewId, sampleCacheId } from './names';
import type { OpenCache, OpenCaches } from './openCaches';
import { pickCache } from './pickCache';
import { withoutLinks } from './plainText';
import { pathOf } from './pathTarget';
import { cacheIdOf } from './targets';

/** Opening, reading and closing caches, with words for the person when that fails. */
export class OpenCommands {
  constructor(
    private readonly caches: OpenCaches,
    private readonly panels: GraphPanels,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Opens the path or file URI given, or else the one that the person chooses. */
  async openRoot(argument?: unknown): Promise<void> {
    const path = pathOf(argument) ?? (await choosePath());
    if (path !== undefined) await this.open(resolve(path));
  }

  async openSample(): Promise<void> {
    await this.open(sampleCacheId);
  }

  async close(argument?: unknown): Promise<void> {
    const id = cacheIdOf(argument) ?? (await pickCache(this.caches, 'Close which build cache?'));
    if (id !== undefined) await this.caches.close(id);
  }

  /** Reads the given cache again, or all of them. */
  async refresh(argument?: unknown): Promise<void> {
    const id = cacheIdOf(argument);
    const ids = id === undefined ? this.caches.all().map((cache) => cache.id) : [id];
    await Promise.all(ids.map((it) => this.readAndTell(it, this.caches.refresh(it))));
  }

  async cancel(argument?: unknown): Promise<void> {
    const id = cacheIdOf(argument) ?? (await pickCache(this.caches, 'Stop reading which build cache?'));
    if (id !== undefined) this.caches.cancel(id);
  }

  /** Opens a cache, and shows its graph as soon as there are records. */
  private async open(id: string): Promise<void> {
    const hadRecords = this.caches.get(id)?.loaded !== undefined;
    const listening = this.caches.onDidChange(({ cache, what }) => {
      if (cache.id !== id || what !== 'inventory') return;
      listening.dispose();
      this.panels.show(id, { preserveFocus: true });
    });
    const reading = this.caches.open(id);
    await vscode.commands.executeCommand(`${cachesViewId}.focus`);
    if (hadRecords) this.panels.show(id, { preserveFocus: true });
    await this.readAndTell(id, reading);
    listening.dispose();
  }

  private async readAndTell(id: string, reading: Promise<void>): Promise<void> {
    await reading;
    const cache = this.caches.get(id);
    if (cache?.status.kind === 'failed') void this.tellFailure(cache, cache.status.error.message);
  }

  private async tellFailure({ id }: OpenCache, message: string): Promise<void> {
    const choice = await vscode.window.showErrorMessage(withoutLinks(message), 'Retry', 'Show Log');
    if (choice === 'Retry') await this.refresh({ cacheId: id });
    if (choice === 'Show Log') this.log.show();
  }
}

/** Desktop dialogs on Windows and Linux choose either folders or files; there the person says which first. */
async function choosePath(): Promise<string | undefined> {
  const canChooseBoth =
    process.platform === 'darwin' ||
    vscode.env.remoteName !== undefined ||
    vscode.env.uiKind === vscode.UIKind.Web;
  if (canChooseBoth) return showDialog({ canSelectFolders: true, canSelectFiles: true });
  const folder = {
    label: 'Folder...',
    detail: 'A BuildKit root, one worker in it, or Docker’s data root',
    iconPath: new vscode.ThemeIcon('folder'),
  };
  const file = {
    label: 'Database File...',
    detail: 'A single metadata_v2.db or metadata.db',
    iconPath: new vscode.ThemeIcon('file'),
  };
  const choice = await vscode.window.showQuickPick([folder, file], { title: 'Open a build cache from a' });
  if (choice === undefined) return undefined;
  return showDialog({ canSelectFolders: choice === folder, canSelectFiles: choice === file });
}

async function showDialog(options: vscode.OpenDialogOptions): Promise<string | undefined> {
  const title = 'Open BuildKit Root Directory';
  const chosen = await vscode.window.showOpenDialog({ ...options, title, openLabel: 'Open Build Cache' });
  return chosen?.at(0)?.fsPath;
}
