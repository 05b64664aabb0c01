import type { Layout } from '../layout/layoutTypes';
import type { Scene } from './scene';

/** Larger pictures change at once: moving them would not be smooth. */
const mostMovingNodes = 4000;

/**
 * The way from one scene of a graph to the next: gives for each share of it, 0 to 1, a scene in which the cards are
 * that far from their old to their new places. Undefined when the picture is too large.
 */
export function transition(from: Scene, to: Scene): ((share: number) => Scene) | undefined {
  if (from.graph !== to.graph || to.layout.nodeCount > mostMovingNodes) return undefined;
  const startX = oldPlaces(from.layout, to.layout, from.layout.x);
  const startY = oldPlaces(from.layout, to.layout, from.layout.y);
  return (share) => {
    if (share >= 1) return to;
    const { x, y } = to.layout;
    return {
      ...to,
      layout: {
        ...to.layout,
        x: x.map((end, node) => startX[node] + (end - startX[node]) * share),
        y: y.map((end, node) => startY[node] + (end - startY[node]) * share),
      },
    };
  };
}

/** Where each new node's first record stood before, along one axis. */
function oldPlaces(from: Layout, to: Layout, axis: Float32Array): Float32Array {
  return Float32Array.from({ length: to.nodeCount }, (_, node) => {
    const record = to.records[to.recordOffsets[node]];
    return axis[from.nodeOfRecord[record]];
  });
}
