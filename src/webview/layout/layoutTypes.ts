import type { GraphColumns } from '../../protocol/graphColumns';

/** The columns that the layout reads; sent to the worker once for each revision. */
export type LayoutGraph = Pick<
  GraphColumns,
  | 'count'
  | 'creationOrder'
  | 'primaryParents'
  | 'linkParents'
  | 'linkChildren'
  | 'linkRoles'
  | 'linkPositions'
>;

/**
 * The picture in numbers. Nodes are cards: one record, or a folded chain. They are numbered in reading order: parents
 * before children, subtrees together, siblings by creation time, so the root of a tree has the smallest number in it.
 */
export interface Layout {
  readonly nodeCount: number;
  /** Left and top edge of each card in scene units. */
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  /** Node that stands left of it in its tree; -1 for roots. */
  readonly treeParents: Int32Array<ArrayBuffer>;
  /** Height of the line by which the link from the tree parent passes the columns before; NaN for a plain link. */
  readonly busY: Float32Array<ArrayBuffer>;
  /** Records of node i: `records[recordOffsets[i]] .. records[recordOffsets[i + 1] - 1]`, oldest first. */
  readonly recordOffsets: Uint32Array<ArrayBuffer>;
  readonly records: Uint32Array<ArrayBuffer>;
  readonly nodeOfRecord: Uint32Array<ArrayBuffer>;
  /** Number of the foldable chain that a record belongs to, folded now or not; -1 for none. */
  readonly chainOfRecord: Int32Array<ArrayBuffer>;
  /** First record of each foldable chain: its name, which outlives a new numbering. */
  readonly chainFirsts: Uint32Array<ArrayBuffer>;

  readonly linkCount: number;
  /** Nodes that a link joins, parent to child, and which of the columns' links it is. */
  readonly linkFrom: Uint32Array<ArrayBuffer>;
  readonly linkTo: Uint32Array<ArrayBuffer>;
  readonly linkRoles: Uint8Array<ArrayBuffer>;
  readonly linkPositions: Uint16Array<ArrayBuffer>;
  /** 1 for the link by which the child is placed, 0 for those that run across. */
  readonly linkInTree: Uint8Array<ArrayBuffer>;

  readonly componentCount: number;
  readonly componentOfNode: Uint32Array<ArrayBuffer>;
  /** Left, top, width, height of each component, four entries each. */
  readonly componentBoxes: Float32Array<ArrayBuffer>;
  /** Node whose name stands for the component: the root on which most of it stands; -1 for the records on their own. */
  readonly componentRoots: Int32Array<ArrayBuffer>;

  readonly width: number;
  readonly height: number;
}
