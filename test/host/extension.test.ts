import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { BuildCacheInspectorApi } from '../../src/host/api';
import type { OpenCache } from '../../src/host/openCaches';
import { until } from './support/fakeCaches';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

const extension = vscode.extensions.getExtension<BuildCacheInspectorApi>(
  'build-cache-inspector.build-cache-inspector',
);

async function activated(): Promise<BuildCacheInspectorApi> {
  return (await extension?.activate()) ?? assert.fail('the extension is not there');
}

async function run(command: string, ...rest: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(`buildCacheInspector.${command}`, ...rest);
}

function graphTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.includes('buildCacheInspector'),
    );
}

/** Path, size, change time and content of every file below a folder. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { mtimeMs, ctimeMs, size } = statSync(path);
      const digest = statSync(path).isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : '';
      return [name, size, mtimeMs, ctimeMs, digest].join(' ');
    });
}

async function openSample(api: BuildCacheInspectorApi): Promise<OpenCache> {
  await run('openSample');
  const cache = api.caches().find(({ id }) => id === 'sample');
  assert.ok(cache?.status.kind === 'ready');
  return cache;
}

describe('the extension', () => {
  afterEach(async () => {
    for (const { id } of (await activated()).caches()) await run('close', { cacheId: id });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('registers every command of its manifest', async () => {
    await activated();
    const known = new Set(await vscode.commands.getCommands());
    const manifest = extension?.packageJSON as Manifest;
    const missing = manifest.contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
    assert.ok(manifest.contributes.commands.length > 15);
  });

  it('opens the sample cache with its graph, and closes both', async () => {
    const api = await activated();
    const { loaded } = await openSample(api);
    assert.ok(loaded?.inventory.complete);
    assert.ok(loaded.inventory.records.length > 100);
    assert.ok(loaded.inventory.leases.length > 0);
    await until(() => graphTabs().length === 1, 'the graph’s tab');
    assert.equal(graphTabs()[0].label, 'Graph: sample');
    await run('close', { cacheId: 'sample' });
    assert.deepEqual(api.caches(), []);
    await until(() => graphTabs().length === 0, 'the tab to go');
  });

  it('changes nothing in a cache that it reads', async () => {
    const api = await activated();
    const folder = join(extension?.extensionPath ?? '', 'media', 'sample');
    const before = fingerprint(folder);
    await openSample(api);
    await run('refresh');
    assert.deepEqual(fingerprint(folder), before);
  });

  it('opens a record as JSON and the usage as text', async () => {
    const api = await activated();
    const { loaded } = await openSample(api);
    const record = loaded?.inventory.records.at(0) ?? assert.fail();
    await run('openJson', { cacheId: 'sample', recordId: record.id });
    const json = vscode.window.activeTextEditor?.document;
    assert.equal(json?.languageId, 'json');
    const parsed = JSON.parse(json.getText()) as { record: { id: string; description: string } };
    assert.equal(parsed.record.id, record.id);
    assert.equal(parsed.record.description, record.description);

    await run('showUsage', { cacheId: 'sample' });
    const usage = vscode.window.activeTextEditor?.document;
    assert.match(usage?.getText() ?? '', new RegExp(`Total .* ${loaded?.inventory.records.length} records`));
  });

  it('has one selection, which the commands set', async () => {
    const api = await activated();
    const { loaded } = await openSample(api);
    const target = { cacheId: 'sample', recordId: loaded?.inventory.records.at(5)?.id };
    let told = 0;
    const listening = api.onDidChangeSelection(() => told++);
    await run('revealInTree', target);
    await run('revealInGraph', target);
    listening.dispose();
    assert.deepEqual(api.selection(), target);
    assert.equal(told, 1);
  });

  it('keeps a cache that cannot be read among the open ones, with the reason', async () => {
    const api = await activated();
    const folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-host-'));
    try {
      const text = join(folder, 'notes.txt');
      const empty = join(folder, 'metadata_v2.db');
      writeFileSync(text, 'not a cache');
      writeFileSync(empty, '');
      for (const path of [join(folder, 'gone'), folder, text, empty]) {
        const cache = await api.open(path);
        assert.ok(cache?.status.kind === 'failed', path);
        assert.ok(
          cache.status.error.message.includes(basename(path)),
          `${path}: ${cache.status.error.message}`,
        );
      }
      assert.equal(api.caches().length, 4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
