import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StateKeeper } from '../../../src/webview/stateKeeper';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const cache = { id: '/a', label: 'a', location: '/a' };

function editorWith(state: unknown) {
  const editor = { kept: state, calls: 0 };
  const api = {
    getState: () => editor.kept,
    setState: (value: unknown) => {
      editor.kept = JSON.parse(JSON.stringify(value));
      editor.calls++;
    },
  };
  return { editor, keeper: new StateKeeper(api), again: () => new StateKeeper(api) };
}

test('changes are collected, kept a little later, and there for the next page', () => {
  const { editor, keeper, again } = editorWith(undefined);
  keeper.setCache(cache);
  for (let x = 0; x < 100; x++) keeper.change({ viewport: { x, y: 0, scale: 1 } });
  keeper.change({ selectedId: 'r1', expandedIds: ['c1'] });
  expect(editor.calls).toBe(0);
  vi.advanceTimersByTime(200);
  expect(editor.calls).toBe(1);
  expect(again().state).toMatchObject({
    viewport: { x: 99, y: 0, scale: 1 },
    selectedId: 'r1',
    expandedIds: ['c1'],
  });
});

test('nothing is kept before it is known of which cache', () => {
  const { editor, keeper } = editorWith(undefined);
  keeper.change({ legendOpen: true });
  keeper.flush();
  expect(editor.calls).toBe(0);
});

test('for another cache the picture starts anew, and what the person arranged stays', () => {
  const { keeper } = editorWith(undefined);
  keeper.setCache(cache);
  keeper.change({
    selectedId: 'r1',
    viewport: { x: 1, y: 1, scale: 1 },
    legendOpen: true,
    detailsWidth: 420,
  });
  keeper.setCache({ id: '/b', label: 'b', location: '/b' });
  expect(keeper.state).toMatchObject({ legendOpen: true, detailsWidth: 420, expandedIds: [] });
  expect(keeper.state.selectedId).toBeUndefined();
  expect(keeper.state.viewport).toBeUndefined();
});

test('a kept state that cannot be read counts as none', () => {
  expect(editorWith({ cache, viewport: 'left' }).keeper.state.expandedIds).toEqual([]);
});
