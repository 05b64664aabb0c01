import type { Inventory } from './inventory';

/** Why something that a record names is not among the inventory's entries of that kind: "not found" is said only when they could be read. */
export function absence(inventory: Inventory, entries: 'leases' | 'blobs' | 'snapshots'): string {
  if (!inventory.complete) return 'still being read';
  return inventory[entries].length === 0 ? `${entries} cannot be seen` : 'not found';
}
