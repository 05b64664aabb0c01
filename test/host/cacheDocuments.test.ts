import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { CacheDocuments } from '../../src/host/cacheDocuments';
import type { OpenCaches } from '../../src/host/openCaches';
import type { Inventory } from '../../src/model/inventory';
import { makeInventory, makeRecord } from '../unit/model/records';
import { fakeCaches } from './support/fakeCaches';

const oddId = 'odd/id?with#marks %41 é "';
const inventory = makeInventory([
  makeRecord({ id: oddId, description: '<b>text</b>', size: 1_200_000_000, inUse: false, shared: false }),
  makeRecord({ id: 'other', type: 'source.local' }),
]);

/** A provider that a failed test left behind would answer for the extension's own. */
const opened: CacheDocuments[] = [];

function documentsOf(read: () => Inventory): { documents: CacheDocuments; caches: OpenCaches } {
  const { caches } = fakeCaches(() => () => Promise.resolve(read()));
  const documents = new CacheDocuments(caches);
  opened.push(documents);
  return { documents, caches };
}

function address(subject: unknown): vscode.Uri {
  return vscode.Uri.from({ scheme: 'build-cache', path: '/a/b.json', query: JSON.stringify(subject) });
}

describe('documents about a cache', () => {
  afterEach(() => {
    for (const documents of opened.splice(0)) documents.dispose();
  });

  it('hold a record as JSON, whatever is in its id', async () => {
    const { documents, caches } = documentsOf(() => inventory);
    await caches.open('/a');
    const text = await documents.provideTextDocumentContent(address({ cacheId: '/a', recordId: oddId }));
    const { record } = JSON.parse(text) as { record: Record<string, unknown> };
    assert.equal(record.id, oddId);
    assert.equal(record.description, '<b>text</b>');
    assert.equal(record.size, 1_200_000_000);
  });

  it('read a remembered cache first, as after a window reload', async () => {
    const { documents, caches } = documentsOf(() => inventory);
    const opened = caches.open('/a');
    const text = await documents.provideTextDocumentContent(address({ cacheId: '/a', recordId: 'other' }));
    assert.match(text, /"id": "other"/);
    await opened;
  });

  it('say in words when there is no such record, cache or subject', async () => {
    const { documents, caches } = documentsOf(() => inventory);
    await caches.open('/a');
    const provide = (subject: unknown) => documents.provideTextDocumentContent(address(subject));
    assert.match(await provide({ cacheId: '/a', recordId: 'gone' }), /no record gone in test/);
    assert.match(await provide({ cacheId: '/b', recordId: 'gone' }), /\/b is not open/);
    assert.match(await provide('nonsense'), /names no build cache/);
  });

  it('sum up a cache and tell what the sums leave out', async () => {
    const { documents, caches } = documentsOf(() => inventory);
    await caches.open('/a');
    const text = await documents.provideTextDocumentContent(address({ cacheId: '/a' }));
    assert.match(text, /^Usage of build cache test$/m);
    assert.match(text, /^ {2}Total +1\.2GB {2}2 records$/m);
    assert.match(text, /^The size of 1 record is unknown and in no sum\.$/m);
    assert.match(text, /^ {2}Local sources +– {2}1 record, 1 of unknown size$/m);
  });

  it('are asked for again when their cache was read again', async () => {
    let now = inventory;
    const { documents, caches } = documentsOf(() => now);
    await caches.open('/a');
    const uri = address({ cacheId: '/a' });
    await vscode.workspace.openTextDocument(uri);
    const changed: string[] = [];
    documents.onDidChange((it) => changed.push(it.toString()));
    now = makeInventory([]);
    await caches.refresh('/a');
    assert.deepEqual(changed, [uri.toString()]);
  });
});
