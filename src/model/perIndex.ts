import type { InventoryIndex } from './inventoryIndex';

/** `make`, done once for each index and kept as long as the index is. */
export function perIndex<T extends object>(make: (index: InventoryIndex) => T): (index: InventoryIndex) => T {
  const made = new WeakMap<InventoryIndex, T>();
  return (index) => {
    const before = made.get(index);
    if (before !== undefined) return before;
    const value = make(index);
    made.set(index, value);
    return value;
  };
}
