import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HostMessage, PageMessage } from '../../../src/protocol/messages';
import { parseHostMessage } from '../../../src/protocol/parseMessages';

/** A webview panel whose page is played by the test. What is posted is checked as the page would check it. */
export class FakePanel implements vscode.WebviewPanel {
  readonly viewType = 'test';
  readonly options = {};
  readonly viewColumn = vscode.ViewColumn.One;
  title = '';
  iconPath: vscode.WebviewPanel['iconPath'];
  active = true;
  visible = true;
  disposed = false;
  readonly sent: HostMessage[] = [];
  private readonly said = new vscode.EventEmitter<unknown>();
  private readonly viewStateChanged = new vscode.EventEmitter<vscode.WebviewPanelOnDidChangeViewStateEvent>();
  private readonly gone = new vscode.EventEmitter<void>();
  readonly onDidChangeViewState = this.viewStateChanged.event;
  readonly onDidDispose = this.gone.event;
  readonly webview: vscode.Webview = {
    options: {},
    html: '',
    cspSource: 'https://csp.example',
    onDidReceiveMessage: this.said.event,
    asWebviewUri: (uri) => uri.with({ scheme: 'https', authority: 'files.example' }),
    postMessage: (message: unknown) => {
      const parsed = parseHostMessage(structuredClone(message));
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem);
      this.sent.push(parsed.value);
      return Promise.resolve(true);
    },
  };

  /** Sends what a page could send; `unknown` stands for what a page should not. */
  say(message: PageMessage | { readonly wrong: unknown }): void {
    this.said.fire(message);
  }

  /** The messages since the last call. */
  take(): HostMessage[] {
    return this.sent.splice(0);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    this.viewStateChanged.fire({ webviewPanel: this });
  }

  reveal(): void {
    this.setVisible(true);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.gone.fire();
  }
}
