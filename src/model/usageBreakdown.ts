import type { InventoryIndex } from './inventoryIndex';
import { groupRecords } from './tree';
import { type UsageTotals, usageOf } from './usage';

/** The totals of the records under one heading. */
export interface UsageGroup {
  readonly label: string;
  /** A second text for the label; may be empty. */
  readonly hint: string;
  readonly totals: UsageTotals;
}

/** The totals by type or by base record, biggest first; together they are the totals of the cache. */
export function usageBreakdown(index: InventoryIndex, grouping: 'type' | 'base'): UsageGroup[] {
  return groupRecords(index, grouping, 'size').map(({ label, hint, records }) => ({
    label,
    hint,
    totals: usageOf(Array.from(records, (i) => index.inventory.records[i])),
  }));
}
