import { busHeight, card, columnGap, columnPitch, rowGap, rowPitch } from './geometry';
import { naturalOrder } from '../../model/order';
import { primaryChildren } from '../../model/primaryForest';

/** Trees are runs of nodes: tree i is the nodes `starts[i]` to `starts[i + 1] - 1`, its root first. */
export type TreeStarts = Uint32Array;

/** Places within each tree's own box: left and top edges of cards, heights of bus lines, sizes of the boxes. */
export interface PlacedTrees {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  /** See `Layout.busY`. */
  readonly busY: Float32Array<ArrayBuffer>;
  readonly widths: Float32Array<ArrayBuffer>;
  readonly heights: Float32Array<ArrayBuffer>;
}

/** @param parents tree parents in reading order: each tree a run, parents before children */
export function treeStarts(parents: Int32Array): TreeStarts {
  const starts: number[] = [];
  parents.forEach((parent, node) => {
    if (parent === -1) starts.push(node);
  });
  starts.push(parents.length);
  return Uint32Array.from(starts);
}

/**
 * Lanes: each leaf has a row of its own, and a parent stands in the row of its first child, so that a chain is a
 * straight line. A subtree has its rows to itself, so that no two nodes meet whatever their columns are. Linear.
 * @param columns column of each node, greater than its tree parent's
 */
export function placeInLanes(parents: Int32Array, starts: TreeStarts, columns: Uint32Array): PlacedTrees {
  const placed = emptyPlaces(parents.length, starts.length - 1);
  const rowCounts = new Uint32Array(parents.length);
  for (let node = parents.length; node-- > 0;) {
    if (rowCounts[node] === 0) rowCounts[node] = 1;
    if (parents[node] !== -1) rowCounts[parents[node]] += rowCounts[node];
  }
  const nextRow = new Uint32Array(parents.length);
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    let width = 0;
    for (let node = starts[tree]; node < starts[tree + 1]; node++) {
      const parent = parents[node];
      const row = parent === -1 ? 0 : nextRow[parent];
      if (parent !== -1) nextRow[parent] += rowCounts[node];
      nextRow[node] = row;
      placed.x[node] = columns[node] * columnPitch;
      placed.y[node] = row * rowPitch;
      width = Math.max(width, placed.x[node] + card.width);
    }
    placed.widths[tree] = width;
    placed.heights[tree] = rowCounts[starts[tree]] * rowPitch - rowGap;
  }
  return placed;
}

/**
 * Boxes: as lanes, but where the children of a node would stand higher than `limit` they go into several columns side
 * by side, so that broad trees do not become towers. A line above the first column leads to the further ones. Linear.
 * @param limit wanted greatest height in scene units
 */
export function placeInBoxes(parents: Int32Array, starts: TreeStarts, limit: number): PlacedTrees {
  const count = parents.length;
  const placed = emptyPlaces(count, starts.length - 1);
  const boxes = stackChildren(parents, limit);
  const top = new Float32Array(count);
  for (let node = 0; node < count; node++) {
    const parent = parents[node];
    if (parent !== -1) {
      placed.x[node] = placed.x[parent] + boxes.left[node];
      top[node] = top[parent] + boxes.top[node];
      if (boxes.left[node] > columnPitch) placed.busY[node] = top[parent] + busHeight / 2;
    }
    placed.y[node] = top[node] + boxes.cardTop[node];
  }
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    placed.widths[tree] = boxes.widths[starts[tree]];
    placed.heights[tree] = boxes.heights[starts[tree]];
  }
  return placed;
}

/** Size of each subtree's box, its place in its parent's box, and where in its box the card of its root stands. */
function stackChildren(parents: Int32Array, limit: number) {
  const count = parents.length;
  const { offsets, children } = primaryChildren(parents, naturalOrder(count));
  const widths = new Float32Array(count).fill(card.width);
  const heights = new Float32Array(count).fill(card.height);
  const left = new Float32Array(count);
  const top = new Float32Array(count);
  const cardTop = new Float32Array(count);
  for (let node = count; node-- > 0;) {
    const row = children.subarray(offsets[node], offsets[node + 1]);
    if (row.length === 0) continue;
    const wanted = columnHeight(row, heights, limit);
    let x = columnPitch;
    let y = 0;
    let columnWidth = 0;
    let tallest = 0;
    for (const child of row) {
      if (y > 0 && y + heights[child] / 2 > wanted) {
        x += columnWidth + columnGap;
        y = 0;
        columnWidth = 0;
      }
      left[child] = x;
      top[child] = y;
      columnWidth = Math.max(columnWidth, widths[child]);
      tallest = Math.max(tallest, y + heights[child]);
      y += heights[child] + rowGap;
    }
    const bus = x > columnPitch ? busHeight : 0;
    if (bus > 0) for (const child of row) top[child] += bus;
    widths[node] = x + columnWidth;
    heights[node] = tallest + bus;
    cardTop[node] = bus + cardTop[row[0]];
  }
  return { widths, heights, left, top, cardTop };
}

/** The height at which columns of equal height hold all children, in as few columns as `limit` allows. */
function columnHeight(children: Uint32Array, heights: Float32Array, limit: number): number {
  let total = 0;
  let tallest = 0;
  for (const child of children) {
    total += heights[child] + rowGap;
    tallest = Math.max(tallest, heights[child]);
  }
  return Math.max(tallest, total / Math.ceil(total / limit));
}

function emptyPlaces(nodes: number, trees: number): PlacedTrees {
  return {
    x: new Float32Array(nodes),
    y: new Float32Array(nodes),
    busY: new Float32Array(nodes).fill(Number.NaN),
    widths: new Float32Array(trees),
    heights: new Float32Array(trees),
  };
}
