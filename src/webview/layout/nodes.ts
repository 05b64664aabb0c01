import { primaryChildren, type PrimaryChildren } from '../../model/primaryForest';
import type { LayoutGraph } from './layoutTypes';

/** Cards and the links between them, before they have a place. Nodes are in reading order; see `Layout`. */
export interface Nodes {
  readonly count: number;
  readonly parents: Int32Array<ArrayBuffer>;
  readonly recordOffsets: Uint32Array<ArrayBuffer>;
  readonly records: Uint32Array<ArrayBuffer>;
  readonly nodeOfRecord: Uint32Array<ArrayBuffer>;
  readonly links: NodeLinks;
}

export interface NodeLinks {
  readonly count: number;
  readonly from: Uint32Array<ArrayBuffer>;
  readonly to: Uint32Array<ArrayBuffer>;
  readonly roles: Uint8Array<ArrayBuffer>;
  readonly positions: Uint16Array<ArrayBuffer>;
  readonly inTree: Uint8Array<ArrayBuffer>;
}

/**
 * Makes one node of each record, and one of all records of each folded chain.
 * @param parents primary parents without cycles
 * @param foldedChain for each record the number of its folded chain, -1 for none
 */
export function makeNodes(graph: LayoutGraph, parents: Int32Array, foldedChain: Int32Array): Nodes {
  const sequence = preorder(primaryChildren(parents, graph.creationOrder), graph.count);
  const nodeOfRecord = new Uint32Array(graph.count);
  const nodeParents = new Int32Array(graph.count);
  const recordOffsets = new Uint32Array(graph.count + 1);
  let count = 0;
  sequence.forEach((record, i) => {
    const parent = parents[record];
    const folded = parent !== -1 && foldedChain[record] !== -1 && foldedChain[parent] === foldedChain[record];
    if (folded) {
      nodeOfRecord[record] = nodeOfRecord[parent];
    } else {
      nodeParents[count] = parent === -1 ? -1 : nodeOfRecord[parent];
      nodeOfRecord[record] = count++;
    }
    recordOffsets[count] = i + 1;
  });
  return {
    count,
    parents: nodeParents.slice(0, count),
    recordOffsets: recordOffsets.slice(0, count + 1),
    records: sequence,
    nodeOfRecord,
    links: linkNodes(graph, parents, nodeOfRecord),
  };
}

/** The links between different nodes; the first that joins a record to its primary parent is the one in the tree. */
function linkNodes(graph: LayoutGraph, parents: Int32Array, nodeOfRecord: Uint32Array): NodeLinks {
  const length = graph.linkParents.length;
  const from = new Uint32Array(length);
  const to = new Uint32Array(length);
  const roles = new Uint8Array(length);
  const positions = new Uint16Array(length);
  const inTree = new Uint8Array(length);
  const placed = new Uint8Array(graph.count);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const parent = graph.linkParents[i];
    const child = graph.linkChildren[i];
    if (nodeOfRecord[parent] === nodeOfRecord[child]) continue;
    from[count] = nodeOfRecord[parent];
    to[count] = nodeOfRecord[child];
    roles[count] = graph.linkRoles[i];
    positions[count] = graph.linkPositions[i];
    if (parents[child] === parent && placed[child] === 0) {
      placed[child] = 1;
      inTree[count] = 1;
    }
    count++;
  }
  return {
    count,
    from: from.slice(0, count),
    to: to.slice(0, count),
    roles: roles.slice(0, count),
    positions: positions.slice(0, count),
    inTree: inTree.slice(0, count),
  };
}

/** Records so that each stands after its parent and subtrees stay together; roots and siblings oldest first. */
function preorder({ roots, offsets, children }: PrimaryChildren, count: number) {
  const sequence = new Uint32Array(count);
  const stack = Array.from(roots).reverse();
  let end = 0;
  for (let record = stack.pop(); record !== undefined; record = stack.pop()) {
    sequence[end++] = record;
    for (let i = offsets[record + 1]; i-- > offsets[record];) stack.push(children[i]);
  }
  return sequence;
}
