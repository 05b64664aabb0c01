import type { NodeLinks } from './nodes';

/**
 * Column of each node: one more than the furthest of all its parents, of whatever role, so that every link runs to
 * the right. Links that close a cycle do not count, except that a tree parent always stands before its children.
 * Linear.
 * @param parents tree parents, each with a smaller number than its children
 */
export function columnsOfNodes(parents: Int32Array, links: NodeLinks): Uint32Array {
  const count = parents.length;
  const columns = new Uint32Array(count);
  const waiting = new Uint32Array(count);
  for (let node = 0; node < count; node++) if (parents[node] !== -1) waiting[node]++;
  for (let i = 0; i < links.count; i++) if (links.inTree[i] === 0) waiting[links.to[i]]++;
  const outgoing = outgoingLinks(count, parents, links);
  const queue = new Uint32Array(count);
  const done = new Uint8Array(count);
  let head = 0;
  let tail = 0;
  const enter = (node: number) => {
    done[node] = 1;
    queue[tail++] = node;
  };
  for (let node = 0; node < count; node++) if (waiting[node] === 0) enter(node);
  for (let next = 0; head < count;) {
    if (head === tail) {
      // Only cycles are left. The tree parent of the first open node has a smaller number, so it has its place.
      while (done[next] === 1) next++;
      enter(next);
    }
    const node = queue[head++];
    for (let i = outgoing.offsets[node]; i < outgoing.offsets[node + 1]; i++) {
      const child = outgoing.targets[i];
      if (done[child] === 1) continue;
      columns[child] = Math.max(columns[child], columns[node] + 1);
      if (--waiting[child] === 0) enter(child);
    }
  }
  return columns;
}

function outgoingLinks(count: number, parents: Int32Array, links: NodeLinks) {
  const offsets = new Uint32Array(count + 1);
  for (const parent of parents) if (parent !== -1) offsets[parent + 1]++;
  for (let i = 0; i < links.count; i++) if (links.inTree[i] === 0) offsets[links.from[i] + 1]++;
  for (let node = 0; node < count; node++) offsets[node + 1] += offsets[node];
  const targets = new Uint32Array(offsets[count]);
  const next = offsets.slice();
  for (let node = 0; node < count; node++) if (parents[node] !== -1) targets[next[parents[node]]++] = node;
  for (let i = 0; i < links.count; i++)
    if (links.inTree[i] === 0) targets[next[links.from[i]]++] = links.to[i];
  return { offsets, targets };
}
