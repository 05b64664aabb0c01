import type { InventoryIndex } from './inventoryIndex';
import { perIndex } from './perIndex';
import { type RecordTitle, recordTitle } from './title';

const madeTitles = perIndex((index) => new Array<RecordTitle | undefined>(index.inventory.records.length));

/** The title of a record by its index, made once. */
export function titleAt(index: InventoryIndex, recordIndex: number): RecordTitle {
  const made = madeTitles(index);
  return (made[recordIndex] ??= recordTitle(index.inventory.records[recordIndex], (id) => index.record(id)));
}
