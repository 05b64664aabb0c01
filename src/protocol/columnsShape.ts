import { parentRoles } from '../model/links';
import { recordKinds, type GraphColumns, type StringTable } from './graphColumns';
import { anyObject, count, listOf, reject, text, type Shape } from './shape';

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Checks the columns so far that no index in them points outside: everything after this may simply index. */
export const graphColumns: Shape<GraphColumns> = (value, path) => {
  const source = anyObject(value, path);
  const at = (name: string) => `${path}.${name}`;
  const records = count(source.count, at('count'));
  const column = <C extends Column>(name: string, type: new (length: number) => C, length: number): C => {
    const array = source[name];
    return array instanceof type && array.length === length
      ? array
      : reject(at(name), `${length} entries of ${type.name}`);
  };
  const strings = (name: string) => stringTable(source[name], at(name), records);
  const links = source.linkParents instanceof Uint32Array ? source.linkParents.length : 0;
  const columns: GraphColumns = {
    count: records,
    ids: strings('ids'),
    titles: strings('titles'),
    subtitles: strings('subtitles'),
    kinds: column('kinds', Uint8Array, records),
    types: column('types', Uint8Array, records),
    typeNames: listOf(text)(source.typeNames, at('typeNames')),
    flags: column('flags', Uint8Array, records),
    sizes: column('sizes', Float64Array, records),
    createdAt: column('createdAt', Float64Array, records),
    lastUsedAt: column('lastUsedAt', Float64Array, records),
    usageCounts: column('usageCounts', Float64Array, records),
    creationOrder: column('creationOrder', Uint32Array, records),
    primaryParents: column('primaryParents', Int32Array, records),
    linkParents: column('linkParents', Uint32Array, links),
    linkChildren: column('linkChildren', Uint32Array, links),
    linkRoles: column('linkRoles', Uint8Array, links),
    linkPositions: column('linkPositions', Uint16Array, links),
  };
  within(columns.kinds, 0, recordKinds.length, at('kinds'));
  within(columns.types, 0, columns.typeNames.length, at('types'));
  permutation(columns.creationOrder, at('creationOrder'));
  within(columns.primaryParents, -1, records, at('primaryParents'));
  within(columns.linkParents, 0, records, at('linkParents'));
  within(columns.linkChildren, 0, records, at('linkChildren'));
  within(columns.linkRoles, 0, parentRoles.length, at('linkRoles'));
  return columns;
};

function stringTable(value: unknown, path: string, length: number): StringTable {
  const { bytes, offsets } = anyObject(value, path);
  if (!(bytes instanceof Uint8Array)) reject(`${path}.bytes`, 'an Uint8Array');
  if (!(offsets instanceof Uint32Array) || offsets.length !== length + 1) {
    reject(`${path}.offsets`, `${length + 1} entries of Uint32Array`);
  }
  for (let i = 0; i < length; i++) {
    if (offsets[i] > offsets[i + 1]) reject(`${path}.offsets`, 'ascending');
  }
  if (offsets[0] !== 0 || offsets[length] !== bytes.length) reject(`${path}.offsets`, 'spanning the bytes');
  return { bytes, offsets };
}

/** Every entry at least `from` and below `to`. */
function within(column: Column, from: number, to: number, path: string): void {
  for (const entry of column) {
    if (entry < from || entry >= to) reject(path, `between ${from} and ${to - 1} throughout`);
  }
}

/** Every index exactly once. */
function permutation(order: Uint32Array, path: string): void {
  const seen = new Uint8Array(order.length);
  for (const index of order) {
    if (index >= order.length || seen[index] === 1) reject(path, 'every index once');
    seen[index] = 1;
  }
}
