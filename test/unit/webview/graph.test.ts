import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph } from '../../../src/webview/graph';
import { columnsOfRecords, sketchRecords, type Sketch } from './support/layoutOf';

const ids = ['a', 'ab', 'b', 'sha256:東京', 'with space', '<b>'];
const graph = new Graph(columnsOfRecords(sketchRecords(ids.map((id): Sketch => [id]))));

test('each record is found by its id', () => {
  expect(ids.map((id) => graph.indexOf(id))).toEqual([0, 1, 2, 3, 4, 5]);
});

test('several ids are found in one go, those that are not there left out', () => {
  expect(graph.indicesOf(['<b>', 'gone', 'b', 'b'])).toEqual([2, 5]);
});

test('an id that is not there is not found', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(graph.indexOf(id)).toBe(ids.includes(id) ? ids.indexOf(id) : undefined);
    }),
    { seed: 20_241_130 },
  );
});
