import { resolve } from 'node:path';
import * as vscode from 'vscode';
import type { BuildCacheInspectorApi } from './host/api';
import { Arrangement } from './host/arrangement';
import { CacheDocuments } from './host/cacheDocuments';
import { CachesTree } from './host/cachesTree';
import { CachesView } from './host/cachesView';
import { registerCommands } from './host/commands';
import { followContextKeys } from './host/contextKeys';
import { GraphPanels } from './host/graphPanels';
import { graphViewType, sampleCacheId } from './host/names';
import { OpenCaches } from './host/openCaches';
import { OpenCommands } from './host/openCommands';
import { pageActions } from './host/pageActions';
import { showReadProgress } from './host/readProgress';
import { RecordCommands } from './host/recordCommands';
import { clearLostSelection, Selection } from './host/selection';
import { StoreCommands } from './host/storeCommands';
import { WorkingStores } from './host/workingStores';
import { closeLocalStores, loadLocalStores } from './sources/local/loadLocalStores';
import { openCache } from './sources/open';

/** Puts the parts together. Reads nothing: caches are read when the view or a panel is first seen. */
export function activate(context: vscode.ExtensionContext): BuildCacheInspectorApi {
  const { extensionUri, workspaceState: memory } = context;
  const log = vscode.window.createOutputChannel('Build Cache Inspector', { log: true });
  const samplePath = vscode.Uri.joinPath(extensionUri, 'media', 'sample').fsPath;
  const working = new WorkingStores(memory, log);
  const caches = new OpenCaches({
    memory,
    log,
    openSource: async (location) => {
      await working.reopen(location);
      return await openCache(location);
    },
    locate: (id) => (id === sampleCacheId ? samplePath : id),
  });
  const selection = new Selection();
  const arrangement = new Arrangement(memory);
  const tree = new CachesTree(caches, arrangement);
  const view = new CachesView({ caches, tree, arrangement, selection, log });
  const documents = new CacheDocuments(caches);
  const panels = new GraphPanels({ caches, selection, extensionUri, log, act: pageActions });
  const openCommands = new OpenCommands(caches, panels, log);
  const storeCommands = new StoreCommands({
    caches,
    working,
    openCommands,
    openSource: openCache,
    samplePath: vscode.Uri.joinPath(context.globalStorageUri, 'sample-store').fsPath,
    log,
  });
  const recordCommands = new RecordCommands({ caches, selection, view, panels, documents });
  context.subscriptions.push(
    ...[log, caches, selection, arrangement, tree, view, documents, panels],
    vscode.window.registerWebviewPanelSerializer(graphViewType, panels),
    clearLostSelection(selection, caches),
    showReadProgress(caches),
    caches.onDidChange(({ cache, what }) => {
      if (what === 'closed') void working.release(cache.id);
    }),
    followContextKeys(caches),
    registerCommands({ openCommands, storeCommands, recordCommands, arrangement, tree, log }),
  );
  if (vscode.workspace.getConfiguration('buildCacheInspector').get('openSampleOnStart') === true) {
    void openCommands.openSample();
  }
  return apiOf(caches, selection);
}

/** Gives back what local stores are open to work with, so that the next window need not wait for their locks. */
export async function deactivate(): Promise<void> {
  await closeLocalStores();
}

function apiOf(caches: OpenCaches, selection: Selection): BuildCacheInspectorApi {
  return {
    version: 1,
    caches: () => caches.all(),
    onDidChangeCaches: (listener, ...rest) => caches.onDidChange(() => void listener(), ...rest),
    open: async (path) => {
      const id = path === sampleCacheId ? path : resolve(path);
      await caches.open(id);
      return caches.get(id);
    },
    openStore: async (path, options) => await (await loadLocalStores()).openHandle(resolve(path), options),
    selection: () => selection.current,
    onDidChangeSelection: (listener, ...rest) => selection.onDidChange(() => void listener(), ...rest),
  };
}
