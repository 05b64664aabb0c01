import * as vscode from 'vscode';
import { shortId } from '../model/format';
import { recordDocument } from '../model/recordDocument';
import { documentScheme } from './names';
import type { LoadedInventory, OpenCaches } from './openCaches';
import type { SelectedRecord } from './selection';
import { cacheIdOf, recordOf } from './targets';
import { usageDocument } from './usageDocument';

/** Read-only documents about records and caches. What a document is about stands in its address's query. */
export class CacheDocuments implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(private readonly caches: OpenCaches) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(documentScheme, this),
      caches.onDidChange(({ cache, what }) => {
        if (what === 'inventory') this.refresh(cache.id);
      }),
    ];
  }

  /** Opens the JSON form of a record. */
  async openRecord(record: SelectedRecord): Promise<void> {
    await this.open(record, `${shortId(record.recordId)}.json`);
  }

  /** Opens what a cache takes and gives back. */
  async openUsage(cacheId: string): Promise<void> {
    await this.open({ cacheId }, 'Usage.txt');
  }

  /** Reads the cache first when it is open but not read, as after a window reload. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const subject = subjectOf(uri);
    const cacheId = cacheIdOf(subject);
    if (cacheId === undefined) return 'This address names no build cache.\n';
    const isRead = this.caches.get(cacheId)?.loaded !== undefined;
    if (!isRead) await this.caches.refresh(cacheId);
    const loaded = this.caches.get(cacheId)?.loaded;
    if (loaded === undefined) return `The build cache ${cacheId} is not open.\n`;
    const record = recordOf(subject);
    return record === undefined ? usageDocument(loaded.index) : recordText(loaded, record.recordId);
  }

  dispose(): void {
    this.subscriptions.forEach((it) => void it.dispose());
    this.changed.dispose();
  }

  private async open(subject: SelectedRecord | { readonly cacheId: string }, name: string): Promise<void> {
    const label = this.caches.get(subject.cacheId)?.label ?? '';
    const path = `/${[label, name].map((part) => part.replaceAll('/', '_')).join('/')}`;
    const uri = vscode.Uri.from({ scheme: documentScheme, path, query: JSON.stringify(subject) });
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  private refresh(cacheId: string): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === documentScheme && cacheIdOf(subjectOf(uri)) === cacheId) this.changed.fire(uri);
    }
  }
}

function subjectOf(uri: vscode.Uri): unknown {
  try {
    return JSON.parse(uri.query);
  } catch {
    return undefined;
  }
}

function recordText({ index }: LoadedInventory, recordId: string): string {
  const record = index.record(recordId);
  if (record === undefined)
    return `There is no record ${recordId} in ${index.inventory.source.label} any more.\n`;
  return recordDocument(index, record);
}
