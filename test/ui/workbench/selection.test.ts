import { expect, it } from 'vitest';
import { openWorkbench } from '../support/workbench';
import { detailsFact, detailsHeading, reloadWindow, rowLabel, selectedRow } from './support';

it('shows one and the same record in tree, graph and details, whoever selects it, and after a reload', async () => {
  const workbench = await openWorkbench();
  await workbench.showContainer();
  const { page } = workbench;
  await workbench.runCommand('Build Cache: Open Sample Cache');
  await (await workbench.waitForTreeRow('Regular')).click();

  // A click in the tree.
  const clicked = await workbench.waitForTreeRow(/^merge of 4/);
  await clicked.click();
  await detailsHeading(workbench).filter({ hasText: 'merge of 4' }).waitFor();
  const size = /^[\d.]+[kMG]?B/.exec(await clicked.locator('.label-description').innerText())?.[0];
  expect(await detailsFact(workbench, 'Size').innerText()).toBe(size);

  // The keyboard in the tree: the row before, opened by Enter; the focus stays in the tree.
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await detailsHeading(workbench).filter({ hasNotText: 'merge of 4' }).waitFor();
  const above = await rowLabel(selectedRow(workbench)).innerText();
  expect(await detailsHeading(workbench).innerText()).toBe(above);
  expect(await page.evaluate(() => document.activeElement?.closest('.part.sidebar') !== null)).toBe(true);

  // A search in the graph.
  const search = workbench.webview().getByRole('searchbox');
  await search.fill('tinybase');
  await workbench.webview().locator('.hit-count').filter({ hasText: /hit/ }).waitFor();
  await search.press('Enter');
  await detailsHeading(workbench).filter({ hasText: 'tinybase' }).waitFor();
  await rowLabel(selectedRow(workbench)).filter({ hasText: 'tinybase' }).waitFor();

  // A link in the details.
  const id = await detailsFact(workbench, 'ID').innerText();
  await workbench.webview().locator('aside.details li button').first().click();
  await detailsFact(workbench, 'ID').filter({ hasNotText: id }).waitFor();
  const linked = await detailsHeading(workbench).innerText();
  await rowLabel(selectedRow(workbench)).filter({ hasText: linked }).waitFor();

  // The quick pick, by id.
  await workbench.runCommand('Build Cache: Find Record...');
  await workbench.fillQuickInput(id);
  const found = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: id });
  await found.first().click();
  await detailsFact(workbench, 'ID').filter({ hasText: id }).waitFor();
  await rowLabel(selectedRow(workbench)).filter({ hasText: 'tinybase' }).waitFor();

  await reloadWindow(workbench);
  await detailsFact(workbench, 'ID').filter({ hasText: id }).waitFor();
  await rowLabel(selectedRow(workbench)).filter({ hasText: 'tinybase' }).waitFor();
  expect(workbench.errors).toEqual([]);
  await workbench.close();
}, 120_000);
