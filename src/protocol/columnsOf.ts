import { graphShape } from '../model/graphShape';
import type { InventoryIndex } from '../model/inventoryIndex';
import { creationOrder } from '../model/order';
import type { CacheRecord } from '../model/record';
import { titleAt } from '../model/titles';
import { recordFlag, recordKinds, type GraphColumns } from './graphColumns';
import { encodeStrings } from './stringTable';

const maximumTypes = 256;
const otherTypes = 'other types';

/** The graph of an inventory in the form that the page gets. Linear, but for what `graphShape` sorts once. */
export function columnsOf(index: InventoryIndex): GraphColumns {
  const { records } = index.inventory;
  const titles = records.map((_, i) => titleAt(index, i));
  const types = new TypeCodes();
  const { primaryParents, linkParents, linkChildren, linkRoles, linkPositions } = graphShape(index);
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
    creationOrder: creationOrder(index).slice(),
    primaryParents,
    linkParents,
    linkChildren,
    linkRoles,
    linkPositions,
  };
}

function flagsOf(record: CacheRecord): number {
  return (
    (record.mutable ? recordFlag.mutable : 0) |
    (record.shared === true ? recordFlag.shared : 0) |
    (record.lazy === true ? recordFlag.lazy : 0) |
    (record.inUse === true ? recordFlag.inUse : 0) |
    (isLeasedByOthers(record) ? recordFlag.leased : 0) |
    (record.retained && record.mutable ? recordFlag.retained : 0) |
    (record.dropsAtStart !== undefined ? recordFlag.drops : 0)
  );
}

/** BuildKit gives each record leases of its own: one of the same id, and with suffixes for views and variants. */
function isLeasedByOthers({ id, twin, leases }: CacheRecord): boolean {
  return leases.some((lease) => lease !== twin && lease !== id && !lease.startsWith(`${id}-`));
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
