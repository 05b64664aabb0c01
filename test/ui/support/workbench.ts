import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, inject } from 'vitest';
import { launchBrowser } from '../../../scripts/support/browser.mjs';

export type Theme = 'dark' | 'light' | 'highContrastDark' | 'highContrastLight';

export interface WorkbenchOptions {
  /** The folder to open; an empty one when not given. Nothing is written into it. */
  readonly folder?: string;
  /** Workspace settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Dark when not given. */
  readonly theme?: Theme;
  /** In CSS pixels; 1280 by 800 when not given. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A row of a tree view, as a person sees it. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  /** 1 for the outermost rows. */
  readonly level: number;
  /** `undefined` for a row without children. */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
}

/** The editor's name of each theme, and the class it puts on the workbench. */
const themes: Readonly<Record<Theme, { readonly name: string; readonly className: string }>> = {
  dark: { name: 'Default Dark Modern', className: 'vs-dark' },
  light: { name: 'Default Light Modern', className: 'vs' },
  highContrastDark: { name: 'Default High Contrast', className: 'hc-black' },
  highContrastLight: { name: 'Default High Contrast Light', className: 'hc-light' },
};

/** What the workbench itself complains about, with or without the extension. */
const expectedErrors = [
  /vsda(_bg)?\.(js|wasm)/,
  /404 \(Not Found\)/,
  /serviceWorker\.js/,
  /bindings file/,
  /native-watchdog/,
  /A bad HTTP response code \(404\)/,
];

/** One browser for all the windows that a test file opens. */
let sharedBrowser: Promise<Browser> | undefined;
const opened = new Set<Workbench>();

afterAll(async () => {
  for (const workbench of opened) await workbench.close();
  await (await sharedBrowser)?.close();
  sharedBrowser = undefined;
});

/** Opens a workbench in a browser window of its own (nothing is shared with another one) and waits until it is up. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  sharedBrowser ??= launchBrowser().then(({ browser }) => browser);
  const browser = await sharedBrowser;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'build-cache-inspector-workspace-')));
  const theme = themes[options.theme ?? 'dark'];
  const workspace = join(folder, 'test.code-workspace');
  const settings = { 'workbench.colorTheme': theme.name, ...options.settings };
  mkdirSync(join(folder, 'empty'));
  writeFileSync(
    workspace,
    JSON.stringify({ folders: [{ path: options.folder ?? join(folder, 'empty') }], settings }),
  );
  const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
  const page = await context.newPage();
  const workbench = new Workbench(page, context, folder);
  opened.add(workbench);
  await page.goto(`${inject('vscodeOrigin')}/?${new URLSearchParams({ workspace }).toString()}`);
  await workbench.waitUntilReady();
  await page.locator(`.monaco-workbench.${theme.className}`).waitFor();
  return workbench;
}

/** A workbench in a browser window, and what a person does there. */
export class Workbench {
  readonly #context: BrowserContext;
  readonly #folder: string;
  readonly #errors: string[] = [];

  constructor(
    readonly page: Page,
    context: BrowserContext,
    folder: string,
  ) {
    this.#context = context;
    this.#folder = folder;
    page.on('console', (message) => {
      if (message.type() === 'error') this.#noteError(message.text());
    });
    page.on('pageerror', (error) => this.#noteError(error.message));
  }

  #noteError(text: string): void {
    if (!expectedErrors.some((pattern) => pattern.test(text))) this.#errors.push(text);
  }

  /** Every console error and uncaught exception so far, of the workbench and of all pages in it, without the editor's own. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Waits for the workbench, and for the extension's icon in it. */
  async waitUntilReady(): Promise<void> {
    await this.containerIcon().waitFor({ timeout: 45_000 });
  }

  /** Loads the window anew, as the command "Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilReady();
  }

  /** The icon of the extension's view container. */
  containerIcon(): Locator {
    return this.page.locator('.activitybar a.action-label[aria-label^="Build Cache"]');
  }

  /** Shows the extension's views in the side bar. */
  async showContainer(): Promise<void> {
    const title = this.page.locator('.part.sidebar .composite.title').filter({ hasText: /build cache/i });
    if (!(await title.isVisible())) await this.containerIcon().click();
    await title.waitFor();
  }

  /**
   * Runs a command by its palette title, "Build Cache: Refresh".
   * @throws when the palette does not offer exactly that
   */
  async runCommand(title: string): Promise<void> {
    await this.fillQuickInput(`>${title}`, 'F1');
    await this.quickPickRow(title).click();
  }

  /** Types into the quick input that is open, or that `key` opens, and waits until it stands there. */
  async fillQuickInput(text: string, key?: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    if (key !== undefined) {
      // Right after loading, the workbench may not listen to its keys yet.
      for (let attempt = 0; !(await isVisibleWithin(input, 1000)) && attempt < 10; attempt++) {
        await this.page.keyboard.press(key);
      }
    }
    await input.fill(text);
  }

  /** The row of the open quick pick whose label is exactly this. */
  quickPickRow(label: string): Locator {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    return rows.filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) }).first();
  }

  /** The rows of the side bar's tree that are rendered (a long tree renders those in view), from top to bottom. */
  async treeRows(): Promise<TreeRow[]> {
    return this.treeRowLocator().evaluateAll((elements) => {
      const top = (element: Element): number => element.getBoundingClientRect().top;
      const inOrder = [...elements].sort((a, b) => top(a) - top(b));
      return inOrder.map((element) => {
        const text = (selector: string): string => element.querySelector(selector)?.textContent ?? '';
        const expanded = element.getAttribute('aria-expanded');
        return {
          label: text('.label-name'),
          description: text('.label-description'),
          ariaLabel: element.getAttribute('aria-label') ?? '',
          level: Number(element.getAttribute('aria-level')),
          expanded: expanded === null ? undefined : expanded === 'true',
          selected: element.getAttribute('aria-selected') === 'true',
        };
      });
    });
  }

  /** Waits for a rendered row of the side bar's tree that has this text. */
  async waitForTreeRow(text: string | RegExp): Promise<Locator> {
    const row = this.treeRowLocator().filter({ hasText: text }).first();
    await row.waitFor();
    return row;
  }

  treeRowLocator(): Locator {
    return this.page.locator('.part.sidebar .pane-body .monaco-list-row');
  }

  /** The page inside the webview of the visible editor. */
  webview(): FrameLocator {
    return this.page
      .locator('iframe.webview:visible')
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** The notification toasts in view. */
  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  /**
   * Writes a picture of the window to test/ui/screenshots-out/NAME.png.
   * @returns the file
   */
  async screenshot(name: string): Promise<string> {
    const path = join(import.meta.dirname, '..', 'screenshots-out', `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    return path;
  }

  /** Closes the window. One that a failed test left open is closed after the last test of its file. */
  async close(): Promise<void> {
    opened.delete(this);
    await this.#context.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function isVisibleWithin(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
