import type { InventoryIndex } from '../model/inventoryIndex';
import type { CacheRecord, ParentLink } from '../model/record';
import { recordTitle } from '../model/title';
import { linkRoles, recordFlag, recordKinds, type GraphColumns } from './graphColumns';
import { encodeStrings } from './stringTable';

const maximumTypes = 256;
const otherTypes = 'other types';
const maximumPosition = 0xffff;

/** The graph of an inventory in the form that the page gets. Linear in records and links. */
export function columnsOf(index: InventoryIndex): GraphColumns {
  const { records } = index.inventory;
  const titles = records.map((record) => recordTitle(record, (id) => index.record(id)));
  const types = new TypeCodes();
  const links = new Links();
  const primaryParents = new Int32Array(records.length).fill(-1);
  records.forEach((record, child) => {
    for (const link of record.parents) {
      const parent = index.recordIndex(link.id);
      if (parent !== undefined) links.add(parent, child, link);
    }
    primaryParents[child] = primaryParent(record, index);
  });
  return {
    count: records.length,
    ids: encodeStrings(records.map(({ id }) => id)),
    titles: encodeStrings(titles.map(({ title }) => title)),
    subtitles: encodeStrings(titles.map(({ subtitle }) => subtitle)),
    kinds: Uint8Array.from(records, ({ kind }) => recordKinds.indexOf(kind)),
    types: Uint8Array.from(records, ({ type }) => types.codeOf(type)),
    typeNames: types.names,
    flags: Uint8Array.from(records, flagsOf),
    sizes: Float64Array.from(records, ({ size }) => size ?? Number.NaN),
    createdAt: Float64Array.from(records, ({ createdAt }) => createdAt ?? Number.NaN),
    lastUsedAt: Float64Array.from(records, ({ lastUsedAt }) => lastUsedAt ?? Number.NaN),
    usageCounts: Float64Array.from(records, ({ usageCount }) => usageCount),
    primaryParents,
    linkParents: Uint32Array.from(links.parents),
    linkChildren: Uint32Array.from(links.children),
    linkRoles: Uint8Array.from(links.roles),
    linkPositions: Uint16Array.from(links.positions),
  };
}

/** The layer parent; of a merge the first input that is in the cache; of a diff the upper, else the lower. */
function primaryParent(record: CacheRecord, index: InventoryIndex): number {
  let best: { place: number; parent: number } | undefined;
  for (const { id, role, position = 0 } of record.parents) {
    const parent = index.recordIndex(id);
    const place = role === 'merge' ? position : role === 'lower' ? 1 : 0;
    if (parent !== undefined && (best === undefined || place < best.place)) best = { place, parent };
  }
  return best?.parent ?? -1;
}

function flagsOf(record: CacheRecord): number {
  return (
    (record.mutable ? recordFlag.mutable : 0) |
    (record.shared === true ? recordFlag.shared : 0) |
    (record.lazy === true ? recordFlag.lazy : 0) |
    (record.inUse === true ? recordFlag.inUse : 0) |
    (record.leases.length > 0 ? recordFlag.leased : 0) |
    (record.retained ? recordFlag.retained : 0) |
    (record.dropsAtStart !== undefined ? recordFlag.drops : 0)
  );
}

/** Numbers the types as they come; a cache with more than fit into a byte has the rest under one name. */
class TypeCodes {
  readonly names: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(type: string): number {
    const known = this.#codes.get(type);
    if (known !== undefined) return known;
    if (this.names.length === maximumTypes - 1) this.names.push(otherTypes);
    if (this.names.length < maximumTypes) this.names.push(type);
    const code = Math.min(this.names.length, maximumTypes) - 1;
    this.#codes.set(type, code);
    return code;
  }
}

class Links {
  readonly parents: number[] = [];
  readonly children: number[] = [];
  readonly roles: number[] = [];
  readonly positions: number[] = [];

  add(parent: number, child: number, { role, position = 0 }: ParentLink): void {
    this.parents.push(parent);
    this.children.push(child);
    this.roles.push(linkRoles.indexOf(role));
    this.positions.push(Math.min(position, maximumPosition));
  }
}
