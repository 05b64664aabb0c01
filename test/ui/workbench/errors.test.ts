import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeRoot } from '../../support/buildkitRoot';
import { openWorkbench } from '../support/workbench';
import { openRoot, rowLabel } from './support';

it('says what is wrong with a folder that is no cache, and reads it when that is mended', async () => {
  const root = mkdtempSync(join(tmpdir(), 'build-cache-inspector-mended-'));
  const workbench = await openWorkbench();
  await workbench.showContainer();
  await openRoot(workbench, root);
  const failed = await workbench.waitForTreeRow(`${root} is not a BuildKit cache`);
  const notification = workbench.notifications().filter({ hasText: 'is not a BuildKit cache' });
  await notification.getByRole('button', { name: 'Show Log' }).waitFor();
  await workbench.page.locator('.activitybar .badge-content', { hasText: '1' }).waitFor();

  writeRoot(root, {
    records: {
      one: { 'cache.description': 'mount / from exec /bin/sh -c make', 'snapshot.committed': true },
    },
    snapshots: { one: { kind: 'committed', size: 5000 } },
  });
  await failed.hover();
  await failed.locator('a.action-label[aria-label^="Refresh"]').click();
  await (await workbench.waitForTreeRow('Regular')).click();
  expect(await rowLabel(await workbench.waitForTreeRow('RUN make')).innerText()).toBe('RUN make');
  await failed.waitFor({ state: 'hidden' });

  await workbench.runCommand('Build Cache: Close Cache');
  await workbench.page.locator('.part.sidebar').getByText('No build cache is open.').waitFor();
  await workbench.close();
  rmSync(root, { recursive: true });
}, 120_000);
