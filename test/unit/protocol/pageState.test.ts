import { expect, test } from 'vitest';
import { cacheOfState, readPageState, type PageState } from '../../../src/protocol/pageState';

const state: PageState = {
  cache: { id: '/c', label: 'c', location: '/c' },
  viewport: { x: -10.5, y: 3, scale: 0.25 },
  selectedId: 'layer',
  expandedIds: ['base'],
  detailsWidth: 340,
  detailsOpen: true,
  legendOpen: false,
  searchText: 'npm',
};

test('a kept state comes back from JSON as it was', () => {
  expect(readPageState(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

test('a state of another shape counts as none', () => {
  expect(readPageState(undefined)).toBeUndefined();
  expect(readPageState({ ...state, viewport: { x: 0, y: 0, scale: null } })).toBeUndefined();
  expect(readPageState({ ...state, expandedIds: 'base' })).toBeUndefined();
});

test('the cache of a state is found even when the rest is unreadable', () => {
  expect(cacheOfState({ cache: state.cache, viewport: 'left' })).toEqual(state.cache);
  expect(cacheOfState({ cache: { id: '/c' } })).toBeUndefined();
  expect(cacheOfState(null)).toBeUndefined();
});
