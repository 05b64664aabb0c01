import assert from 'node:assert/strict';
import { Selection, type SelectionChange } from '../../src/host/selection';

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
});
