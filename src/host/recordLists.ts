import type { InventoryIndex } from '../model/inventoryIndex';
import { sortRecords } from '../model/sortRecords';
import { groupRecords, type Group } from '../model/tree';
import type { Arrangement } from './arrangement';
import type { OpenCaches } from './openCaches';
import {
  childId,
  type CacheNode,
  type GroupNode,
  type ListNode,
  type ParentsNode,
  type RecordNode,
  type TreeNode,
} from './treeNodes';

/** The rows of one list, from which only those that are shown are made. */
export interface RowList {
  readonly length: number;
  readonly at: (position: number) => TreeNode;
}

/** Where a record stands in the tree: a list, and its place there. Lists from the outermost to the record's own. */
export interface RowPlace {
  readonly list: ListNode;
  readonly position: number;
}

interface Arranged {
  readonly as: string;
  readonly groups: readonly Group[];
  readonly byKey: ReadonlyMap<string, Group>;
}

/** Which rows stand in which list of the tree, in which order. */
export class RecordLists {
  private readonly arranged = new WeakMap<InventoryIndex, Arranged>();
  private readonly noRecords = new Uint32Array();

  constructor(
    private readonly caches: OpenCaches,
    private readonly arrangement: Arrangement,
  ) {}

  group({ cacheId, key }: GroupNode): Group | undefined {
    return this.arrange(cacheId)?.byKey.get(key);
  }

  rows(list: ListNode): RowList {
    const index = this.index(list.cacheId);
    if (index === undefined) return { length: 0, at: outOfRange };
    if (list.kind === 'parents') return parentRows(list, index);
    if (list.kind === 'cache' && this.arrangement.grouping !== 'flat') {
      const groups = this.arrange(list.cacheId)?.groups ?? [];
      return { length: groups.length, at: (position) => groupNode(list, groups[position].key) };
    }
    const records = this.records(list, index);
    const idAt = (position: number) => index.inventory.records[records[position]].id;
    return { length: records.length, at: (position) => recordNode(list, idAt(position)) };
  }

  /** The way from the cache's row down to a record's row in its group. */
  wayTo(cache: CacheNode, record: number): readonly RowPlace[] {
    const groups = this.arrange(cache.cacheId)?.groups ?? [];
    for (const [place, group] of groups.entries()) {
      const position = group.records.indexOf(record);
      if (position === -1) continue;
      if (this.arrangement.grouping === 'flat') return [{ list: cache, position }];
      return [
        { list: cache, position: place },
        { list: groupNode(cache, group.key), position },
      ];
    }
    return [];
  }

  private records(list: Exclude<ListNode, ParentsNode>, index: InventoryIndex): Uint32Array {
    switch (list.kind) {
      case 'cache':
        return this.arrange(list.cacheId)?.groups.at(0)?.records ?? this.noRecords;
      case 'group':
        return this.group(list)?.records ?? this.noRecords;
      case 'record': {
        const record = index.recordIndex(list.recordId);
        if (record === undefined) return this.noRecords;
        return sortRecords(index, this.arrangement.sorting, index.children(record));
      }
    }
  }

  private arrange(cacheId: string): Arranged | undefined {
    const index = this.index(cacheId);
    if (index === undefined) return undefined;
    const { grouping, sorting } = this.arrangement;
    const as = `${grouping} ${sorting}`;
    const known = this.arranged.get(index);
    if (known?.as === as) return known;
    const groups = groupRecords(index, grouping, sorting);
    const made = { as, groups, byKey: new Map(groups.map((group) => [group.key, group])) };
    this.arranged.set(index, made);
    return made;
  }

  private index(cacheId: string): InventoryIndex | undefined {
    return this.caches.get(cacheId)?.loaded?.index;
  }
}

function groupNode(cache: CacheNode, key: string): GroupNode {
  const id = childId(cache, `group ${key}`);
  return { kind: 'group', id, cacheId: cache.cacheId, parent: cache, key };
}

export function recordNode(parent: ListNode, recordId: string): RecordNode {
  return { kind: 'record', id: childId(parent, recordId), cacheId: parent.cacheId, parent, recordId };
}

/** Parents in the order of their links; one that is named twice has two rows. */
function parentRows(parent: ParentsNode, index: InventoryIndex): RowList {
  const links = index.record(parent.parent.recordId)?.parents ?? [];
  const at = (link: number): TreeNode => {
    const known = index.record(links[link].id);
    const id = childId(parent, `${link} ${links[link].id}`);
    const common = { id, cacheId: parent.cacheId, parent, link };
    return known === undefined
      ? { ...common, kind: 'missingParent', recordId: links[link].id }
      : { ...common, kind: 'record', recordId: known.id };
  };
  return { length: links.length, at };
}

function outOfRange(): never {
  throw new RangeError('This list has no rows.');
}
