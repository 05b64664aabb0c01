import type { InventoryIndex } from './inventoryIndex';
import { idOrder, idRanks, sortedBy, sortedByText } from './order';
import { perIndex } from './perIndex';
import type { CacheRecord } from './record';
import { noDescription } from './title';
import { titleAt } from './titles';

/** What rows are sorted by; biggest, latest and newest come first, descriptions from A to Z. */
export const sortings = ['size', 'lastUsed', 'usageCount', 'created', 'description'] as const;
export type Sorting = (typeof sortings)[number];

/** Each sorting as a person reads it ("by size"). */
export const sortingWords: Readonly<Record<Sorting, string>> = {
  size: 'by size',
  lastUsed: 'by last use',
  usageCount: 'by use count',
  created: 'by creation',
  description: 'by description',
};

/**
 * The records in `indices` (default: all) sorted; unknown values last, ties by id. Descriptions are compared as they
 * are shown, without regard to case.
 */
export function sortRecords(index: InventoryIndex, sorting: Sorting, indices?: Uint32Array): Uint32Array {
  const byId = indices === undefined ? idOrder(index) : sortedBy(idRanks(index), indices);
  return keysOf(index, sorting).reduce((order, keys) => sortedBy(keys, order), byId);
}

const madeKeys = perIndex(() => new Map<Sorting, readonly Float64Array[]>());

/** What records are compared by, the finest first; made once. */
function keysOf(index: InventoryIndex, sorting: Sorting): readonly Float64Array[] {
  const made = madeKeys(index).get(sorting);
  if (made !== undefined) return made;
  const keys = makeKeys(index, sorting);
  madeKeys(index).set(sorting, keys);
  return keys;
}

function makeKeys(index: InventoryIndex, sorting: Sorting): readonly Float64Array[] {
  const { records } = index.inventory;
  switch (sorting) {
    case 'size':
      return [descending(records, ({ size }) => size)];
    case 'lastUsed':
      return [
        descending(records, (it) => (it.lastUsedAt === undefined ? undefined : (it.lastUsedAtNanos ?? 0))),
        descending(records, ({ lastUsedAt }) => lastUsedAt),
      ];
    case 'usageCount':
      return [descending(records, ({ usageCount }) => usageCount)];
    case 'created':
      return [
        descending(records, (it) => (it.createdAt === undefined ? undefined : (it.createdAtNanos ?? 0))),
        descending(records, ({ createdAt }) => createdAt),
      ];
    case 'description':
      return [textKeys(index)];
  }
}

function descending(
  records: readonly CacheRecord[],
  valueOf: (record: CacheRecord) => number | undefined,
): Float64Array {
  const keys = new Float64Array(records.length);
  for (let i = 0; i < records.length; i++) keys[i] = -(valueOf(records[i]) ?? Number.NaN);
  return keys;
}

/** The place of each record's text among all texts; equal texts have equal places, no description none. */
function textKeys(index: InventoryIndex): Float64Array {
  const titles = index.inventory.records.map((_, i) => titleAt(index, i));
  const texts = titles.map(({ title, subtitle }) => `${title}\n${subtitle}`.toLowerCase());
  const keys = new Float64Array(titles.length);
  let before: number | undefined;
  for (const [place, i] of sortedByText(texts).entries()) {
    keys[i] = before !== undefined && texts[before] === texts[i] ? keys[before] : place;
    before = i;
  }
  titles.forEach(({ title }, i) => {
    if (title === noDescription) keys[i] = Number.NaN;
  });
  return keys;
}
