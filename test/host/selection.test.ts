import assert from 'node:assert/strict';
import { clearLostSelection, Selection, type SelectionChange } from '../../src/host/selection';
import { makeInventory, makeRecord } from '../unit/model/records';
import { fakeCaches } from './support/fakeCaches';

describe('the selection', () => {
  it('tells of a change once, and of no change never', () => {
    const selection = new Selection();
    const changes: SelectionChange[] = [];
    selection.onDidChange((change) => changes.push(change));
    selection.set({ cacheId: '/a', recordId: 'one' }, 'tree');
    selection.set({ cacheId: '/a', recordId: 'one' }, 'graph');
    selection.set({ cacheId: '/b', recordId: 'one' }, 'graph');
    selection.set(undefined, 'command');
    selection.set(undefined, 'tree');
    assert.deepEqual(
      changes.map(({ selected, origin }) => [selected?.cacheId, origin]),
      [
        ['/a', 'tree'],
        ['/b', 'graph'],
        [undefined, 'command'],
      ],
    );
    assert.equal(selection.current, undefined);
  });

  it('is cleared when its record or its cache is gone, and only then', async () => {
    let records = [makeRecord({ id: 'one' }), makeRecord({ id: 'two' })];
    const { caches } = fakeCaches(() => () => Promise.resolve(makeInventory(records)));
    const selection = new Selection();
    const listening = clearLostSelection(selection, caches);
    await caches.open('/a');
    await caches.open('/b');
    selection.set({ cacheId: '/a', recordId: 'two' }, 'tree');
    await caches.refresh('/a');
    await caches.close('/b');
    assert.deepEqual(selection.current, { cacheId: '/a', recordId: 'two' });
    records = records.slice(0, 1);
    await caches.refresh('/a');
    assert.equal(selection.current, undefined);
    selection.set({ cacheId: '/a', recordId: 'one' }, 'tree');
    await caches.close('/a');
    assert.equal(selection.current, undefined);
    listening.dispose();
  });
});
