import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../../../scripts/support/browser.mjs';
import { buildBundles } from '../../../../scripts/support/bundles.mjs';
import { indexInventory, type InventoryIndex } from '../../../../src/model/inventoryIndex';
import type { Inventory } from '../../../../src/model/inventory';
import { recordDetails } from '../../../../src/model/recordDetails';
import { searchRecords } from '../../../../src/model/search';
import { columnsOf } from '../../../../src/protocol/columnsOf';
import type { CacheName, HostMessage, PageMessage, RequestMessage } from '../../../../src/protocol/messages';
import { parsePageMessage } from '../../../../src/protocol/parseMessages';
import { startPageServer, type PageServer } from './pageServer';
import dark from './themes/dark.json';
import highContrastDark from './themes/highContrastDark.json';
import highContrastLight from './themes/highContrastLight.json';
import light from './themes/light.json';
import { decodeInPage, encode } from './wire';

export type ThemeName = 'dark' | 'light' | 'highContrastDark' | 'highContrastLight';

export interface GraphPageOptions {
  readonly inventory: Inventory;
  readonly theme?: ThemeName;
  /** In CSS pixels; 1280 by 800 when not given. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly pixelRatio?: number;
  readonly reducedMotion?: boolean;
  readonly forcedColors?: boolean;
  /** The host does not answer on its own. */
  readonly silent?: boolean;
}

let shared: Promise<{ browser: Browser; server: PageServer }> | undefined;
const opened = new Set<GraphPage>();

/** Closes every page and what they share; for the end of a test file. */
export async function closeGraphPages(): Promise<void> {
  for (const page of opened) await page.close();
  const { browser, server } = (await shared) ?? {};
  await browser?.close();
  await server?.stop();
  shared = undefined;
}

async function start(): Promise<{ browser: Browser; server: PageServer }> {
  await buildBundles({ names: ['page', 'layoutWorker'], production: true });
  const { browser } = await launchBrowser();
  return { browser, server: await startPageServer() };
}

/** Opens the built page in a browser, with a host behind it that answers from an inventory. */
export async function openGraphPage(options: GraphPageOptions): Promise<GraphPage> {
  shared ??= start();
  const { browser, server } = await shared;
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.pixelRatio ?? 1,
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
    forcedColors: options.forcedColors === true ? 'active' : 'none',
  });
  const graphPage = new GraphPage(context, await context.newPage(), options, server.pageAddress);
  opened.add(graphPage);
  await graphPage.open();
  return graphPage;
}

/** The page in a browser, and what the host and a person do with it. */
export class GraphPage {
  /** Everything that the page has sent. */
  readonly sent: PageMessage[] = [];
  /** Errors, refused messages and violations of the content security policy; a sound page has none. */
  readonly problems: string[] = [];
  /** The host refuses all requests. */
  failRequests = false;
  #index: InventoryIndex;
  #revision = 0;

  constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly options: GraphPageOptions,
    private readonly address: string,
  ) {
    this.#index = indexInventory(options.inventory);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  get cache(): CacheName {
    const { label, location } = this.#index.inventory.source;
    return { id: location, label, location };
  }

  async open(): Promise<void> {
    await this.page.exposeFunction('hostReceives', (message: unknown) => this.#receive(message));
    await this.page.addInitScript(setUpEditor, editorThemes[this.options.theme ?? 'dark']);
    await this.page.goto(this.address);
  }

  /** Sends the graph of another inventory, as after a refresh. */
  async showInventory(inventory: Inventory): Promise<void> {
    this.#index = indexInventory(inventory);
    await this.sendGraph();
  }

  async sendGraph(): Promise<void> {
    await this.send(this.#graphMessage());
  }

  /** Puts the graph's message into the page, as `preparedGraph`, without sending it. */
  async prepareGraph(): Promise<void> {
    await this.page.evaluate(`globalThis.preparedGraph = ${decoded(this.#graphMessage())}; undefined`);
  }

  async send(message: unknown): Promise<void> {
    await this.page.evaluate(`postMessage(${decoded(message)})`);
  }

  #graphMessage(): HostMessage {
    const { inventory } = this.#index;
    return {
      type: 'graph',
      revision: ++this.#revision,
      cache: this.cache,
      columns: columnsOf(this.#index),
      takenAt: inventory.takenAt,
      notes: inventory.notes.map(({ message }) => message),
    };
  }

  /** Waits until the page has told of its first picture. */
  async waitForPicture(): Promise<void> {
    await this.waitFor(() =>
      this.sent.some((it) => it.type === 'log' && it.message.startsWith('First picture')),
    );
    await this.settle();
  }

  async waitFor(isTrue: () => boolean): Promise<void> {
    for (let i = 0; i < 400 && !isTrue(); i++) await this.page.waitForTimeout(25);
    if (!isTrue()) throw new Error('What was waited for did not come within 10 seconds.');
  }

  /** Waits until motions have ended and are drawn. */
  async settle(): Promise<void> {
    await this.page.waitForTimeout(this.options.reducedMotion === true ? 60 : 320);
  }

  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(applyTheme, editorThemes[theme]);
    await this.settle();
  }

  /** What the page has kept with the editor. */
  async keptState(): Promise<Record<string, unknown>> {
    const kept = await this.page.evaluate(() => {
      dispatchEvent(new Event('pagehide'));
      return sessionStorage.getItem('state') ?? '{}';
    });
    return JSON.parse(kept) as Record<string, unknown>;
  }

  /** The page is thrown away and made anew, as when its panel is hidden and shown. */
  async reload(): Promise<void> {
    this.sent.length = 0;
    await this.page.reload();
  }

  get selectedId(): string | undefined {
    return this.sent.findLast((it) => it.type === 'select')?.recordId;
  }

  async close(): Promise<void> {
    opened.delete(this);
    await this.context.close();
  }

  async #receive(value: unknown): Promise<void> {
    const parsed = parsePageMessage(value);
    if (!parsed.ok) {
      this.problems.push(parsed.problem);
      return;
    }
    const message = parsed.value;
    this.sent.push(message);
    if (message.type === 'log' && message.level === 'error') this.problems.push(message.message);
    if (this.options.silent === true) return;
    if (message.type === 'ready') await this.sendGraph();
    if (message.type === 'request') await this.send(this.#answer(message));
  }

  #answer(request: RequestMessage): HostMessage {
    const { requestId } = request;
    if (request.method === 'search') {
      const indices = searchRecords(this.#index, request.params.text);
      return { type: 'reply', requestId, ok: true, result: { indices } };
    }
    const at = this.failRequests ? undefined : this.#index.recordIndex(request.params.recordId);
    if (at === undefined) {
      return {
        type: 'reply',
        requestId,
        ok: false,
        error: { reason: 'notFound', message: 'No such record.' },
      };
    }
    const result = recordDetails(this.#index, at, this.#index.inventory.takenAt);
    return { type: 'reply', requestId, ok: true, result };
  }
}

/** An expression that gives the message in the page. */
function decoded(message: unknown): string {
  return `(${decodeInPage.toString()})(${JSON.stringify(encode(message))})`;
}

interface EditorTheme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

const editorThemes: Readonly<Record<ThemeName, EditorTheme>> = {
  dark: { bodyClass: 'vscode-dark', variables: dark },
  light: { bodyClass: 'vscode-light', variables: light },
  highContrastDark: { bodyClass: 'vscode-high-contrast', variables: highContrastDark },
  highContrastLight: {
    bodyClass: 'vscode-high-contrast vscode-high-contrast-light',
    variables: highContrastLight,
  },
};

/** Runs in the page. */
function applyTheme({ bodyClass, variables }: EditorTheme): void {
  document.documentElement.removeAttribute('style');
  for (const [name, value] of Object.entries(variables))
    document.documentElement.style.setProperty(name, value);
  document.body.className = bodyClass;
}

/** Runs in the page before its own script: gives it what an editor would. */
function setUpEditor(theme: EditorTheme): void {
  const editor = globalThis as unknown as {
    acquireVsCodeApi(): unknown;
    hostReceives(message: unknown): Promise<void>;
  };
  editor.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => void editor.hostReceives(message),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown,
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    void editor.hostReceives({
      type: 'log',
      level: 'error',
      message: `CSP ${violatedDirective}: ${blockedURI}`,
    });
  });
  const apply = () => {
    for (const [name, value] of Object.entries(theme.variables)) {
      document.documentElement.style.setProperty(name, value);
    }
    document.body.className = theme.bodyClass;
  };
  const observer = new MutationObserver(() => {
    if (document.querySelector('body') === null) return;
    observer.disconnect();
    apply();
  });
  observer.observe(document, { childList: true, subtree: true });
}
