import { expect, it } from 'vitest';
import { openWorkbench } from '../support/workbench';
import { reloadWindow } from './support';

it('groups and sorts by the view’s menu, says so, and remembers it over a reload', async () => {
  const workbench = await openWorkbench();
  await workbench.showContainer();
  const { page } = workbench;
  const sidebar = page.locator('.part.sidebar');
  const words = sidebar.locator('.message');
  await workbench.runCommand('Build Cache: Open Sample Cache');
  await words.filter({ hasText: 'by type · sorted by size' }).waitFor();
  await workbench.waitForTreeRow('Cache mounts');

  await page
    .getByRole('toolbar', { name: 'Build Cache: Caches' })
    .getByRole('button', { name: 'Group By...' })
    .click();
  await workbench.quickPickRow('Flat').click();
  await words.filter({ hasText: /^sorted by size$/ }).waitFor();
  await workbench.runCommand('Build Cache: Sort By...');
  await workbench.quickPickRow('By description').click();
  await words.filter({ hasText: /^sorted by description$/ }).waitFor();
  await workbench.waitForTreeRow(/^copy /);
  const labels = (await workbench.treeRows()).slice(1).map(({ label }) => label.toLowerCase());
  expect(labels.length).toBeGreaterThan(10);
  expect(labels).toEqual([...labels].sort());

  await reloadWindow(workbench);
  await workbench.waitForTreeRow(/^copy /);
  await words.filter({ hasText: /^sorted by description$/ }).waitFor();
  expect(workbench.errors).toEqual([]);
  await workbench.close();
}, 90_000);
