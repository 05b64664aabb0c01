import { basename, resolve } from 'node:path';
import * as vscode from 'vscode';
import { formatBytes, formatCountOf } from '../model/format';
import { loadLocalStores } from '../sources/local/loadLocalStores';
import type { CacheSource } from '../sources/source';
import type { OpenCaches } from './openCaches';
import type { OpenCommands } from './openCommands';
import { pickCache } from './pickCache';
import { withoutLinks } from './plainText';
import { pathOf } from './pathTarget';
import { cacheIdOf } from './targets';
import type { WorkingStores } from './workingStores';

export interface StoreCommandParts {
  readonly caches: OpenCaches;
  readonly working: WorkingStores;
  readonly openCommands: OpenCommands;
  readonly openSource: (location: string) => Promise<CacheSource>;
  /** Where the sample store is made. */
  readonly samplePath: string;
  readonly log: vscode.LogOutputChannel;
}

type ImportResult = Awaited<ReturnType<Awaited<ReturnType<typeof loadLocalStores>>['importCache']>>;

/** Making local stores, opening them to work with, and filling them from other caches. */
export class StoreCommands {
  constructor(private readonly parts: StoreCommandParts) {}

  /** Makes a store in the folder given, or else in the one that the person chooses. */
  async create(argument?: unknown): Promise<void> {
    const path =
      pathOf(argument) ?? (await chooseFolder('Create Local Store in an Empty Folder', 'Create Store'));
    if (path !== undefined) await this.open(resolve(path), 'create');
  }

  async openStore(argument?: unknown): Promise<void> {
    const shown = this.parts.caches.get(cacheIdOf(argument) ?? '')?.location;
    const path = shown ?? pathOf(argument) ?? (await chooseFolder('Open Local Store', 'Open Store'));
    if (path !== undefined) await this.open(resolve(path), 'open');
  }

  async openSample(argument?: unknown): Promise<void> {
    await this.open(resolve(pathOf(argument) ?? this.parts.samplePath), 'sample');
  }

  /** Imports a cache into the store in the folder `target`, or else into the one that the person chooses. */
  async importInto(argument?: unknown, target?: unknown): Promise<void> {
    const { caches } = this.parts;
    const id = cacheIdOf(argument) ?? (await pickCache(caches, 'Import which build cache?'));
    const source = id === undefined ? undefined : caches.get(id);
    if (source === undefined) return;
    const chosen = pathOf(target) ?? (await this.chooseStore(source.location));
    if (chosen === undefined) return;
    const path = resolve(chosen);
    if (path === source.location) {
      void vscode.window.showErrorMessage(`${source.label} cannot be imported into itself.`);
      return;
    }
    const result = await this.telling(() => this.import(source.location, path));
    if (result === undefined) return;
    await this.open(path, 'open');
    void this.report(source.label, basename(path), result);
  }

  private async open(path: string, how: 'create' | 'open' | 'sample'): Promise<void> {
    const { working, openCommands } = this.parts;
    const done = await this.telling(async () => {
      await working.open(path, how);
      return true;
    });
    if (done === true) await openCommands.openRoot(path);
  }

  private async import(location: string, path: string): Promise<ImportResult> {
    const title = `Importing into ${basename(path)}`;
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return await vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const source = await this.parts.openSource(location);
      let reported = 0;
      return await (
        await loadLocalStores()
      ).importCache(source, path, {
        signal: abort.signal,
        onProgress: ({ stage, done }) => {
          const whole = (stage === 'blobs' ? done : 1 + done) / 2;
          progress.report({ message: stage, increment: Math.max(0, whole - reported) * 100 });
          reported = Math.max(reported, whole);
        },
      });
    });
  }

  private async chooseStore(source: string): Promise<string | undefined> {
    const stores = this.parts.working.paths().filter((path) => path !== source);
    if (stores.length > 0) {
      const other: vscode.QuickPickItem = {
        label: 'Other Folder…',
        iconPath: new vscode.ThemeIcon('folder'),
      };
      const items = stores.map((path): vscode.QuickPickItem => ({
        label: basename(path),
        description: path,
        iconPath: new vscode.ThemeIcon('database'),
      }));
      const picked = await vscode.window.showQuickPick([...items, other], {
        title: 'Import into which local store?',
      });
      if (picked === undefined) return undefined;
      if (picked !== other) return picked.description;
    }
    return await chooseFolder(
      'Import into the Local Store in a Folder, or a New One in an Empty Folder',
      'Import',
    );
  }

  private async report(from: string, to: string, result: ImportResult): Promise<void> {
    const { log } = this.parts;
    for (const { id, because } of result.skippedRecords) log.info(`Not imported: record ${id}. ${because}`);
    for (const { id, because } of result.skippedLeases) log.info(`Not imported: lease ${id}. ${because}`);
    for (const { digest, because } of result.missingBlobs)
      log.info(`Not imported: blob ${digest}. ${because}`);
    const text = importWords(from, to, result);
    log.info(text);
    const choice = await vscode.window.showInformationMessage(withoutLinks(text), 'Show Log');
    if (choice === 'Show Log') log.show();
  }

  /** The outcome of some work; a failure is told to the person. */
  private async telling<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.parts.log.error(error instanceof Error ? error : String(error));
      const message = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(withoutLinks(message));
      return undefined;
    }
  }
}

/** What came of an import, in words. */
export function importWords(from: string, to: string, result: ImportResult): string {
  const { records, skippedRecords, withoutFiles, blobs, blobBytes, leases, missingBlobs, cancelled } = result;
  const came = [
    formatCountOf(records.length, 'record'),
    `${formatCountOf(blobs, 'blob')} (${formatBytes(blobBytes)})`,
    formatCountOf(leases, 'lease'),
  ];
  const left = [
    [skippedRecords.length, 'record did not come', 'records did not come'],
    [withoutFiles.length, 'record came without its files', 'records came without their files'],
    [missingBlobs.length, 'blob is not there', 'blobs are not there'],
  ] as const;
  const words = left.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`],
  );
  const start = cancelled ? 'The import was stopped. ' : '';
  return `${start}Imported from ${from} into ${to}: ${came.join(', ')}.${words.length === 0 ? '' : ` ${words.join('; ')}.`}`;
}

async function chooseFolder(title: string, openLabel: string): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title,
    openLabel,
  });
  return chosen?.at(0)?.fsPath;
}
