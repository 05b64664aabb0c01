import { findChains, type Chains } from '../../model/chains';
import { ranks } from '../../model/order';
import { breakCycles } from '../../model/primaryForest';
import { arrange } from './arrange';
import type { Layout, LayoutGraph } from './layoutTypes';
import { makeNodes } from './nodes';

/** Runs of this many plain steps and more are folded into one card until they are opened. */
export const shortestChain = 5;

/** What stays the same for one graph, whatever is folded. */
export interface PreparedGraph {
  readonly graph: LayoutGraph;
  readonly parents: Int32Array<ArrayBuffer>;
  readonly chains: Chains;
}

export function prepareGraph(graph: LayoutGraph): PreparedGraph {
  const parents = Int32Array.from(graph.primaryParents);
  breakCycles(parents, ranks(graph.creationOrder));
  return { graph, parents, chains: findChains({ ...graph, primaryParents: parents }, shortestChain) };
}

/**
 * Lays out a graph: see `Layout`. Deterministic, and linear but for the packing of the components.
 * @param expanded first records of the chains that are not folded; records that are none are passed over
 */
export function layOut({ graph, parents, chains }: PreparedGraph, expanded: Iterable<number>): Layout {
  const open = new Uint8Array(graph.count);
  for (const first of expanded) open[first] = 1;
  const chainFirsts = chains.offsets.slice(0, -1).map((offset) => chains.members[offset]);
  const foldedChain = chains.chainOf.map((chain) => (chain === -1 || open[chainFirsts[chain]] ? -1 : chain));
  const nodes = makeNodes(graph, parents, foldedChain);
  const { links, ...placed } = { ...nodes, ...arrange(nodes) };
  return {
    nodeCount: nodes.count,
    x: placed.x,
    y: placed.y,
    treeParents: nodes.parents,
    busY: placed.busY,
    recordOffsets: nodes.recordOffsets,
    records: nodes.records,
    nodeOfRecord: nodes.nodeOfRecord,
    chainOfRecord: chains.chainOf,
    chainFirsts,
    linkCount: links.count,
    linkFrom: links.from,
    linkTo: links.to,
    linkRoles: links.roles,
    linkPositions: links.positions,
    linkInTree: links.inTree,
    componentCount: placed.componentCount,
    componentOfNode: placed.componentOfNode,
    componentBoxes: placed.componentBoxes,
    componentRoots: placed.componentRoots,
    width: placed.width,
    height: placed.height,
  };
}
