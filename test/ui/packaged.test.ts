import { describe, expect, it } from 'vitest';
import { openWorkbench } from './support/workbench';

describe('the packaged extension', () => {
  it('has its icon, its view and its commands in a workbench', async () => {
    const workbench = await openWorkbench();
    await workbench.showContainer();
    await workbench.page.locator('.part.sidebar').getByText('Open Sample Cache').waitFor();

    await workbench.fillQuickInput('>Build Cache: Open', 'F1');
    await workbench.quickPickRow('Build Cache: Open Sample Cache').waitFor();
    await workbench.page.keyboard.press('Escape');
    expect(workbench.errors).toEqual([]);
    await workbench.close();
  });

  it('opens the sample by itself in a workspace whose settings ask for it', async () => {
    const settings = { 'buildCacheInspector.openSampleOnStart': true };
    const workbench = await openWorkbench({ theme: 'highContrastLight', settings });
    await workbench.showContainer();
    await workbench.waitForTreeRow('sample');
    await workbench.waitForTreeRow('Regular');
    expect(workbench.errors).toEqual([]);
    await workbench.close();
  });
});
