import type { GraphColumns, StringTable } from '../protocol/graphColumns';
import { decodeString } from '../protocol/stringTable';

const encoder = new TextEncoder();

/** The columns of the graph with their texts decoded one by one, as they are looked at. */
export class Graph {
  constructor(readonly columns: GraphColumns) {}

  get count(): number {
    return this.columns.count;
  }

  id(record: number): string {
    return decodeString(this.columns.ids, record);
  }

  title(record: number): string {
    return decodeString(this.columns.titles, record);
  }

  subtitle(record: number): string {
    return decodeString(this.columns.subtitles, record);
  }

  typeName(record: number): string {
    return this.columns.typeNames[this.columns.types[record]];
  }

  /** Indices of the records with these ids, those that there are, in index order. */
  indicesOf(ids: readonly string[]): number[] {
    const wanted = new Set(ids);
    const found: number[] = [];
    for (let record = 0; record < this.count && found.length < wanted.size; record++) {
      if (wanted.has(this.id(record))) found.push(record);
    }
    return found;
  }

  /** Index of the record with this id; undefined when there is none. Linear, without decoding the table. */
  indexOf(id: string): number | undefined {
    return findString(this.columns.ids, encoder.encode(id));
  }
}

function findString({ bytes, offsets }: StringTable, wanted: Uint8Array): number | undefined {
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (offsets[i + 1] - offsets[i] !== wanted.length) continue;
    let same = 0;
    while (same < wanted.length && bytes[offsets[i] + same] === wanted[same]) same++;
    if (same === wanted.length) return i;
  }
  return undefined;
}
