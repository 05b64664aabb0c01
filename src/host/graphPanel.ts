import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { columnsOf } from '../protocol/columnsOf';
import type { CacheName, CacheState, HostMessage, PageAction, PageMessage } from '../protocol/messages';
import { pageHtml } from '../protocol/pageHtml';
import { parsePageMessage } from '../protocol/parseMessages';
import { answerRequest } from './graphRequests';
import type { CacheChange, OpenCache, OpenCaches } from './openCaches';
import type { Selection, SelectionChange } from './selection';

export interface GraphPanelParts {
  readonly caches: OpenCaches;
  readonly selection: Selection;
  /** Does what the page asks for; `value` is a record's id, or the text to copy. */
  readonly act: (action: PageAction, cacheId: string, value: string) => void;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

/**
 * The graph of one open cache in a webview panel. The page is thrown away whenever the panel is hidden and asks for
 * everything again (`ready`) when it comes back, so nothing is sent to a page that has not asked.
 */
export class GraphPanel implements vscode.Disposable {
  private pageIsReady = false;
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidDispose: vscode.Event<void>;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly cacheId: string,
    private readonly parts: GraphPanelParts,
  ) {
    const { caches, selection, extensionUri } = parts;
    this.onDidDispose = panel.onDidDispose;
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => (this.pageIsReady &&= panel.visible)),
      caches.onDidChange((change) => this.cacheChanged(change)),
      selection.onDidChange((change) => this.selectionChanged(change)),
      panel.onDidDispose(() => this.subscriptions.forEach((it) => void it.dispose())),
    ];
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'graph-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'graph-dark.svg'),
    };
    panel.webview.options = graphPanelOptions(extensionUri);
    this.setTitle();
    panel.webview.html = pageFor(panel, extensionUri);
  }

  /** Brings the panel to the front and asks its page to bring the selected record into view. */
  show(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
    this.sendSelection(true);
  }

  dispose(): void {
    this.panel.dispose();
  }

  private receive(value: unknown): void {
    const parsed = parsePageMessage(value);
    if (parsed.ok) this.handle(parsed.value);
    else this.parts.log.error(`The graph page sent what is no message: ${parsed.problem}`);
  }

  private handle(message: PageMessage): void {
    const { caches, act, log } = this.parts;
    switch (message.type) {
      case 'ready':
        this.pageIsReady = true;
        this.sendState();
        this.sendGraph();
        this.sendSelection(false);
        break;
      case 'select':
        this.select(message.recordId);
        break;
      case 'request':
        this.send(answerRequest(message, caches.get(this.cacheId)?.loaded?.index));
        break;
      case 'action':
        act(message.action, this.cacheId, message.value);
        break;
      case 'log':
        log[message.level](`Graph page: ${message.message}`);
        break;
    }
  }

  /** The page selects nothing also when the selection went to another cache; that is no wish to clear it. */
  private select(recordId: string | undefined): void {
    const { selection } = this.parts;
    if (recordId !== undefined) selection.set({ cacheId: this.cacheId, recordId }, 'graph');
    else if (selection.current?.cacheId === this.cacheId) selection.set(undefined, 'graph');
  }

  private cacheChanged({ cache, what }: CacheChange): void {
    if (cache.id !== this.cacheId) return;
    if (what === 'closed') {
      this.dispose();
      return;
    }
    this.setTitle();
    this.sendState();
    if (what !== 'inventory') return;
    this.sendGraph();
    this.sendSelection(false);
  }

  private selectionChanged({ selected, origin }: SelectionChange): void {
    if (origin === 'graph' && (selected === undefined || selected.cacheId === this.cacheId)) return;
    this.sendSelection(origin !== 'graph');
  }

  private sendState(): void {
    const cache = this.parts.caches.get(this.cacheId);
    if (cache === undefined) return;
    this.send({ type: 'state', cache: nameOf(cache), state: stateOf(cache) });
  }

  private sendGraph(): void {
    const cache = this.parts.caches.get(this.cacheId);
    if (!this.pageIsReady || cache?.loaded === undefined) return;
    const { index, inventory, revision } = cache.loaded;
    this.send({
      type: 'graph',
      revision,
      cache: nameOf(cache),
      columns: columnsOf(index),
      takenAt: inventory.takenAt,
      notes: inventory.notes.map(({ message }) => message),
    });
  }

  private sendSelection(reveal: boolean): void {
    const selected = this.parts.selection.current;
    const recordId = selected?.cacheId === this.cacheId ? selected.recordId : undefined;
    this.send({ type: 'select', recordId, reveal });
  }

  /** A message to a page that is gone is dropped: the page asks for all of it when it is back. */
  private send(message: HostMessage): void {
    if (this.pageIsReady) void this.panel.webview.postMessage(message);
  }

  private setTitle(): void {
    this.panel.title = `Graph: ${this.parts.caches.get(this.cacheId)?.label ?? 'build cache'}`;
  }
}

/** Scripts on; files of the extension only, and of those only what a page needs. */
export function graphPanelOptions(
  extensionUri: vscode.Uri,
): vscode.WebviewOptions & vscode.WebviewPanelOptions {
  const folder = (name: string) => vscode.Uri.joinPath(extensionUri, name);
  return { enableScripts: true, localResourceRoots: [folder('dist'), folder('media')] };
}

function pageFor({ webview, title }: vscode.WebviewPanel, extensionUri: vscode.Uri): string {
  const address = (...path: string[]) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  return pageHtml({
    nonce: randomBytes(18).toString('base64url'),
    cspSource: webview.cspSource,
    scriptUri: address('dist', 'page.js'),
    styleUri: address('media', 'page.css'),
    workerUri: address('dist', 'layoutWorker.js'),
    title,
  });
}

function nameOf({ id, label, location }: OpenCache): CacheName {
  return { id, label, location };
}

function stateOf({ status, loaded, label }: OpenCache): CacheState {
  switch (status.kind) {
    case 'unread':
      if (loaded !== undefined) return { kind: 'ready' };
      return status.cancelled
        ? { kind: 'failed', message: `Reading ${label} was stopped.` }
        : { kind: 'loading', message: `Reading ${label}` };
    case 'reading':
      return { kind: 'loading', message: `Reading ${label}: ${status.progress.stage}` };
    case 'ready':
      return { kind: 'ready' };
    case 'failed':
      return { kind: 'failed', message: status.error.message };
  }
}
