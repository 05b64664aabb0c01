import { columnGap, columnPitch, rowGap, rowPitch } from './geometry';
import { findComponents } from '../../model/components';
import { naturalOrder } from '../../model/order';
import type { Nodes } from './nodes';
import type { PlacedTrees, TreeStarts } from './trees';

/** Trees that are placed as one. */
export interface Component {
  readonly trees: readonly number[];
  /**
   * `lanes`: trees that links join, one below the other, all links running to the right; `boxes`: one tree;
   * `grid`: all records that stand on their own.
   */
  readonly form: 'lanes' | 'boxes' | 'grid';
}

/** Free space between the trees of one component. */
const treeGap = 2 * rowGap;

/**
 * Sorts the trees into components; a grid comes last.
 * @param tallest height in lanes up to which trees with common links are one component; beyond it each is its own
 */
export function formComponents(
  nodes: Nodes,
  starts: TreeStarts,
  lanes: PlacedTrees,
  tallest: number,
): Component[] {
  const { count, of: groupOf } = findComponents(
    { count: nodes.count, linkParents: nodes.links.from, linkChildren: nodes.links.to },
    naturalOrder(nodes.count),
  );
  const groups: number[][] = Array.from({ length: count }, () => []);
  for (let tree = 0; tree + 1 < starts.length; tree++) groups[groupOf[starts[tree]]].push(tree);
  const components: Component[] = [];
  const alone: number[] = [];
  for (const trees of groups) {
    if (trees.length === 1 && starts[trees[0] + 1] - starts[trees[0]] === 1) alone.push(trees[0]);
    else if (stackHeight(trees, lanes) <= tallest) components.push({ trees, form: 'lanes' });
    else for (const tree of trees) components.push({ trees: [tree], form: 'boxes' });
  }
  if (alone.length === 1) components.push({ trees: alone, form: 'lanes' });
  if (alone.length > 1) components.push({ trees: alone, form: 'grid' });
  return components;
}

export interface Placement {
  readonly width: number;
  readonly height: number;
  /** Left and top of tree i of the component within it. */
  readonly treeAt: (i: number) => { readonly left: number; readonly top: number };
}

/** Places the trees of a component one below the other. */
export function stackTrees(trees: readonly number[], placed: PlacedTrees): Placement {
  const tops: number[] = [];
  let width = 0;
  let top = 0;
  for (const tree of trees) {
    tops.push(top);
    top += placed.heights[tree] + treeGap;
    width = Math.max(width, placed.widths[tree]);
  }
  return { width, height: top - treeGap, treeAt: (i) => ({ left: 0, top: tops[i] }) };
}

/** Places single cards column by column, as many in each as `limit` allows. */
export function gridOfCards(count: number, limit: number): Placement {
  const mostRows = Math.max(1, Math.floor((limit + rowGap) / rowPitch));
  const columns = Math.ceil(count / mostRows);
  const rows = Math.ceil(count / columns);
  return {
    width: columns * columnPitch - columnGap,
    height: rows * rowPitch - rowGap,
    treeAt: (i) => ({ left: Math.floor(i / rows) * columnPitch, top: (i % rows) * rowPitch }),
  };
}

function stackHeight(trees: readonly number[], placed: PlacedTrees): number {
  return trees.reduce((sum, tree) => sum + placed.heights[tree] + treeGap, -treeGap);
}
