import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Arrangement } from '../../src/host/arrangement';
import { CachesTree } from '../../src/host/cachesTree';
import type { OpenCaches } from '../../src/host/openCaches';
import type { TreeNode } from '../../src/host/treeNodes';
import { CacheError } from '../../src/model/cacheError';
import type { Inventory } from '../../src/model/inventory';
import { layerOn, makeInventory, makeRecord, mergeOf } from '../unit/model/records';
import { fakeCaches, Memory } from './support/fakeCaches';

interface Shown {
  readonly caches: OpenCaches;
  readonly arrangement: Arrangement;
  readonly tree: CachesTree;
}

async function treeOf(inventory: Inventory): Promise<Shown> {
  const { caches } = fakeCaches(() => () => Promise.resolve(inventory));
  const arrangement = new Arrangement(new Memory());
  const tree = new CachesTree(caches, arrangement);
  await caches.open('/a');
  return { caches, arrangement, tree };
}

function labelOf(tree: CachesTree, node: TreeNode): string {
  const { label } = tree.getTreeItem(node);
  return typeof label === 'string' ? label : (label?.label ?? '');
}

function labels(tree: CachesTree, nodes: readonly TreeNode[]): string[] {
  return nodes.map((node) => labelOf(tree, node));
}

function child(tree: CachesTree, parent: TreeNode | undefined, label: string | RegExp): TreeNode {
  const rows = tree.getChildren(parent);
  const found = rows.find((row) => {
    const text = labelOf(tree, row);
    return typeof label === 'string' ? text === label : label.test(text);
  });
  return found ?? assert.fail(`no row ${label.toString()} among ${labels(tree, rows).join(', ')}`);
}

function descend(tree: CachesTree, ...path: readonly string[]): TreeNode {
  return path.reduce<TreeNode>((node, label) => child(tree, node, label), child(tree, undefined, /./));
}

const family = makeInventory([
  makeRecord({ id: 'base', description: 'pulled from docker.io/library/node:20', size: 1000 }),
  makeRecord({
    id: 'child',
    description: 'mount / from exec /bin/sh -c npm ci',
    parents: layerOn('base'),
    size: 3_000_000,
    usageCount: 17,
    blob: `sha256:${'1'.repeat(64)}`,
    leases: ['child'],
  }),
  makeRecord({ id: 'joined', parents: mergeOf('child', 'gone'), description: '[final 2/2] COPY --link x' }),
  makeRecord({ id: 'mount', type: 'exec.cachemount', mutable: true, size: 5 }),
]);

describe('the tree of caches', () => {
  it('says of a cache how many records and bytes it has, and what the bytes leave out', async () => {
    const { tree } = await treeOf(family);
    const item = tree.getTreeItem(child(tree, undefined, 'label of /a'));
    assert.equal(item.description, '4 records · 3.001MB + 1 of unknown size');
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
  });

  it('groups by type at first, with counts and bytes, and sorts by size', async () => {
    const { tree } = await treeOf(family);
    const cache = child(tree, undefined, /./);
    const groups = tree.getChildren(cache);
    assert.deepEqual(labels(tree, groups), ['Regular', 'Cache mounts']);
    assert.equal(tree.getTreeItem(groups[0]).description, '3 records · 3.001MB + 1 of unknown size');
    assert.deepEqual(labels(tree, tree.getChildren(groups[0])), [
      'RUN npm ci',
      'FROM node:20',
      'COPY --link x',
    ]);
  });

  it('follows a change of grouping and sorting', async () => {
    const { tree, arrangement } = await treeOf(family);
    let told = 0;
    tree.onDidChangeTreeData((node) => (told += node === undefined ? 1 : 0));
    await arrangement.setGrouping('flat');
    await arrangement.setSorting('description');
    assert.equal(told, 2);
    assert.deepEqual(labels(tree, tree.getChildren(child(tree, undefined, /./))), [
      'COPY --link x',
      'FROM node:20',
      'RUN npm ci',
      '(no description)',
    ]);
    assert.equal(arrangement.words, 'sorted by description');
  });

  it('says in a row what the person wrote, then size, use and marks', async () => {
    const { tree } = await treeOf(family);
    const item = tree.getTreeItem(descend(tree, 'Regular', 'RUN npm ci'));
    assert.match(String(item.description), /^3MB · .+ · ×17 · ◆$/);
    assert.equal(item.contextValue, 'record digests');
    assert.match(item.accessibilityInformation?.label ?? '', /^RUN npm ci, layer, 3MB/);
  });

  it('walks down to children and up to parents, also to one that is missing', async () => {
    const { tree } = await treeOf(family);
    const joined = descend(tree, 'Regular', 'FROM node:20', 'RUN npm ci', 'COPY --link x');
    const parents = child(tree, joined, 'Parents (2)');
    const [known, missing] = tree.getChildren(parents);
    assert.match(String(tree.getTreeItem(known).description), /^merge input 1 · /);
    assert.equal(tree.getTreeItem(missing).description, 'merge input 2 · not in this cache');
    assert.deepEqual(labels(tree, tree.getChildren(child(tree, known, 'Parent'))), ['FROM node:20']);
    assert.equal(tree.getTreeItem(descend(tree, 'Cache mounts', '(no description)')).collapsibleState, 0);
  });

  it('gives every row an id of its own, and a parent that leads back to the cache', async () => {
    const { tree } = await treeOf(family);
    const seen = new Set<string>();
    const visit = (node: TreeNode, depth: number) => {
      const { id } = tree.getTreeItem(node);
      assert.ok(id !== undefined && !seen.has(id), `twice: ${id}`);
      seen.add(id);
      if (depth > 6) return;
      for (const row of tree.getChildren(node)) {
        assert.equal(tree.getParent(row), node);
        visit(row, depth + 1);
      }
    };
    tree.getChildren().forEach((node) => visit(node, 0));
    assert.ok(seen.size > 20);
  });

  it('makes tooltips in which nothing of the cache is markup', async () => {
    const description = '<img src=x onerror=alert(1)> **bold** [go](command:x) $(zap) | https://a.example';
    const { tree } = await treeOf(makeInventory([makeRecord({ id: 'odd', description })]));
    const node = child(tree, descend(tree, 'Regular'), /./);
    const tooltip = tree.resolveTreeItem(tree.getTreeItem(node), node).tooltip;
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.equal(tooltip.isTrusted, false);
    assert.equal(tooltip.supportHtml, false);
    assert.equal(tooltip.supportThemeIcons, false);
    const cell = tooltip.value.split('\n').find((line) => line.includes('onerror')) ?? '';
    assert.match(cell, /\\<img src\\=x onerror\\=alert\\\(1\\\)\\> \\\*\\\*bold/);
    assert.match(cell, /\\\[go\\\]\\\(command\\:x\\\) .* \\\| https\\:\\\/\\\/a\\\.example/);
  });

  it('shows a long list in windows and finds a row far down without making those before it', async () => {
    const records = Array.from({ length: 100_000 }, (_, i) => makeRecord({ id: `r${i}`, size: 1e6 - i }));
    const { tree } = await treeOf(makeInventory(records));
    const group = descend(tree, 'Regular');
    assert.equal(tree.getChildren(group).length, 501);
    assert.equal(labels(tree, tree.getChildren(group)).at(-1), 'Show 500 more');

    tree.showMore(group.id, 'later');
    assert.equal(tree.getChildren(group).length, 1001);

    const row = tree.rowOf({ cacheId: '/a', recordId: 'r70000' });
    const shown = tree.getChildren(group);
    assert.ok(shown.length <= 1502, `${shown.length} rows`);
    assert.ok(shown.some(({ id }) => id === row?.id));
    assert.deepEqual(
      shown.map(({ kind }) => kind).filter((kind) => kind === 'more'),
      ['more', 'more'],
    );
    assert.equal(tree.getTreeItem(shown[0]).description, '69,750 earlier');
  });

  it('has a row for what is going on instead of records, or above them', async () => {
    let fail = true;
    const { caches } = fakeCaches(
      () => () =>
        fail
          ? Promise.reject(new CacheError('noPermission', 'You may not read /a.'))
          : Promise.resolve(makeInventory([])),
    );
    const tree = new CachesTree(caches, new Arrangement(new Memory()));
    assert.deepEqual(tree.getChildren(), []);
    const opened = caches.open('/a');
    assert.deepEqual(labels(tree, tree.getChildren(child(tree, undefined, /./))), ['Reading…']);
    await opened;
    const failed = child(tree, child(tree, undefined, /./), 'You may not read /a.');
    assert.equal(tree.getTreeItem(failed).contextValue, 'failed');
    fail = false;
    await caches.refresh('/a');
    assert.deepEqual(labels(tree, tree.getChildren(child(tree, undefined, /./))), [
      'This cache is empty: it has no records.',
    ]);
  });

  it('lists the notes, the gravest giving the sign', async () => {
    const inventory: Inventory = {
      ...family,
      notes: [
        { severity: 'info', message: 'history.db is not there' },
        { severity: 'error', message: 'page 17 points outside', file: 'metadata_v2.db', record: 'child' },
      ],
    };
    const { tree } = await treeOf(inventory);
    const notes = child(tree, child(tree, undefined, /./), 'Notes (2)');
    const icon = tree.getTreeItem(notes).iconPath;
    assert.ok(icon instanceof vscode.ThemeIcon && icon.id === 'error');
    const note = tree.getTreeItem(child(tree, notes, 'page 17 points outside'));
    assert.equal(note.description, 'metadata_v2.db');
    assert.deepEqual(note.command?.arguments, [{ cacheId: '/a', recordId: 'child' }]);
  });
});
