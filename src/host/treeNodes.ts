interface NodeBase {
  /** Unique in the tree and the same after each reading, so that what is unfolded stays so. */
  readonly id: string;
  readonly cacheId: string;
}

export interface CacheNode extends NodeBase {
  readonly kind: 'cache';
}

/** A row of words about a cache that is not, or not wholly, there: being read, not read, failed. */
export interface StatusNode extends NodeBase {
  readonly kind: 'status';
  readonly parent: CacheNode;
}

/** What could not be read. */
export interface NotesNode extends NodeBase {
  readonly kind: 'notes';
  readonly parent: CacheNode;
}

export interface NoteNode extends NodeBase {
  readonly kind: 'note';
  readonly parent: NotesNode;
  /** Place in the inventory's notes. */
  readonly position: number;
}

export interface GroupNode extends NodeBase {
  readonly kind: 'group';
  readonly parent: CacheNode;
  readonly key: string;
}

export interface RecordNode extends NodeBase {
  readonly kind: 'record';
  readonly parent: ListNode;
  readonly recordId: string;
  /** Under a record's parents: place among its parent links. */
  readonly link?: number;
}

/** What a record stands on: its rows lead up the graph, while the record's own rows lead down. */
export interface ParentsNode extends NodeBase {
  readonly kind: 'parents';
  readonly parent: RecordNode;
}

/** A parent that is named but not in the cache. */
export interface MissingParentNode extends NodeBase {
  readonly kind: 'missingParent';
  readonly parent: ListNode;
  readonly recordId: string;
  readonly link: number;
}

/** Offers more rows of a long list: those before or after the rows that are shown. */
export interface MoreNode extends NodeBase {
  readonly kind: 'more';
  readonly parent: ListNode;
  readonly direction: 'earlier' | 'later';
  /** How many rows are not shown in that direction. */
  readonly hidden: number;
}

/** Rows that list records: a cache (flat), a group, a record (its children), a record's parents. */
export type ListNode = CacheNode | GroupNode | RecordNode | ParentsNode;

export type TreeNode = ListNode | StatusNode | NotesNode | NoteNode | MissingParentNode | MoreNode;

/** The id of a row under another; `name` may hold any characters. */
export function childId(parent: NodeBase, name: string): string {
  return `${parent.id} ${JSON.stringify(name)}`;
}
