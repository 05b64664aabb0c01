import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BuildCacheInspectorApi } from '../../src/host/api';
import type { OpenCache } from '../../src/host/openCaches';
import { until } from './support/fakeCaches';

const extension = vscode.extensions.getExtension<BuildCacheInspectorApi>(
  'build-cache-inspector.build-cache-inspector',
);

async function activated(): Promise<BuildCacheInspectorApi> {
  return (await extension?.activate()) ?? assert.fail('the extension is not there');
}

async function run(command: string, ...rest: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(`buildCacheInspector.${command}`, ...rest);
}

describe('local stores in the editor', () => {
  let folder = '';
  let api: BuildCacheInspectorApi;

  const path = (name: string) => join(folder, name);
  const cacheAt = (name: string): OpenCache | undefined => api.caches().find(({ id }) => id === path(name));
  const records = (name: string) => cacheAt(name)?.loaded?.inventory.records ?? [];

  before(async () => {
    api = await activated();
    folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-store-'));
  });

  afterEach(async () => {
    for (const { id } of api.caches()) await run('close', { cacheId: id });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are made in an empty folder, and open again', async () => {
    await run('createStore', path('made'));
    assert.equal(cacheAt('made')?.loaded?.inventory.source.kind, 'local');
    assert.ok(readdirSync(path('made')).includes('store.json'));
    await run('close', { cacheId: path('made') });
    assert.equal(cacheAt('made'), undefined);
    await run('openStore', path('made'));
    assert.equal(cacheAt('made')?.status.kind, 'ready');
  });

  it('give the lock back when their cache is closed', async () => {
    await run('createStore', path('locked'));
    await until(() => readdirSync(path('locked')).some((name) => name.startsWith('lock')), 'the lock');
    await run('close', { cacheId: path('locked') });
    await until(() => !readdirSync(path('locked')).includes('lock'), 'the lock to go');
  });

  it('offer the sample as one, with real files', async () => {
    await run('openSampleStore', path('sample'));
    assert.ok(records('sample').length > 8);
    assert.deepEqual([...new Set(records('sample').map(({ kind }) => kind))].sort(), [
      'base',
      'diff',
      'layer',
      'merge',
    ]);
    assert.ok(records('sample').every(({ inUse }) => inUse === false));
  });

  it('take in another cache, and say what came', async () => {
    await run('openSample');
    await run('importIntoStore', { cacheId: 'sample' }, path('imported'));
    await until(() => records('imported').length > 50, 'the imported records');
    const ids = new Set(api.caches()[0].loaded?.inventory.records.map(({ id }) => id));
    assert.ok(records('imported').every(({ id }) => ids.has(id)));
  });

  it('show changes by themselves, and keep the selection', async () => {
    await run('openSampleStore', path('sample'));
    const [gone] = records('sample').filter(({ type }) => type === 'source.local');
    const [stays] = records('sample').filter(({ type }) => type === 'exec.cachemount');
    await run('revealInTree', { cacheId: path('sample'), recordId: stays.id });
    const statuses = new Set<string | undefined>();
    const listening = api.onDidChangeCaches(() => statuses.add(cacheAt('sample')?.status.kind));
    const revision = cacheAt('sample')?.loaded?.revision ?? 0;
    const store = await api.openStore(path('sample'));
    const { removed } = await store.prune([{ filters: ['type==source.local'] }]);
    assert.deepEqual(
      removed.map(({ id }) => id),
      [gone.id],
    );
    await until(() => !records('sample').some(({ id }) => id === gone.id), 'the record to go');
    listening.dispose();
    assert.ok((cacheAt('sample')?.loaded?.revision ?? 0) > revision);
    assert.deepEqual([...statuses], ['ready']);
    assert.deepEqual(api.selection(), { cacheId: path('sample'), recordId: stays.id });
    await store.close();
  });

  it('are given to other extensions to list, watch, plan and prune', async () => {
    assert.equal(api.version, 1);
    await assert.rejects(api.openStore(path('nowhere')), { name: 'StoreError', reason: 'notFound' });
    const store = await api.openStore(path('given'), { create: true });
    assert.equal(store.version, 1);
    assert.equal(store.readOnlyBecause, undefined);
    await run('openSample');
    let heard = 0;
    const stop = store.watch(() => heard++);
    await run('importIntoStore', { cacheId: 'sample' }, path('given'));
    await until(() => heard > 0, 'the change');
    stop();
    const { records: listed } = await store.list();
    const plan = await store.plan({ all: true });
    assert.deepEqual(plan.steps.map(({ id }) => id).sort(), listed.map(({ id }) => id).sort());
    const seen: string[] = [];
    const { removed } = await store.prune([{ all: true }], { onRemoved: (id) => seen.push(id) });
    assert.deepEqual(
      removed.map(({ id }) => id),
      seen,
    );
    assert.deepEqual((await store.list()).records, []);
    await store.close();
    await store.close();
  });

  it('are not made in a folder that holds other things', async () => {
    const before = api.caches().length;
    await run('createStore', folder);
    assert.equal(api.caches().length, before);
    assert.ok(!readdirSync(folder).includes('store.json'));
  });
});
