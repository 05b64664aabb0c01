import type { Layout } from '../layout/layoutTypes';

/** Links of each node in compressed rows: those of node i are `links[offsets[i]] .. links[offsets[i + 1] - 1]`. */
export interface LinkRows {
  readonly offsets: Uint32Array;
  readonly links: Uint32Array;
}

export interface NodeLinkRows {
  /** Links to the parents of a node, in the order of the inputs. */
  readonly incoming: LinkRows;
  readonly outgoing: LinkRows;
  /** Place of each link among those that enter the same node, from 0. */
  readonly slots: Uint16Array;
}

export function linksOfNodes(layout: Layout): NodeLinkRows {
  const incoming = rowsBy(layout.linkTo, layout.nodeCount);
  const outgoing = rowsBy(layout.linkFrom, layout.nodeCount);
  const slots = new Uint16Array(layout.linkCount);
  for (let node = 0; node < layout.nodeCount; node++) {
    for (let i = incoming.offsets[node]; i < incoming.offsets[node + 1]; i++) {
      slots[incoming.links[i]] = i - incoming.offsets[node];
    }
  }
  return { incoming, outgoing, slots };
}

function rowsBy(nodeOfLink: Uint32Array, nodeCount: number): LinkRows {
  const offsets = new Uint32Array(nodeCount + 1);
  for (const node of nodeOfLink) offsets[node + 1]++;
  for (let node = 0; node < nodeCount; node++) offsets[node + 1] += offsets[node];
  const links = new Uint32Array(nodeOfLink.length);
  const next = offsets.slice();
  nodeOfLink.forEach((node, link) => {
    links[next[node]++] = link;
  });
  return { offsets, links };
}

/** Nodes that a link of any role joins with `node`, and `node` itself. */
export function neighbours({ incoming, outgoing }: NodeLinkRows, layout: Layout, node: number): Set<number> {
  const result = new Set([node]);
  for (let i = incoming.offsets[node]; i < incoming.offsets[node + 1]; i++) {
    result.add(layout.linkFrom[incoming.links[i]]);
  }
  for (let i = outgoing.offsets[node]; i < outgoing.offsets[node + 1]; i++) {
    result.add(layout.linkTo[outgoing.links[i]]);
  }
  return result;
}
