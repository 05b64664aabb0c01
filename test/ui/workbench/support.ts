import type { Locator } from 'playwright-core';
import type { Workbench } from '../support/workbench';

/** Opens a cache by the command and the editor's own dialog, as a person does who knows the path. */
export async function openRoot(workbench: Workbench, path: string): Promise<void> {
  await workbench.runCommand('Build Cache: Open BuildKit Root Directory...');
  const dialog = workbench.page
    .locator('.quick-input-widget')
    .filter({ hasText: 'Open BuildKit Root Directory' });
  await dialog.waitFor();
  const input = dialog.locator('input.input');
  // The dialog writes its own path first, ignores its button while it looks at what was typed, and may blink.
  for (let gone = 0; gone < 3;) {
    gone = (await dialog.isVisible()) ? 0 : gone + 1;
    if (gone === 0) await type(input, path, dialog.getByRole('button', { name: 'Open Build Cache' }));
    await workbench.page.waitForTimeout(400);
  }
}

/** Types what is not there yet, or else presses the button; whatever is not possible now is left for the next time. */
async function type(input: Locator, text: string, button: Locator): Promise<void> {
  try {
    if ((await input.inputValue({ timeout: 500 })) === text) await button.click({ timeout: 500 });
    else await input.fill(text, { timeout: 500 });
  } catch {
    return;
  }
}

/** The heading of the graph page's details: the title of the selected record, or the cache's name. */
export function detailsHeading(workbench: Workbench): Locator {
  return workbench.webview().locator('aside.details h2');
}

/** The value of one fact in the details. */
export function detailsFact(workbench: Workbench, label: string): Locator {
  const rows = workbench.webview().locator('aside.details dl.facts > div');
  return rows
    .filter({ has: workbench.webview().locator('dt', { hasText: new RegExp(`^${label}$`) }) })
    .locator('dd span')
    .first();
}

/** The selected row of the tree. */
export function selectedRow(workbench: Workbench): Locator {
  return workbench.treeRowLocator().and(workbench.page.locator('[aria-selected="true"]'));
}

/** The titles in a row as they stand there. */
export function rowLabel(row: Locator): Locator {
  return row.locator('.label-name');
}

/** Reloads the window by the editor's own command, which keeps what it has to keep before it goes. */
export async function reloadWindow(workbench: Workbench): Promise<void> {
  const loaded = workbench.page.waitForEvent('load');
  await workbench.runCommand('Developer: Reload Window');
  await loaded;
  await workbench.waitUntilReady();
}
