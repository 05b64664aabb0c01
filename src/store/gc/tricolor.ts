/**
 * Everything that can be reached from the roots, the roots included: what is found waits on a stack (grey) until its
 * references have been followed (black); what is never found stays white. Cycles are fine.
 */
export function tricolor<Node>(roots: Iterable<Node>, references: (node: Node) => Iterable<Node>): Set<Node> {
  const found = new Set<Node>(roots);
  const grey = [...found];
  for (let node = grey.pop(); node !== undefined; node = grey.pop()) {
    for (const next of references(node)) {
      if (found.has(next)) continue;
      found.add(next);
      grey.push(next);
    }
  }
  return found;
}
