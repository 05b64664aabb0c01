import { type Components, findComponents } from './components';
import type { InventoryIndex } from './inventoryIndex';
import type { LinkColumns } from './links';
import { creationOrder, ranks } from './order';
import { perIndex } from './perIndex';
import {
  basesOf,
  breakCycles,
  type PrimaryChildren,
  primaryChildren,
  primaryParentsOf,
} from './primaryForest';

/** The graph of one inventory over dense indices: record i is entry i of each column. */
export interface GraphShape extends LinkColumns {
  /** The parent that places each record, -1 for none; never a cycle. Every other link is an overlay. */
  readonly primaryParents: Int32Array<ArrayBuffer>;
  /** Records whose chain of primary parents led back to themselves and was cut there; their link stays an overlay. */
  readonly cycleBreaks: Uint32Array<ArrayBuffer>;
  /** Roots and children by primary parent, oldest first, then by id. */
  readonly primaryChildren: PrimaryChildren;
  /** The root of each record's chain of primary parents. */
  readonly bases: Uint32Array<ArrayBuffer>;
  /** Numbered by their oldest record. */
  readonly components: Components;
}

/** The shape of an index's graph; made once for each index, linear but for one sort. */
export const graphShape: (index: InventoryIndex) => GraphShape = perIndex((index) => {
  const { links } = index;
  const order = creationOrder(index);
  const primaryParents = primaryParentsOf(links);
  const cycleBreaks = breakCycles(primaryParents, ranks(order));
  return {
    ...links,
    primaryParents,
    cycleBreaks,
    primaryChildren: primaryChildren(primaryParents, order),
    bases: basesOf(primaryParents),
    components: findComponents(links, order),
  };
});
