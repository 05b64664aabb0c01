import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { GraphPanels } from '../../src/host/graphPanels';
import type { OpenCaches } from '../../src/host/openCaches';
import { Selection } from '../../src/host/selection';
import type { PageState } from '../../src/protocol/pageState';
import { makeInventory, makeRecord } from '../unit/model/records';
import { fakeCaches } from './support/fakeCaches';
import { FakePanel } from './support/fakePanel';

const state: PageState = {
  cache: { id: '/a', label: 'a', location: '/a' },
  selectedId: 'one',
  expandedIds: [],
  detailsOpen: true,
  legendOpen: true,
  searchText: '',
};

function panelsOf(): { panels: GraphPanels; caches: OpenCaches; selection: Selection } {
  const inventory = makeInventory([makeRecord({ id: 'one' })]);
  const { caches, log } = fakeCaches(() => () => Promise.resolve(inventory));
  const selection = new Selection();
  const extensionUri = vscode.Uri.file('/extension');
  const panels = new GraphPanels({ caches, selection, log, extensionUri, act: () => undefined });
  return { panels, caches, selection };
}

describe('graph panels after a window reload', () => {
  it('come back with their cache and the record that was selected', async () => {
    const { panels, caches, selection } = panelsOf();
    const panel = new FakePanel();
    await panels.deserializeWebviewPanel(panel, state);
    assert.equal(caches.get('/a')?.status.kind, 'ready');
    assert.deepEqual(selection.current, { cacheId: '/a', recordId: 'one' });
    panel.say({ type: 'ready' });
    assert.deepEqual(
      panel.take().map(({ type }) => type),
      ['state', 'graph', 'select'],
    );
  });

  it('are closed when nobody knows what they showed', async () => {
    const { panels, caches } = panelsOf();
    for (const unknown of [undefined, null, 'x', {}, { cache: { id: 7 } }]) {
      const panel = new FakePanel();
      await panels.deserializeWebviewPanel(panel, unknown);
      assert.ok(panel.disposed);
    }
    assert.deepEqual(caches.all(), []);
  });

  it('are not doubled', async () => {
    const { panels } = panelsOf();
    const [first, second] = [new FakePanel(), new FakePanel()];
    await panels.deserializeWebviewPanel(first, state);
    await panels.deserializeWebviewPanel(second, state);
    assert.deepEqual([first.disposed, second.disposed], [false, true]);
  });
});
