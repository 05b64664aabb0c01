import { recordFacts } from './detailFacts';
import { childList, leaseList, parentList } from './detailLists';
import { blobList, snapshotList, solverKeyList } from './detailStorage';
import { maximumDescription, type RecordDetails } from './details';
import type { InventoryIndex } from './inventoryIndex';
import type { CacheRecord } from './record';
import { kindAndType, marksOf } from './recordRow';
import { titleAt } from './titles';
import { dropSentence } from './words';

/** Everything about the record at `recordIndex`; `now` in epoch ms is what ages are counted from. */
export function recordDetails(index: InventoryIndex, recordIndex: number, now: number): RecordDetails {
  const record = index.inventory.records[recordIndex];
  const lists = [
    parentList(index, record),
    childList(index, recordIndex),
    leaseList(index, record, now),
    blobList(index, record),
    snapshotList(index, record),
    solverKeyList(index, record, now),
  ];
  return {
    recordId: record.id,
    ...titleAt(index, recordIndex),
    description: record.description.slice(0, maximumDescription),
    descriptionCut: record.description.length > maximumDescription,
    state: stateLine(record),
    facts: recordFacts(index, record, now),
    lists: lists.filter(({ total }) => total > 0),
  };
}

function stateLine(record: CacheRecord): string {
  const marks = marksOf(record).filter(({ name }) => name !== 'drops');
  const state = [kindAndType(record), ...marks.map(({ word }) => word)].join(' · ');
  return record.dropsAtStart === undefined ? state : `${state}. ${dropSentence(record.dropsAtStart)}`;
}
