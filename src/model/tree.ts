import { formatBytes } from './format';
import { graphShape } from './graphShape';
import type { InventoryIndex } from './inventoryIndex';
import { perIndex } from './perIndex';
import { sortRecords, type Sorting } from './sortRecords';
import { titleAt } from './titles';
import { typeHeading } from './words';

/** How the records of a cache are put into groups. */
export const groupings = ['type', 'base', 'flat', 'size'] as const;
export type Grouping = (typeof groupings)[number];

/** Each grouping as a person reads it ("by type"). */
export const groupingWords: Readonly<Record<Grouping, string>> = {
  type: 'by type',
  base: 'by base',
  flat: 'flat',
  size: 'by size',
};

/** Records under one heading. */
export interface Group {
  /** Stable between readings of the same cache; unique among the groups of one grouping. */
  readonly key: string;
  readonly label: string;
  /** A second, dimmed text; may be empty. */
  readonly hint: string;
  readonly count: number;
  /** Sum of the sizes that are known. */
  readonly bytes: number;
  /** How many records `bytes` leaves out because their size is unknown. */
  readonly unknownSizes: number;
  /** Sorted record indices. */
  readonly records: Uint32Array;
}

/**
 * The records of a cache in groups, each sorted. By type and by base the biggest groups come first; by size from the
 * biggest records down; flat is one group. Without records there are no groups. By base, records that stand on nothing
 * and carry nothing share the last group.
 */
export function groupRecords(index: InventoryIndex, grouping: Grouping, sorting: Sorting): Group[] {
  const assignment = assign(index, grouping);
  const groups = collect(index, assignment, sortRecords(index, sorting)).filter(({ count }) => count > 0);
  return assignment.biggestFirst ? groups.sort(biggestFirst) : groups;
}

/** Which group each record is in. */
interface Assignment {
  readonly groupOf: Uint32Array;
  readonly headings: readonly Pick<Group, 'key' | 'label' | 'hint'>[];
  /** The groups go by their bytes, not by their order here. */
  readonly biggestFirst: boolean;
}

function assign(index: InventoryIndex, grouping: Grouping): Assignment {
  switch (grouping) {
    case 'flat':
      return {
        groupOf: new Uint32Array(index.inventory.records.length),
        headings: [{ key: 'all', label: 'All records', hint: '' }],
        biggestFirst: false,
      };
    case 'type':
      return assignTypes(index);
    case 'base':
      return assignBases(index);
    case 'size':
      return assignSizes(index);
  }
}

function assignTypes(index: InventoryIndex): Assignment {
  const { records } = index.inventory;
  const numbers = new Map<string, number>();
  const groupOf = Uint32Array.from(records, ({ type }) => {
    const number = numbers.get(type) ?? numbers.size;
    numbers.set(type, number);
    return number;
  });
  const headings = [...numbers.keys()].map((type) => ({ key: type, label: typeHeading(type), hint: '' }));
  return { groupOf, headings, biggestFirst: true };
}

/** Group of the records that neither stand on another nor carry one; no record id is empty. */
export const aloneKey = '';

function assignBases(index: InventoryIndex): Assignment {
  const { bases, primaryChildren } = graphShape(index);
  const { records } = index.inventory;
  const headings = [{ key: aloneKey, label: 'Records on their own', hint: '' }];
  const numbers = new Uint32Array(records.length);
  for (const root of primaryChildren.roots) {
    if (primaryChildren.offsets[root] === primaryChildren.offsets[root + 1]) continue;
    const { title, subtitle } = titleAt(index, root);
    numbers[root] = headings.length;
    headings.push({ key: records[root].id, label: title, hint: subtitle });
  }
  return { groupOf: bases.map((base) => numbers[base]), headings, biggestFirst: true };
}

/** Lower ends of the size bands in bytes, from the biggest down; the band of size 0 is for records that take nothing. */
const bandStarts = [1e9, 1e8, 1e7, 1e6, 1, 0];

function assignSizes(index: InventoryIndex): Assignment {
  const bands = bandStarts.map((start, band) => ({ key: `${start}`, label: bandLabel(band), hint: '' }));
  const headings = [...bands, { key: 'unknown', label: 'Size unknown', hint: '' }];
  const groupOf = Uint32Array.from(index.inventory.records, ({ size }) => {
    const band = bandStarts.findIndex((start) => size !== undefined && size >= start);
    return band === -1 ? bands.length : band;
  });
  return { groupOf, headings, biggestFirst: false };
}

function bandLabel(band: number): string {
  const start = bandStarts[band];
  if (start === 0) return 'Empty';
  if (start === 1) return `Under ${formatBytes(bandStarts[band - 1])}`;
  return band === 0
    ? `${formatBytes(start)} and more`
    : `${formatBytes(start)} to ${formatBytes(bandStarts[band - 1])}`;
}

/** Sizes in bytes; NaN is unknown. */
const sizeColumn = perIndex((index) =>
  Float64Array.from(index.inventory.records, ({ size }) => size ?? Number.NaN),
);

function collect(index: InventoryIndex, { groupOf, headings }: Assignment, sorted: Uint32Array): Group[] {
  const sizes = sizeColumn(index);
  const starts = new Uint32Array(headings.length + 1);
  for (const group of groupOf) starts[group + 1]++;
  for (let group = 0; group < headings.length; group++) starts[group + 1] += starts[group];
  const next = starts.slice();
  const bytes = new Float64Array(headings.length);
  const unknownSizes = new Uint32Array(headings.length);
  const members = new Uint32Array(sorted.length);
  for (const record of sorted) {
    const group = groupOf[record];
    members[next[group]++] = record;
    if (Number.isNaN(sizes[record])) unknownSizes[group]++;
    else bytes[group] += sizes[record];
  }
  return headings.map((heading, group) => ({
    ...heading,
    count: starts[group + 1] - starts[group],
    bytes: bytes[group],
    unknownSizes: unknownSizes[group],
    records: members.subarray(starts[group], starts[group + 1]),
  }));
}

function biggestFirst(a: Group, b: Group): number {
  if ((a.key === aloneKey) !== (b.key === aloneKey)) return a.key === aloneKey ? 1 : -1;
  return b.bytes - a.bytes || compareText(a.label, b.label) || compareText(a.key, b.key);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
