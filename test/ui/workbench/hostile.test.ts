import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeRoot } from '../../support/buildkitRoot';
import { openWorkbench } from '../support/workbench';
import { detailsHeading, openRoot } from './support';

const html =
  '<img src=x onerror="top.hacked = true"><script>top.hacked = true</script> [go](command:x) $(zap)';
const id = '../<b>"odd"</b> id?#%2e';

it('shows markup in descriptions and ids as text everywhere, and runs none of it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'build-cache-inspector-hostile-'));
  writeRoot(root, {
    records: {
      [id]: { 'cache.description': html, 'snapshot.committed': true, 'snapshot.size': 1000 },
      big: { 'cache.description': `begin ${'x'.repeat(1_000_000)} end`, 'snapshot.committed': true },
    },
    snapshots: { [id]: { kind: 'committed', size: 1000 }, big: { kind: 'committed', size: 1 } },
  });
  const workbench = await openWorkbench();
  await workbench.showContainer();
  const { page } = workbench;
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  await openRoot(workbench, root);
  await (await workbench.waitForTreeRow('Regular')).click();

  const row = await workbench.waitForTreeRow('<img src=x onerror=');
  await row.click();
  await detailsHeading(workbench).filter({ hasText: html }).waitFor();
  await page.mouse.move(640, 700);
  await row.hover();
  const hover = page.locator('.workbench-hover').filter({ hasText: '[go](command:x) $(zap)' });
  await hover.waitFor();
  expect(await hover.locator('img, script, a, .codicon').count()).toBe(0);
  await page.mouse.move(640, 700);

  await workbench.runCommand('Build Cache: Find Record...');
  await workbench.fillQuickInput('onerror');
  const found = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: '$(zap)' });
  await found.waitFor();
  expect(await found.locator('.codicon-zap').count()).toBe(0);
  await page.keyboard.press('Escape');
  await found.waitFor({ state: 'hidden' });

  await workbench.runCommand('Build Cache: Open Record as JSON');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'onerror' }).waitFor();

  await (await workbench.waitForTreeRow(/^begin x+…/)).click();
  await detailsHeading(workbench).filter({ hasText: 'begin' }).waitFor();

  const frames = await Promise.all(page.frames().map((frame) => frame.evaluate(() => 'hacked' in window)));
  expect(frames).not.toContain(true);
  expect(dialogs).toBe(0);
  expect(workbench.errors).toEqual([]);
  await workbench.close();
  rmSync(root, { recursive: true });
}, 120_000);
