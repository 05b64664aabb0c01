import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { GraphPanel } from '../../src/host/graphPanel';
import type { OpenCaches } from '../../src/host/openCaches';
import { Selection } from '../../src/host/selection';
import { CacheError } from '../../src/model/cacheError';
import type { Inventory } from '../../src/model/inventory';
import type { PageAction } from '../../src/protocol/messages';
import { layerOn, makeInventory, makeRecord } from '../unit/model/records';
import { FakePanel } from './support/fakePanel';
import { fakeCaches } from './support/fakeCaches';

const inventory = makeInventory(
  [
    makeRecord({ id: 'base', description: 'pulled from docker.io/library/node:20' }),
    makeRecord({ id: 'child', parents: layerOn('base'), description: '<img src=x>' }),
  ],
  { notes: [{ severity: 'warning', message: 'snapshots.db is not there' }] },
);

interface Opened {
  readonly caches: OpenCaches;
  readonly selection: Selection;
  readonly panel: FakePanel;
  readonly graph: GraphPanel;
  readonly acts: (readonly [PageAction, string, string])[];
}

function panelOf(read: () => Promise<Inventory>): Opened {
  const { caches, log } = fakeCaches(() => read);
  const selection = new Selection();
  const panel = new FakePanel();
  const acts: [PageAction, string, string][] = [];
  const graph = new GraphPanel(panel, '/a', {
    caches,
    selection,
    log,
    extensionUri: vscode.Uri.file('/extension'),
    act: (...act) => acts.push(act),
  });
  return { caches, selection, panel, graph, acts };
}

/** A panel whose cache has been read and whose page has asked for everything. */
async function readyPanel(): Promise<Opened> {
  const opened = panelOf(() => Promise.resolve(inventory));
  await opened.caches.open('/a');
  opened.panel.say({ type: 'ready' });
  opened.panel.take();
  return opened;
}

describe('a graph panel', () => {
  it('allows only the page’s own script, styles from the extension and no more than two folders', () => {
    const { panel } = panelOf(() => Promise.resolve(inventory));
    const { html, options } = panel.webview;
    const nonces = [...html.matchAll(/nonce[-=]"?([\w-]{24})/g)].map((match) => match[1]);
    assert.equal(nonces.length, 2);
    assert.equal(new Set(nonces).size, 1);
    assert.match(html, /default-src &#39;none&#39;/);
    assert.doesNotMatch(html, /unsafe/);
    assert.deepEqual(
      options.localResourceRoots?.map(({ path }) => path),
      ['/extension/dist', '/extension/media'],
    );
    const other = panelOf(() => Promise.resolve(inventory)).panel.webview.html;
    assert.ok(!other.includes(nonces[0]));
  });

  it('is named after its cache, and sends nothing before the page asks', async () => {
    const { caches, panel } = panelOf(() => Promise.resolve(inventory));
    await caches.open('/a');
    assert.equal(panel.title, 'Graph: label of /a');
    assert.deepEqual(panel.take(), []);
  });

  it('gives the page state, graph and selection when it asks, as often as it asks', async () => {
    const { caches, panel, selection } = panelOf(() => Promise.resolve(inventory));
    await caches.open('/a');
    selection.set({ cacheId: '/a', recordId: 'child' }, 'command');
    for (let time = 0; time < 2; time++) {
      panel.say({ type: 'ready' });
      const [state, graph, select, ...rest] = panel.take();
      assert.deepEqual(rest, []);
      assert.ok(state.type === 'state' && state.state.kind === 'ready');
      assert.deepEqual(state.cache, { id: '/a', label: 'label of /a', location: '/a' });
      assert.ok(graph.type === 'graph');
      assert.equal(graph.columns.count, 2);
      assert.equal(graph.revision, 1);
      assert.deepEqual(graph.notes, ['snapshots.db is not there']);
      assert.deepEqual(select, { type: 'select', recordId: 'child', reveal: false });
    }
  });

  it('sends a new revision when the cache is read again', async () => {
    const { caches, panel } = await readyPanel();
    await caches.refresh('/a');
    const graphs = panel.take().filter((message) => message.type === 'graph');
    assert.deepEqual(
      graphs.map(({ revision }) => revision),
      [2],
    );
  });

  it('sends nothing to a page that is hidden, and all of it when the page is back', async () => {
    const { caches, panel, selection } = await readyPanel();
    panel.setVisible(false);
    await caches.refresh('/a');
    selection.set({ cacheId: '/a', recordId: 'base' }, 'tree');
    assert.deepEqual(panel.take(), []);
    panel.setVisible(true);
    panel.say({ type: 'ready' });
    const types = panel.take().map(({ type }) => type);
    assert.deepEqual(types, ['state', 'graph', 'select']);
  });

  it('tells of a cache that cannot be read, in words', async () => {
    const { caches, panel } = panelOf(() => Promise.reject(new CacheError('corrupt', 'No good page.')));
    panel.say({ type: 'ready' });
    await caches.open('/a');
    const states = panel.take().flatMap((message) => (message.type === 'state' ? [message.state] : []));
    assert.deepEqual(states.at(-1), { kind: 'failed', message: 'No good page.' });
    assert.equal(states[0].kind, 'loading');
  });

  it('answers requests, those it cannot fulfil with an error', async () => {
    const { panel } = await readyPanel();
    panel.say({ type: 'request', requestId: 1, method: 'details', params: { recordId: 'child' } });
    panel.say({ type: 'request', requestId: 2, method: 'details', params: { recordId: 'gone' } });
    panel.say({ type: 'request', requestId: 3, method: 'search', params: { text: 'NODE' } });
    const [details, gone, found] = panel.take();
    assert.ok(details.type === 'reply' && details.ok && details.requestId === 1);
    assert.ok(gone.type === 'reply' && !gone.ok);
    assert.equal(gone.error.message, 'There is no record gone in test.');
    assert.deepEqual(found, { type: 'reply', requestId: 3, ok: true, result: { indices: [0] } });
  });

  it('passes over what is no message', async () => {
    const { panel, acts, selection } = await readyPanel();
    for (const wrong of [
      undefined,
      7,
      'ready',
      { type: 'nonsense' },
      { type: 'action', action: 'rm', value: '/' },
    ]) {
      panel.say({ wrong });
    }
    assert.deepEqual([panel.take(), acts, selection.current], [[], [], undefined]);
  });

  it('selects for everyone what is selected in its page, and is not told of that again', async () => {
    const { panel, selection } = await readyPanel();
    panel.say({ type: 'select', recordId: 'child' });
    assert.deepEqual(selection.current, { cacheId: '/a', recordId: 'child' });
    assert.deepEqual(panel.take(), []);
    selection.set({ cacheId: '/a', recordId: 'base' }, 'tree');
    assert.deepEqual(panel.take(), [{ type: 'select', recordId: 'base', reveal: true }]);
  });

  it('does not clear a selection that went to another cache', async () => {
    const { panel, selection } = await readyPanel();
    selection.set({ cacheId: '/b', recordId: 'x' }, 'graph');
    assert.deepEqual(panel.take(), [{ type: 'select', recordId: undefined, reveal: false }]);
    panel.say({ type: 'select', recordId: undefined });
    assert.deepEqual(selection.current, { cacheId: '/b', recordId: 'x' });
  });

  it('hands on what the page wants done, with its cache', async () => {
    const { panel, acts } = await readyPanel();
    panel.say({ type: 'action', action: 'openJson', value: 'child' });
    assert.deepEqual(acts, [['openJson', '/a', 'child']]);
  });

  it('goes when its cache is closed', async () => {
    const { panel, caches } = await readyPanel();
    await caches.close('/a');
    assert.ok(panel.disposed);
  });
});
