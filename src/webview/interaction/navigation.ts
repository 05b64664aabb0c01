import type { Layout } from '../layout/layoutTypes';

/** Ways to walk from card to card. */
export type Step = 'parent' | 'child' | 'previous' | 'next' | 'firstRoot' | 'lastRoot';

/**
 * The node that a step leads to, the same one where there is none. Children and siblings are in order of creation,
 * top to bottom; the siblings of a root are the other roots. From nowhere (-1) every step leads to a root.
 */
export function walk(layout: Layout, node: number, step: Step): number {
  if (layout.nodeCount === 0) return -1;
  if (node === -1) return step === 'lastRoot' ? lastRoot(layout) : 0;
  switch (step) {
    case 'parent':
      return layout.treeParents[node] === -1 ? node : layout.treeParents[node];
    case 'child':
      return layout.treeParents[node + 1] === node ? node + 1 : node;
    case 'next':
      return nextSibling(layout, node);
    case 'previous':
      return previousSibling(layout, node);
    case 'firstRoot':
      return 0;
    case 'lastRoot':
      return lastRoot(layout);
  }
}

// Nodes are in reading order, so the first child of a node is the next number, and a subtree is a run of numbers.

function nextSibling({ treeParents, nodeCount }: Layout, node: number): number {
  for (let other = node + 1; other < nodeCount; other++) {
    if (treeParents[other] === treeParents[node]) return other;
    if (treeParents[other] < treeParents[node]) return node;
  }
  return node;
}

function previousSibling({ treeParents }: Layout, node: number): number {
  for (let other = node - 1; other > treeParents[node]; other--) {
    if (treeParents[other] === treeParents[node]) return other;
  }
  return node;
}

function lastRoot({ treeParents }: Layout): number {
  return treeParents.lastIndexOf(-1);
}
