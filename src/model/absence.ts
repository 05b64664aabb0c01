import type { Inventory } from './inventory';

/** Said of what a record names and the cache truly does not hold. */
export const notFound = 'not found';

/**
 * Why something that a record names is not among the inventory's entries of that kind: `notFound` is said only when
 * entries of that kind could be read.
 */
export function absence(inventory: Inventory, entries: 'leases' | 'blobs' | 'snapshots'): string {
  if (!inventory.complete) return 'still being read';
  return inventory[entries].length === 0 ? `${entries} cannot be seen` : notFound;
}
