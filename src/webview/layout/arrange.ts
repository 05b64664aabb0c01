import { formComponents, gridOfCards, stackTrees, type Component, type Placement } from './components';
import { columnPitch, componentGap, rowPitch } from './geometry';
import { columnsOfNodes } from './layering';
import type { Nodes } from './nodes';
import { packInStrip, type Packed } from './pack';
import { placeInBoxes, placeInLanes, treeStarts, type PlacedTrees, type TreeStarts } from './trees';

/** Where everything stands; see `Layout`. */
export interface Arrangement {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  readonly busY: Float32Array<ArrayBuffer>;
  readonly componentCount: number;
  readonly componentOfNode: Uint32Array<ArrayBuffer>;
  readonly componentBoxes: Float32Array<ArrayBuffer>;
  readonly componentRoots: Int32Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Width by height of the whole that suits an editor with the details beside it: searched for, not promised. */
const wantedAspect = 1.15;
/** How many times too wide or too high still counts as good. */
const goodStrain = 1.2;
const mostAttempts = 6;
/** Larger pictures are tried less often: each attempt costs time, and their shape comes out better by itself. */
const largeNodeCount = 20_000;
const mostAttemptsIfLarge = 2;

/** Share of a picture that cards and the space around them cover, by experience; only the first guess needs it. */
const usualDensity = 0.7;

/** Trees with common links are one component up to this multiple of the first guess of the height. */
const tallestGroup = 2.5;

/**
 * Places all nodes: trees that links join as one component, components packed so that the whole is about as wide as
 * high. The same nodes always have the same places. Linear, but for the packing of the components.
 */
export function arrange(nodes: Nodes): Arrangement {
  const starts = treeStarts(nodes.parents);
  const lanes = placeInLanes(nodes.parents, starts, columnsOfNodes(nodes.parents, nodes.links));
  let limit = Math.sqrt((nodes.count * columnPitch * rowPitch) / usualDensity / wantedAspect);
  const components = formComponents(nodes, starts, lanes, limit * tallestGroup);
  const parts: Parts = { nodes, starts, lanes, components };
  let best = tryHeight(parts, limit);
  const attempts = nodes.count > largeNodeCount ? mostAttemptsIfLarge : mostAttempts;
  for (let i = 1, last = best; i < attempts && best.strain > goodStrain; i++) {
    limit *= Math.sqrt(last.aspect / wantedAspect);
    last = tryHeight(parts, limit);
    if (last.strain < best.strain) best = last;
  }
  return compose(parts, best);
}

interface Parts {
  readonly nodes: Nodes;
  readonly starts: TreeStarts;
  readonly lanes: PlacedTrees;
  readonly components: readonly Component[];
}

/** All components placed and packed at one limit of height. */
interface Attempt {
  readonly boxes: PlacedTrees;
  readonly placements: readonly Placement[];
  readonly packed: Packed;
  readonly aspect: number;
  /** 1 is the wanted shape, 2 is twice as wide or twice as high. */
  readonly strain: number;
}

function tryHeight({ nodes, starts, components, lanes }: Parts, limit: number): Attempt {
  const inBoxes = components.some(({ form }) => form === 'boxes');
  const boxes = inBoxes ? placeInBoxes(nodes.parents, starts, limit) : lanes;
  const placements = components.map(({ trees, form }) =>
    form === 'grid' ? gridOfCards(trees.length, limit) : stackTrees(trees, form === 'boxes' ? boxes : lanes),
  );
  const packed = packInStrip(placements, limit, componentGap);
  const aspect = packed.height === 0 ? wantedAspect : packed.width / packed.height;
  return {
    boxes,
    placements,
    packed,
    aspect,
    strain: Math.max(aspect / wantedAspect, wantedAspect / aspect),
  };
}

function compose({ nodes, starts, lanes, components }: Parts, attempt: Attempt): Arrangement {
  const { packed, placements, boxes } = attempt;
  const x = new Float32Array(nodes.count);
  const y = new Float32Array(nodes.count);
  const busY = new Float32Array(nodes.count);
  const componentOfNode = new Uint32Array(nodes.count);
  const componentBoxes = new Float32Array(components.length * 4);
  const componentRoots = new Int32Array(components.length);
  components.forEach(({ trees, form }, component) => {
    const placed = form === 'boxes' ? boxes : lanes;
    const { width, height, treeAt } = placements[component];
    trees.forEach((tree, i) => {
      const place = treeAt(i);
      const left = packed.x[component] + place.left;
      const top = packed.y[component] + place.top;
      for (let node = starts[tree]; node < starts[tree + 1]; node++) {
        x[node] = left + placed.x[node];
        y[node] = top + placed.y[node];
        busY[node] = top + placed.busY[node];
        componentOfNode[node] = component;
      }
    });
    componentBoxes.set([packed.x[component], packed.y[component], width, height], component * 4);
    componentRoots[component] = form === 'grid' ? -1 : largestRoot(trees, starts);
  });
  return {
    x,
    y,
    busY,
    componentCount: components.length,
    componentOfNode,
    componentBoxes,
    componentRoots,
    width: packed.width,
    height: packed.height,
  };
}

/** Root of the tree with the most nodes, the first of equals. */
function largestRoot(trees: readonly number[], starts: TreeStarts): number {
  let largest = trees[0];
  for (const tree of trees) {
    if (starts[tree + 1] - starts[tree] > starts[largest + 1] - starts[largest]) largest = tree;
  }
  return starts[largest];
}
