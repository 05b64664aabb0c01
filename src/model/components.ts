import type { LinkColumns } from './links';
import { naturalOrder } from './order';

/** Which records hang together by links of any role. */
export interface Components {
  readonly count: number;
  /** The component of each record, 0 to `count - 1`. */
  readonly of: Uint32Array<ArrayBuffer>;
}

/** Finds the components; they are numbered in the order in which their first records stand in `order`. */
export function findComponents(
  links: Pick<LinkColumns, 'count' | 'linkParents' | 'linkChildren'>,
  order: Uint32Array,
): Components {
  const leaders = naturalOrder(links.count);
  for (let i = 0; i < links.linkParents.length; i++) {
    const parent = leaderOf(leaders, links.linkParents[i]);
    const child = leaderOf(leaders, links.linkChildren[i]);
    if (parent < child) leaders[child] = parent;
    else leaders[parent] = child;
  }
  const numbers = new Int32Array(links.count).fill(-1);
  const of = new Uint32Array(links.count);
  let count = 0;
  for (const record of order) {
    const leader = leaderOf(leaders, record);
    if (numbers[leader] === -1) numbers[leader] = count++;
    of[record] = numbers[leader];
  }
  return { count, of };
}

/** Follows leaders to the one that leads itself, and shortens the way for the next time. */
function leaderOf(leaders: Uint32Array, record: number): number {
  let at = record;
  while (leaders[at] !== at) {
    leaders[at] = leaders[leaders[at]];
    at = leaders[at];
  }
  return at;
}
